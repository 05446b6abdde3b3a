package io.arrowquant.spark.write;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;

/** The {@code model.safetensors.index.json}, character for character as transformers writes it. */
final class IndexFile {
    static final String NAME = "model.safetensors.index.json";

    private IndexFile() {}

    /** {@code files} maps tensors to the names of the files they are in. */
    static byte[] text(SortedMap<String, String> files, long tensorBytes) {
        StringBuilder json = new StringBuilder(64 + files.size() * 80);
        json.append("{\n  \"metadata\": {\n    \"total_size\": ").append(tensorBytes);
        json.append("\n  },\n  \"weight_map\": {");
        String separator = "\n    ";
        for (Map.Entry<String, String> entry : files.entrySet()) {
            json.append(separator);
            appendText(json, entry.getKey());
            json.append(": ");
            appendText(json, entry.getValue());
            separator = ",\n    ";
        }
        json.append(files.isEmpty() ? "}\n}\n" : "\n  }\n}\n");
        return json.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** Escapes as Python's json.dumps does, which leaves nothing but ASCII. */
    private static void appendText(StringBuilder json, String text) {
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
                    if (c >= 0x20 && c <= 0x7e) {
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
