package io.arrowquant.json;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Reads JSON as json.loads does, and writes it as json.dumps(value, indent=2, sort_keys=True) does. */
public final class PythonJson {
    private static final ObjectMapper READER = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private PythonJson() {}

    public static JsonNode read(byte[] text) throws JacksonException {
        try {
            return READER.readTree(text);
        } catch (JacksonException malformed) {
            throw malformed;
        } catch (java.io.IOException impossible) {
            throw new java.io.UncheckedIOException(impossible);
        }
    }

    /** Indented by two, keys in the order of their code points, nothing but ASCII; without a line end. */
    public static String sorted(JsonNode value) {
        StringBuilder text = new StringBuilder();
        append(text, value, true, "\n");
        return text.toString();
    }

    /** Indented by two, keys in the order they have. */
    public static String indented(JsonNode value) {
        StringBuilder text = new StringBuilder();
        append(text, value, false, "\n");
        return text.toString();
    }

    private static void append(StringBuilder text, JsonNode value, boolean sort, String newLine) {
        if (value.isObject()) {
            appendObject(text, value, sort, newLine);
        } else if (value.isArray()) {
            appendArray(text, value, sort, newLine);
        } else if (value.isTextual()) {
            quote(text, value.textValue());
        } else if (value.isFloatingPointNumber()) {
            text.append(PythonFloat.repr(value.doubleValue()));
        } else {
            // Whole numbers, true, false and null are spelled alike.
            text.append(value.asText());
        }
    }

    private static void appendObject(StringBuilder text, JsonNode object, boolean sort, String newLine) {
        if (object.isEmpty()) {
            text.append("{}");
            return;
        }
        String inner = newLine + "  ";
        String separator = "{" + inner;
        for (Map.Entry<String, JsonNode> field : fields(object, sort)) {
            text.append(separator);
            quote(text, field.getKey());
            text.append(": ");
            append(text, field.getValue(), sort, inner);
            separator = "," + inner;
        }
        text.append(newLine).append('}');
    }

    private static List<Map.Entry<String, JsonNode>> fields(JsonNode object, boolean sort) {
        List<Map.Entry<String, JsonNode>> fields = new ArrayList<>();
        Iterator<Map.Entry<String, JsonNode>> all = object.fields();
        while (all.hasNext()) {
            fields.add(all.next());
        }
        if (!sort) {
            return fields;
        }
        TreeMap<String, JsonNode> ordered = new TreeMap<>(PythonJson::compareCodePoints);
        for (Map.Entry<String, JsonNode> field : fields) {
            ordered.put(field.getKey(), field.getValue());
        }
        return new ArrayList<>(ordered.entrySet());
    }

    /** Java compares halves of surrogate pairs, which sort below some characters that they should follow. */
    private static int compareCodePoints(String a, String b) {
        int[] first = a.codePoints().toArray();
        int[] second = b.codePoints().toArray();
        return java.util.Arrays.compare(first, second);
    }

    private static void appendArray(StringBuilder text, JsonNode array, boolean sort, String newLine) {
        if (array.isEmpty()) {
            text.append("[]");
            return;
        }
        String inner = newLine + "  ";
        String separator = "[" + inner;
        for (JsonNode element : array) {
            text.append(separator);
            append(text, element, sort, inner);
            separator = "," + inner;
        }
        text.append(newLine).append(']');
    }

    /** A string with the escapes of json.dumps. */
    public static void quote(StringBuilder json, String text) {
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> json.append("\\\"");
                case '\\' -> json.append("\\\\");
                case '\b' -> json.append("\\b");
                case '\f' -> json.append("\\f");
                case '\n' -> json.append("\\n");
                case '\r' -> json.append("\\r");
                case '\t' -> json.append("\\t");
                default -> {
                    if (c >= 0x20 && c < 0x7f) {
                        json.append(c);
                    } else {
                        json.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
                    }
                }
            }
        }
        json.append('"');
    }
}
