package io.arrowquant.recipe;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.Printable;
import io.arrowquant.storage.ByteSize;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Values of settings from documents and from texts. Errors name the key and the place it stands in. */
final class SettingReader {
    private static final List<String> RULE_KEYS = List.of("match", "scheme", "keep", "drop");

    private SettingReader() {}

    static Object ofText(Setting setting, String text, String place) {
        String plain = text.strip();
        return switch (setting.kind()) {
            case TEXT -> requireText(setting, plain, place);
            case COUNT -> count(setting, plain, place);
            case NUMBER -> number(setting, plain, place);
            case FLAG -> flag(setting, plain, place);
            case SIZE -> size(setting, plain, place);
            case LIST -> SettingText.list(text);
            case RULES, WIDTHS -> ofNode(setting, json(setting, text, place), place);
        };
    }

    private static JsonNode json(Setting setting, String text, String place) {
        try {
            return RecipeJson.read(text);
        } catch (JacksonException malformed) {
            throw invalid(setting, text, place, "Must be JSON, as in a recipe file");
        }
    }

    static Object ofNode(Setting setting, JsonNode node, String place) {
        switch (setting.kind()) {
            case LIST:
                return list(setting, node, place);
            case RULES:
                return rules(node, place);
            case WIDTHS:
                return widths(setting, node, place);
            case FLAG:
                if (!node.isBoolean()) {
                    throw invalid(setting, node.toString(), place, "Must be true or false");
                }
                return node.booleanValue();
            case TEXT:
                // YAML takes bare words such as 4 for numbers; a name is a text.
                if (!node.isTextual()) {
                    throw invalid(setting, node.toString(), place, "Must be a text");
                }
                return requireText(setting, node.textValue().strip(), place);
            case COUNT:
            case NUMBER:
            case SIZE:
            default:
                if (!node.isTextual() && !node.isNumber()) {
                    throw invalid(
                            setting,
                            node.toString(),
                            place,
                            "Must be a " + setting.kind().shown());
                }
                return ofText(setting, number(node), place);
        }
    }

    /** As in JSON schemas, where 1e9 and 128.0 are whole numbers. */
    private static String number(JsonNode node) {
        double value = node.isFloatingPointNumber() ? node.doubleValue() : Double.NaN;
        return value == Math.rint(value) && Math.abs(value) < Long.MAX_VALUE
                ? Long.toString((long) value)
                : node.asText();
    }

    private static String requireText(Setting setting, String text, String place) {
        if (text.isEmpty()) {
            throw invalid(setting, text, place, "Must not be empty");
        }
        return text;
    }

    private static Long count(Setting setting, String text, String place) {
        try {
            long count = Long.parseLong(text);
            // What is wrong with the size of a group is better said by its scheme.
            if (count > 0 || setting == Setting.GROUP_SIZE) {
                return count;
            }
        } catch (NumberFormatException notANumber) {
            throw invalid(setting, text, place, "Must be a positive whole number");
        }
        throw invalid(setting, text, place, "Must be a positive whole number");
    }

    private static Double number(Setting setting, String text, String place) {
        double number;
        try {
            number = Double.parseDouble(text);
        } catch (NumberFormatException notANumber) {
            throw invalid(setting, text, place, "Must be a number");
        }
        if (setting == Setting.MIN_COSINE && !(number >= -1 && number <= 1)) {
            throw outside(setting, number, place, "Must lie between -1 and 1");
        }
        if (setting == Setting.TARGET_BPW && !(number > 0 && number <= 64)) {
            throw outside(setting, number, place, "Must be more than 0 and at most 64");
        }
        return number;
    }

    private static Boolean flag(Setting setting, String text, String place) {
        Boolean flag = SettingText.flag(text);
        if (flag == null) {
            throw invalid(setting, text, place, "Must be true or false");
        }
        return flag;
    }

    private static Long size(Setting setting, String text, String place) {
        long size = ByteSize.parse(name(setting, place), text);
        if (size == 0) {
            throw invalid(setting, text, place, "Must be more than nothing");
        }
        return size;
    }

    private static List<String> list(Setting setting, JsonNode node, String place) {
        if (node.isTextual()) {
            return List.of(node.textValue());
        }
        List<String> items = new ArrayList<>();
        for (JsonNode item : node) {
            if (!item.isTextual()) {
                throw invalid(setting, item.toString(), place, "Must be a list of texts");
            }
            items.add(item.textValue());
        }
        if (!node.isArray()) {
            throw invalid(setting, node.toString(), place, "Must be a list of texts");
        }
        return List.copyOf(items);
    }

    private static List<Rule> rules(JsonNode node, String place) {
        if (!node.isArray()) {
            throw invalid(Setting.RULES, node.toString(), place, "Must be a list of rules");
        }
        List<Rule> rules = new ArrayList<>();
        for (JsonNode item : node) {
            rules.add(rule(item, place));
        }
        return List.copyOf(rules);
    }

    private static Rule rule(JsonNode node, String place) {
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            if (!RULE_KEYS.contains(entry.getKey())) {
                throw InvalidRequestException.unknown("key of a rule in " + place, entry.getKey(), RULE_KEYS);
            }
        }
        boolean keep = isTrue(node, "keep", place);
        boolean drop = isTrue(node, "drop", place);
        JsonNode scheme = node.path("scheme");
        int actions = (keep ? 1 : 0) + (drop ? 1 : 0) + (scheme.isTextual() ? 1 : 0);
        if (!node.path("match").isTextual() || actions != 1) {
            throw invalid(
                    Setting.RULES,
                    node.toString(),
                    place,
                    "A rule has a match and one of: scheme: NAME, keep: true, drop: true");
        }
        NamePattern match = SettingCheck.within(
                place, () -> NamePattern.of(node.path("match").textValue()));
        return keep ? Rule.keep(match) : drop ? Rule.drop(match) : Rule.scheme(match, scheme.textValue());
    }

    private static boolean isTrue(JsonNode rule, String key, String place) {
        JsonNode value = rule.path(key);
        if (!value.isMissingNode() && !value.isBoolean()) {
            throw invalid(Setting.RULES, rule.toString(), place, key + " must be true");
        }
        return value.asBoolean(false);
    }

    private static Map<String, Long> widths(Setting setting, JsonNode node, String place) {
        if (!node.isObject()) {
            throw invalid(setting, node.toString(), place, "Must map patterns to bits");
        }
        Map<String, Long> widths = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            SettingCheck.within(place, () -> NamePattern.of(entry.getKey()));
            widths.put(entry.getKey(), count(setting, entry.getValue().asText(), place));
        }
        return widths;
    }

    private static InvalidRequestException invalid(Setting setting, String value, String place, String remedy) {
        return new InvalidRequestException(subject(setting, place) + "'" + Printable.text(value) + "'", remedy);
    }

    private static InvalidRequestException outside(Setting setting, double value, String place, String remedy) {
        return new InvalidRequestException(subject(setting, place) + value, remedy);
    }

    /** What is said on the command line needs no place. */
    private static String subject(Setting setting, String place) {
        return "Invalid " + name(setting, place) + ": ";
    }

    /** As the command line has it, or as it stands in a file. */
    private static String name(Setting setting, String place) {
        return place.isEmpty() ? setting.key().replace('_', '-') : setting.key() + " in " + place;
    }
}
