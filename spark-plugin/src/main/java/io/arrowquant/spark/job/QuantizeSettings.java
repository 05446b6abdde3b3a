package io.arrowquant.spark.job;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.recipe.LayerRule;
import io.arrowquant.recipe.Layout;
import io.arrowquant.recipe.Profile;
import io.arrowquant.recipe.RecipeResolver;
import io.arrowquant.recipe.RecipeSettings;
import io.arrowquant.recipe.Rule;
import io.arrowquant.recipe.Setting;
import io.arrowquant.scheme.NonFinite;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;

/**
 * Gathers what the command line, or the options of a data source, say, and makes a request of it: over environment
 * variables, over the recipe, over the profile.
 */
final class QuantizeSettings {
    /** Tensors stay in one partition unless somebody asks for less: going back needs them there. */
    private static final long WHOLE_TENSORS = Long.MAX_VALUE / 4;

    String input;
    String output;
    /** A path, or the text of a recipe itself. */
    String recipe;

    /** What to quantize with when no place names a scheme, or null. */
    String defaultScheme;

    String reportDirectory;
    boolean overwrite;
    boolean resume;
    Map<String, String> environment = System.getenv();
    private final Map<String, String> also = new LinkedHashMap<>();
    private RecipeSettings given = RecipeSettings.empty();

    /** Says one thing; null says nothing. */
    QuantizeSettings set(Setting setting, Object value) {
        if (value != null) {
            given = given.with(setting, value.toString(), "");
        }
        return this;
    }

    /** Rules of the form {@code pattern=scheme}. */
    void addLayers(List<String> layers) {
        List<Rule> rules = new ArrayList<>();
        for (String layer : layers) {
            LayerRule rule = LayerRule.parse(layer);
            rules.add(Rule.scheme(rule.pattern(), rule.scheme()));
        }
        if (!rules.isEmpty()) {
            given = given.withRules(rules);
        }
    }

    /** Adds outputs of the same weights, {@code scheme=path} each. */
    void addAlso(List<String> outputs) {
        for (String text : outputs) {
            int parameters = text.indexOf(')');
            int equals = text.indexOf('=', text.indexOf('(') < text.indexOf('=') ? Math.max(0, parameters) : 0);
            if (equals <= 0 || equals == text.length() - 1) {
                throw new InvalidRequestException(
                        "Cannot read the output '" + text + "'", "Write scheme=path, e.g. nf4=/models/llama-nf4");
            }
            also.put(
                    text.substring(equals + 1).strip(),
                    text.substring(0, equals).strip());
        }
    }

    /** All outputs: the main one first. */
    List<QuantizeRequest> requests(Configuration configuration) {
        List<QuantizeRequest> requests = new ArrayList<>();
        requests.add(request(configuration));
        RecipeSettings main = requests.get(0).settings().without(Setting.LAYOUT);
        Iterator<String> reports = reportDirectories().iterator();
        also.forEach((path, scheme) -> requests.add(request(
                path, RecipeSettings.empty().with(Setting.SCHEME, scheme, "").over(main), reports.next())));
        Set<String> paths = new HashSet<>();
        for (QuantizeRequest request : requests) {
            if (!paths.add(String.valueOf(request.output()))) {
                throw new InvalidRequestException(
                        "Two outputs are to be made in " + request.output(), "Give each a directory of its own");
            }
        }
        return requests;
    }

    /** One for each further output; null for none. */
    private List<String> reportDirectories() {
        if (reportDirectory == null) {
            return Collections.nCopies(also.size(), null);
        }
        List<String> outputs = new ArrayList<>(List.of(String.valueOf(output)));
        outputs.addAll(also.keySet());
        return ReportCopies.directories(reportDirectory, outputs).subList(1, outputs.size());
    }

    /** Also reads the recipe, if there is one. */
    QuantizeRequest request(Configuration configuration) {
        RecipeSettings settings = given.over(RecipeSettings.ofEnvironment(environment));
        if (recipe != null) {
            settings = settings.over(RecipeReader.read(recipe, configuration));
        }
        String profile = settings.text(Setting.PROFILE);
        if (profile != null) {
            settings = settings.over(Profile.of(profile).settings());
        }
        if (!settings.has(Setting.SCHEME) && defaultScheme != null) {
            settings = settings.with(Setting.SCHEME, defaultScheme, "");
        }
        return request(output, settings, reportDirectory);
    }

    private QuantizeRequest request(String path, RecipeSettings settings, String reports) {
        String onNonFinite = settings.text(Setting.ON_NON_FINITE);
        return new QuantizeRequest(
                input,
                path,
                RecipeResolver.resolve(settings),
                settings,
                onNonFinite == null ? NonFinite.ERROR : NonFinite.of(onNonFinite),
                quality(settings),
                overwrite,
                resume,
                settings.count(Setting.MAX_PARTITION_BYTES, WHOLE_TENSORS),
                settings.count(Setting.MAX_SHARD_SIZE, Long.MAX_VALUE),
                false,
                reports);
    }

    /** A request that leaves everything as it is, but decodes what is quantized already. */
    static QuantizeRequest decoding(String input, String output, boolean overwrite, long maxShardBytes) {
        RecipeSettings settings = RecipeSettings.empty()
                .with(Setting.SCHEME, "W8A16", "dequantize")
                .with(Setting.LAYOUT, Layout.COMPRESSED_TENSORS.spelling(), "dequantize")
                .with(Setting.SKIP, "*", "dequantize")
                .with(Setting.ALLOW_REQUANTIZE, "true", "dequantize");
        return new QuantizeRequest(
                input,
                output,
                RecipeResolver.resolve(settings),
                settings,
                NonFinite.ERROR,
                false,
                overwrite,
                false,
                WHOLE_TENSORS,
                maxShardBytes,
                true,
                null);
    }

    private boolean quality(RecipeSettings settings) {
        boolean measured = settings.flag(Setting.QUALITY, true);
        if (!measured && settings.has(Setting.MIN_COSINE)) {
            throw settings.has(Setting.PROFILE) && !given.has(Setting.MIN_COSINE)
                    ? new InvalidRequestException(
                            "Profile " + settings.text(Setting.PROFILE)
                                    + " promises a minimal cosine, which --no-quality cannot check",
                            "Give --scheme and --group-size instead of the profile")
                    : new InvalidRequestException(
                            "--min-cosine needs the quality that --no-quality switches off", "Leave one of them out");
        }
        return measured;
    }
}
