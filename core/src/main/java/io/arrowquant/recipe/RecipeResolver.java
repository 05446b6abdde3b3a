package io.arrowquant.recipe;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.scheme.SchemeCatalog;
import io.arrowquant.scheme.SchemeSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes a recipe of settings: spells schemes out, finds the layout, puts all rules in their order. */
public final class RecipeResolver {
    private static final int UNQUANTIZED_BITS = 16;

    private final RecipeSettings settings;
    private final Layout layout;

    private RecipeResolver(RecipeSettings settings) {
        this.settings = settings;
        String scheme = settings.text(Setting.SCHEME);
        if (scheme == null) {
            throw new InvalidRequestException(
                    "No scheme is given", "Give one with --scheme int4, a profile with --profile local, or a --recipe");
        }
        this.layout = layout(scheme);
    }

    /** {@code settings} are those of all places, the profile's included. */
    public static Recipe resolve(RecipeSettings settings) {
        return new RecipeResolver(settings).recipe();
    }

    private Layout layout(String scheme) {
        String asked = settings.text(Setting.LAYOUT);
        Layout chosen = asked == null ? Layout.ofScheme(scheme) : Layout.of(asked);
        if (chosen == Layout.GGUF) {
            throw new InvalidRequestException(
                    "Scheme " + scheme + " belongs into GGUF files, which jobs do not write",
                    "Use it in SQL, or choose a scheme of another family; see: arrowquant schemes");
        }
        return chosen;
    }

    private Recipe recipe() {
        String scheme = base();
        List<Rule> rules = new ArrayList<>();
        for (NamePattern pattern : NamePattern.listOf(settings.list(Setting.SKIP))) {
            rules.add(Rule.keep(pattern));
        }
        for (Rule rule : settings.rules()) {
            rules.add(
                    rule.action() == Rule.Action.SCHEME
                            ? Rule.scheme(
                                    rule.match(),
                                    SchemeCandidates.canonical(layout, SchemeSpec.parse(layout.resolve(rule.scheme()))))
                            : rule);
        }
        settings.widths().forEach((pattern, bits) -> rules.add(ofWidth(NamePattern.of(pattern), scheme, bits)));
        return new Recipe(
                scheme, layout, rules, settings.flag(Setting.DEFAULTS, true), settings.flag(Setting.STRICT, false));
    }

    /** The scheme with the parameters that were given beside it. */
    private String base() {
        SchemeSpec spec = SchemeSpec.parse(layout.resolve(settings.text(Setting.SCHEME)));
        Map<String, String> parameters = new LinkedHashMap<>();
        if (settings.has(Setting.GROUP_SIZE)) {
            parameters.put("group_size", Long.toString(settings.count(Setting.GROUP_SIZE, 0)));
        }
        if (settings.has(Setting.SYMMETRIC)) {
            parameters.put("symmetric", Boolean.toString(settings.flag(Setting.SYMMETRIC, false)));
        }
        if (settings.has(Setting.OBSERVER)) {
            parameters.put("observer", settings.text(Setting.OBSERVER));
        }
        return SchemeCandidates.canonical(layout, spec.with(parameters));
    }

    private Rule ofWidth(NamePattern pattern, String scheme, long bits) {
        if (bits == UNQUANTIZED_BITS) {
            return Rule.keep(pattern);
        }
        boolean own = bits == SchemeCatalog.parse(scheme).bitWidth();
        return Rule.scheme(pattern, own ? scheme : SchemeCandidates.inWidth(layout, scheme, bits));
    }
}
