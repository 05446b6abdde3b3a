package io.arrowquant.recipe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.NearestName;
import io.arrowquant.error.Printable;
import io.arrowquant.scheme.SchemeSpec;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What was said in one place, or in several of which the upper ones win: flags over environment variables over the recipe
 * over the profile. Immutable.
 */
public final class RecipeSettings {
    /** They belong to the scheme they were given with. */
    private static final Set<Setting> OF_SCHEME = Set.of(Setting.GROUP_SIZE, Setting.SYMMETRIC, Setting.OBSERVER);

    /** What upper places say comes first and does not silence lower ones: the first rule that matches counts. */
    private static final Set<Setting> ADDED = Set.of(Setting.SKIP, Setting.RULES);

    private static final RecipeSettings EMPTY = new RecipeSettings(new EnumMap<>(Setting.class));

    private final EnumMap<Setting, Object> values;

    private RecipeSettings(EnumMap<Setting, Object> values) {
        this.values = values;
    }

    public static RecipeSettings empty() {
        return EMPTY;
    }

    /** A recipe as a document; unknown keys are errors. {@code place} is for errors. */
    public static RecipeSettings ofDocument(JsonNode document, String place) {
        if (!document.isObject()) {
            throw new InvalidRequestException(
                    "The recipe in " + place + " is no map of settings", "Write lines such as scheme: W4A16");
        }
        RecipeSettings settings = EMPTY;
        Set<Setting> said = EnumSet.noneOf(Setting.class);
        for (Map.Entry<String, JsonNode> entry : document.properties()) {
            Setting setting = Setting.find(entry.getKey());
            if (setting == null) {
                throw InvalidRequestException.unknown("key in " + place, entry.getKey(), Setting.keys());
            }
            if (!said.add(setting)) {
                throw new InvalidRequestException(
                        "'" + Printable.text(entry.getKey()) + "' in " + place + " says " + setting.key()
                                + " a second time",
                        "Leave one of the two out");
            }
            if (!entry.getValue().isNull()) {
                settings = settings.put(setting, SettingReader.ofNode(setting, entry.getValue(), place), place);
            }
        }
        return settings;
    }

    /**
     * The variables {@code ARROWQUANT_...} that name settings. Others are somebody else's, unless they look like a slip of
     * the pen.
     */
    public static RecipeSettings ofEnvironment(Map<String, String> environment) {
        RecipeSettings settings = EMPTY;
        for (Setting setting : Setting.values()) {
            List<String> given = setting.variables().stream()
                    .filter(variable -> !environment.getOrDefault(variable, "").isBlank())
                    .toList();
            if (given.size() > 1) {
                throw new InvalidRequestException(
                        String.join(" and ", given) + " are the same setting", "Unset one of the two");
            }
            for (String variable : given) {
                settings = settings.with(setting, environment.get(variable), "the variable " + variable);
            }
        }
        for (String variable : environment.keySet()) {
            if (variable.startsWith(Setting.VARIABLES) && !Setting.isVariable(variable)) {
                requireNoSlip(variable);
            }
        }
        return settings;
    }

    private static void requireNoSlip(String variable) {
        String nearest = NearestName.of(variable.substring(Setting.VARIABLES.length()), Setting.keys());
        if (nearest != null) {
            throw new InvalidRequestException(
                    "The variable " + Printable.text(variable) + " names no setting",
                    "Did you mean " + Setting.find(nearest).variable()
                            + "? If it is not meant for ArrowQuant, unset it");
        }
    }

    /** With a value more, written as a text. */
    public RecipeSettings with(Setting setting, String text, String place) {
        return put(setting, SettingReader.ofText(setting, text, place), place);
    }

    /** The same without one thing. */
    public RecipeSettings without(Setting setting) {
        EnumMap<Setting, Object> copy = new EnumMap<>(values);
        copy.remove(setting);
        return new RecipeSettings(copy);
    }

    /** With more rules behind those there are. */
    public RecipeSettings withRules(List<Rule> more) {
        List<Rule> rules = new ArrayList<>(rules());
        rules.addAll(more);
        return set(Setting.RULES, List.copyOf(rules));
    }

    private RecipeSettings put(Setting setting, Object value, String place) {
        SettingCheck.require(setting, value, place);
        if (setting == Setting.BIT_WIDTH) {
            long bits = (Long) value;
            if (bits != 2 && bits != 4 && bits != 8) {
                throw new InvalidRequestException("Invalid bit_width: " + bits + ". Must be 2, 4, or 8"
                        + (place.isEmpty() ? "" : ", in " + place));
            }
            if (has(Setting.SCHEME)) {
                throw both(place);
            }
            return set(Setting.SCHEME, "int" + bits);
        }
        if (setting == Setting.SCHEME && has(Setting.SCHEME)) {
            throw both(place);
        }
        return set(setting, value);
    }

