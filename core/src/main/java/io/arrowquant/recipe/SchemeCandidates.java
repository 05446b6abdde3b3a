package io.arrowquant.recipe;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.scheme.Scheme;
import io.arrowquant.scheme.SchemeCatalog;
import io.arrowquant.scheme.SchemeSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The schemes that may take the place of a recipe's own, for a target or a minimal cosine. */
final class SchemeCandidates {
    /** Schemes that exist in several widths, with the width in their names. */
    private static final Pattern WIDTH =
            Pattern.compile("(int|W|gptq_int|hqq_int)(\\d)(A16|)(_ASYM|)", Pattern.CASE_INSENSITIVE);

    private static final Set<Integer> LADDER = Set.of(2, 4, 8);

    private SchemeCandidates() {}

    /** The candidates of settings: those that are listed, or the scheme in the widths there are. */
    static List<Scheme> of(RecipeSettings settings, Recipe recipe) {
        Layout layout = recipe.effectiveLayout();
        Set<String> spellings = new LinkedHashSet<>();
        for (String listed : settings.list(Setting.CANDIDATES)) {
            spellings.add(canonical(layout, SchemeSpec.parse(layout.resolve(listed))));
        }
        if (spellings.isEmpty()) {
            spellings.addAll(wider(layout, recipe.scheme(), settings));
        }
        if (layout.hasOneScheme() && spellings.size() > 1) {
            throw new InvalidRequestException(
                    "The layout " + layout.spelling() + " has one scheme for a model, but the candidates are "
                            + String.join(", ", spellings),
                    "Name one of them");
        }
        List<Scheme> candidates = new ArrayList<>();
        spellings.forEach(spelling -> candidates.add(SchemeCatalog.parse(spelling)));
        return List.copyOf(candidates);
    }

    /** The scheme and the same in more bits; for a target also in fewer, as far as runtimes load them. */
    private static List<String> wider(Layout layout, String scheme, RecipeSettings settings) {
        boolean target = settings.has(Setting.TARGET_SIZE) || settings.has(Setting.TARGET_BPW);
        return widths(layout, scheme, !target ? Byte.SIZE : layout.isForRuntimes() ? 4 : 2);
    }

    /** A scheme and the same in more bits. */
    static List<Scheme> raising(Layout layout, String scheme) {
        return widths(layout, scheme, Byte.SIZE).stream()
                .map(SchemeCatalog::parse)
                .toList();
    }

    /** A scheme, the same in more bits, and in fewer down to {@code least}. */
    private static List<String> widths(Layout layout, String scheme, int least) {
        if (layout.hasOneScheme() || !hasWidths(scheme)) {
            return List.of(scheme);
        }
        int own = SchemeCatalog.parse(scheme).bitWidth();
        List<String> found = new ArrayList<>();
        for (int bits = 1; bits <= Byte.SIZE; bits++) {
            if (bits == own) {
                found.add(scheme);
            } else if (LADDER.contains(bits) && bits >= Math.min(own, least)) {
                found.add(inWidth(layout, scheme, bits));
            }
        }
        return found;
    }

    static boolean hasWidths(String scheme) {
        return WIDTH.matcher(SchemeSpec.parse(scheme).name()).matches();
    }

    /** The same scheme with codes of another width. */
    static String inWidth(Layout layout, String scheme, long bits) {
        SchemeSpec spec = SchemeSpec.parse(scheme);
        Matcher name = WIDTH.matcher(spec.name());
        if (!name.matches()) {
            throw new InvalidRequestException(
                    "layer_bit_widths gives a layer " + bits + " bits, but scheme " + spec.name()
                            + " has one width only",
                    "Use rules with schemes instead");
        }
        Map<String, String> parameters = new LinkedHashMap<>(spec.parameters());
        if (!name.group(4).isEmpty()) {
            parameters.putIfAbsent("symmetric", "false");
        }
        String other = name.group(1) + bits + name.group(3);
        if (!isKnown(other)) {
            throw new InvalidRequestException(
                    "layer_bit_widths gives a layer " + bits + " bits, which scheme " + spec.name()
                            + " does not come in",
                    "Use one of " + widths(name) + ", or 16, which keeps the layer as it is");
        }
        return canonical(layout, new SchemeSpec(other, parameters));
    }

    private static boolean isKnown(String name) {
        return SchemeCatalog.entries().stream().anyMatch(entry -> entry.name().equalsIgnoreCase(name));
    }

    private static String widths(Matcher name) {
        List<String> widths = new ArrayList<>();
        for (int bits = 1; bits <= Byte.SIZE; bits++) {
            if (isKnown(name.group(1) + bits + name.group(3))) {
                widths.add(Integer.toString(bits));
            }
        }
        return String.join(", ", widths);
    }

    /** The canonical spelling, so that reports and file names do not depend on how it was written. */
    static String canonical(Layout layout, SchemeSpec spec) {
        Scheme scheme = SchemeCatalog.of(spec);
        layout.require(scheme);
        return scheme.spelling();
    }
}
