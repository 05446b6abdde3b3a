package io.arrowquant.spark.job;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.recipe.LayerRule;
import io.arrowquant.recipe.Layout;
import io.arrowquant.recipe.NamePattern;
import io.arrowquant.recipe.Recipe;
import io.arrowquant.recipe.Rule;
import io.arrowquant.scheme.NonFinite;
import io.arrowquant.scheme.SchemeCatalog;
import io.arrowquant.scheme.SchemeSpec;
import io.arrowquant.storage.ByteSize;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Gathers what the command line, or the options of a data source, say, and makes a request of it. */
final class QuantizeSettings {
    private static final String GROUP_SIZE = "group_size";

    /** Tensors stay in one partition unless somebody asks for less: going back needs them there. */
    private static final long WHOLE_TENSORS = Long.MAX_VALUE / 4;

    String input;
    String output;
    String scheme;
    String profile;
    String groupSize;
    String layout;
    String onNonFinite;
    String maxPartitionBytes;
    String maxShardSize;
    String reportDirectory;
    Double minCosine;
    Boolean quality;
    boolean defaults = true;
    boolean overwrite;
    boolean strict;
    boolean allowRequantize;
    final List<String> skip = new ArrayList<>();
    final List<String> layers = new ArrayList<>();

    QuantizeRequest request() {
        Profile chosen = profile == null ? null : Profile.of(profile);
        double limit = limit(chosen);
        boolean measured = measured(chosen);
        return new QuantizeRequest(
                input,
                output,
                recipe(chosen),
                chosen == null ? null : chosen.spelling(),
                measured ? limit : Double.NaN,
                onNonFinite == null ? NonFinite.ERROR : NonFinite.of(onNonFinite),
                measured,
                overwrite,
                strict,
                maxPartitionBytes == null ? WHOLE_TENSORS : ByteSize.parse("max-partition-bytes", maxPartitionBytes),
                maxShardSize == null ? Long.MAX_VALUE : ByteSize.parse("max-shard-size", maxShardSize),
                allowRequantize,
                false,
                reportDirectory);
    }

    private Layout layout(String schemeText) {
        Layout chosen = layout == null ? Layout.ofScheme(schemeText) : Layout.of(layout);
        if (chosen == Layout.GGUF) {
            throw new InvalidRequestException(
                    "Scheme " + schemeText + " belongs into GGUF files, which jobs do not write",
                    "Use it in SQL, or choose a scheme of another family; see: arrowquant schemes");
        }
        return chosen;
    }

    private Recipe recipe(Profile chosen) {
        if (scheme == null && chosen == null) {
            throw new InvalidRequestException(
                    "No scheme is given", "Give one with --scheme int4, or a profile with --profile local");
        }
        String asked = scheme == null ? chosen.scheme() : scheme;
        Layout target = layout(asked);
        String given = target.resolve(asked);
        target.require(SchemeCatalog.parse(given));
        List<Rule> rules = new ArrayList<>();
        for (NamePattern pattern : NamePattern.listOf(skip)) {
            rules.add(Rule.keep(pattern));
        }
        for (String layer : layers) {
            LayerRule rule = LayerRule.parse(layer);
            String own = target.resolve(rule.scheme());
            target.require(SchemeCatalog.parse(own));
            rules.add(Rule.scheme(rule.pattern(), own));
        }
        return new Recipe(schemeText(given, chosen), target, rules, defaults, strict);
    }

    /** The scheme in its canonical spelling, so that reports and file names do not depend on how it was written. */
    private String schemeText(String given, Profile chosen) {
        SchemeSpec spec = SchemeSpec.parse(given);
        if (groupSize != null) {
            spec = spec.with(Map.of(GROUP_SIZE, groupSize));
        } else if (chosen != null
                && chosen.scheme().equalsIgnoreCase(spec.name())
                && !spec.parameters().containsKey(GROUP_SIZE)) {
            spec = spec.with(Map.of(GROUP_SIZE, Integer.toString(chosen.groupSize())));
        }
        return SchemeCatalog.of(spec).spelling();
    }

    private double limit(Profile chosen) {
        double limit = minCosine != null ? minCosine : chosen == null ? Double.NaN : chosen.minCosine();
        if (limit < -1 || limit > 1) {
            throw new InvalidRequestException("Invalid min-cosine: " + limit, "Must lie between -1 and 1");
        }
        return limit;
    }

    private boolean measured(Profile chosen) {
        boolean measured = quality == null || quality;
        if (!measured && minCosine != null) {
            throw new InvalidRequestException(
                    "--min-cosine needs the quality that --no-quality switches off", "Leave one of them out");
        }
        if (!measured && chosen != null) {
            throw new InvalidRequestException(
                    "Profile " + chosen.spelling() + " promises a minimal cosine, which --no-quality cannot check",
                    "Give --scheme and --group-size instead of the profile");
        }
        return measured;
    }
}