    private static InvalidRequestException both(String place) {
        return new InvalidRequestException(
                "Both scheme and bit_width are given" + (place.isEmpty() ? "" : " in " + place),
                "Leave one of them out");
    }

    private RecipeSettings set(Setting setting, Object value) {
        EnumMap<Setting, Object> copy = new EnumMap<>(values);
        copy.put(setting, value);
        return new RecipeSettings(copy);
    }

    /** These, and what the others say of things that these do not mention. */
    public RecipeSettings over(RecipeSettings lower) {
        EnumMap<Setting, Object> merged = new EnumMap<>(lower.values);
        mergeSchemes(merged);
        values.forEach((setting, value) -> {
            if (ADDED.contains(setting) && merged.containsKey(setting)) {
                List<Object> both = new ArrayList<>((List<?>) value);
                both.addAll((List<?>) merged.get(setting));
                merged.put(setting, List.copyOf(both));
            } else {
                merged.put(setting, value);
            }
        });
        return new RecipeSettings(merged);
    }

    /** Parameters of a scheme count where the scheme was given, unless an upper place gives them anew. */
    private void mergeSchemes(EnumMap<Setting, Object> merged) {
        String lower = (String) merged.get(Setting.SCHEME);
        if (has(Setting.SCHEME)) {
            if (!sameSchemes(text(Setting.SCHEME), lower)) {
                merged.keySet().removeAll(OF_SCHEME);
            }
            Set<String> own =
                    SchemeSpec.parse(text(Setting.SCHEME)).parameters().keySet();
            merged.keySet().removeIf(setting -> own.contains(setting.key()));
        } else if (lower != null) {
            SchemeSpec spec = SchemeSpec.parse(lower);
            Map<String, String> left = new LinkedHashMap<>(spec.parameters());
            OF_SCHEME.stream().filter(this::has).forEach(setting -> left.remove(setting.key()));
            if (left.size() < spec.parameters().size()) {
                String parameters = left.toString();
                merged.put(Setting.SCHEME, spec.name() + '(' + parameters.substring(1, parameters.length() - 1) + ')');
            }
        }
    }

    private static boolean sameSchemes(String one, String other) {
        return other == null
                || SchemeSpec.parse(one)
                        .name()
                        .equalsIgnoreCase(SchemeSpec.parse(other).name());
    }

    public boolean has(Setting setting) {
        return values.containsKey(setting);
    }

    /** The text, or null. */
    public String text(Setting setting) {
        return (String) values.get(setting);
    }

    public boolean flag(Setting setting, boolean otherwise) {
        return has(setting) ? (Boolean) values.get(setting) : otherwise;
    }

    /** The number, or NaN. */
    public double number(Setting setting) {
        return has(setting) ? (Double) values.get(setting) : Double.NaN;
    }

    public long count(Setting setting, long otherwise) {
        return has(setting) ? (Long) values.get(setting) : otherwise;
    }

    @SuppressWarnings("unchecked")
    public List<String> list(Setting setting) {
        return has(setting) ? (List<String>) values.get(setting) : List.of();
    }

    @SuppressWarnings("unchecked")
    public List<Rule> rules() {
        return has(Setting.RULES) ? (List<Rule>) values.get(Setting.RULES) : List.of();
    }

    /** Bits by pattern, in order. */
    @SuppressWarnings("unchecked")
    public Map<String, Long> widths() {
        return has(Setting.LAYER_BIT_WIDTHS) ? (Map<String, Long>) values.get(Setting.LAYER_BIT_WIDTHS) : Map.of();
    }

    /** A recipe that says the same. */
    public ObjectNode toJson() {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        values.forEach((setting, value) -> {
            switch (setting.kind()) {
                case TEXT -> document.put(setting.key(), (String) value);
                case COUNT, SIZE -> document.put(setting.key(), (Long) value);
                case NUMBER -> document.put(setting.key(), (Double) value);
                case FLAG -> document.put(setting.key(), (Boolean) value);
                case LIST -> list(setting).forEach(document.withArray(setting.key())::add);
                case RULES -> rules().forEach(rule -> addRule(document.withArray(setting.key()), rule));
                case WIDTHS -> widths().forEach(document.withObject(setting.key())::put);
            }
        });
        return document;
    }

    private static void addRule(ArrayNode rules, Rule rule) {
        ObjectNode node = rules.addObject().put("match", rule.match().toString());
        switch (rule.action()) {
            case SCHEME -> node.put("scheme", rule.scheme());
            case KEEP -> node.put("keep", true);
            case DROP -> node.put("drop", true);
        }
    }

    @Override
    public String toString() {
        return new LinkedHashMap<>(values).toString();
    }
}
