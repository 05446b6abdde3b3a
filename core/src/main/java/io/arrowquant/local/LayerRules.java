package io.arrowquant.local;

import com.fasterxml.jackson.databind.JsonNode;
import io.arrowquant.arrow.Layer;
import io.arrowquant.arrow.LayerChoice;
import io.arrowquant.recipe.NamePattern;
import io.arrowquant.recipe.Rule;
import io.arrowquant.recipe.SensitiveLayers;
import io.arrowquant.scheme.Scheme;
import io.arrowquant.scheme.SchemeCatalog;
import io.arrowquant.scheme.SchemeSpec;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * Which layer gets which scheme: the first rule that matches counts, then the words for all. With a lowest cosine, or a
 * target size, integers of more bits are candidates as well.
 */
final class LayerRules implements Function<Layer, LayerChoice> {
    private static final List<String> WIDTHS = List.of("int2", "int4", "int8");

    private record Choice(NamePattern match, Rule.Action action, LayerChoice choice) {}

    private final List<Choice> rules = new ArrayList<>();
    private final LayerChoice usual;
    private final boolean skipSensitive;

    LayerRules(JsonNode request) {
        JsonNode cosine = request.path("min_cosine");
        double minCosine = cosine.isNumber() ? cosine.asDouble() : Double.NEGATIVE_INFINITY;
        boolean raises = minCosine != Double.NEGATIVE_INFINITY;
        boolean hasTarget = request.path("target_bytes").asLong(0) > 0
                || request.path("target_bpw").asDouble(0) > 0;
        skipSensitive = request.path("skip_sensitive_layers").asBoolean(false);
        for (JsonNode rule : request.path("rules")) {
            NamePattern match = NamePattern.of(rule.path("match").asText());
            if (rule.has("scheme")) {
                LayerChoice choice =
                        new LayerChoice(candidates(rule.get("scheme").asText(), raises, false), minCosine);
                rules.add(new Choice(match, Rule.Action.SCHEME, choice));
            } else {
                boolean drop = rule.path("drop").asBoolean(false);
                rules.add(new Choice(match, drop ? Rule.Action.DROP : Rule.Action.KEEP, LayerChoice.KEEP));
            }
        }
        String scheme = request.path("scheme").asText("int4");
        if (scheme.equalsIgnoreCase("keep")) {
            usual = LayerChoice.KEEP;
        } else if (hasTarget && request.path("candidates").size() > 0) {
            usual = new LayerChoice(named(request.path("candidates")), minCosine);
        } else {
            usual = new LayerChoice(candidates(scheme, raises, hasTarget), minCosine);
        }
    }

    private static List<Scheme> named(JsonNode names) {
        List<Scheme> schemes = new ArrayList<>();
        names.forEach(name -> schemes.add(SchemeCatalog.parse(name.asText())));
        schemes.sort(Comparator.comparingInt(Scheme::bitWidth));
        return schemes;
    }

    /** The scheme, then wider ones of its family where it may be raised; all of them when a size decides. */
    private static List<Scheme> candidates(String text, boolean raises, boolean hasTarget) {
        SchemeSpec spec = SchemeSpec.parse(text);
        int width = WIDTHS.indexOf(spec.name().toLowerCase(Locale.ROOT));
        if (width < 0 || !(raises || hasTarget)) {
            return List.of(SchemeCatalog.of(spec));
        }
        List<Scheme> candidates = new ArrayList<>();
        for (String name : WIDTHS.subList(hasTarget ? 0 : width, WIDTHS.size())) {
            candidates.add(SchemeCatalog.of(new SchemeSpec(name, spec.parameters())));
        }
        return candidates;
    }

    @Override
    public LayerChoice apply(Layer layer) {
        Choice rule = rule(layer.name());
        if (rule != null) {
            return rule.choice();
        }
        boolean sensitive = skipSensitive
                && SensitiveLayers.reason(layer.name(), layer.shapeKnown() ? layer.shape() : null) != null;
        return sensitive ? LayerChoice.KEEP : usual;
    }

    private Choice rule(String layer) {
        for (Choice rule : rules) {
            if (rule.match().matches(layer)) {
                return rule;
            }
        }
        return null;
    }

    /** True when the layer is to be left out of the output. */
    boolean drops(String layer) {
        Choice rule = rule(layer);
        return rule != null && rule.action() == Rule.Action.DROP;
    }

    /** Patterns that match none of the layers. */
    List<String> unmatched(List<String> layers) {
        List<String> unmatched = new ArrayList<>();
        for (Choice rule : rules) {
            if (layers.stream().noneMatch(rule.match()::matches)) {
                unmatched.add(rule.match().toString());
            }
        }
        return unmatched;
    }
}
