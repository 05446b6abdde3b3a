package io.arrowquant.safetensors;

import io.arrowquant.tensor.Shape;
import io.arrowquant.tensor.TensorInfo;
import java.util.Map;

/** Compact JSON, character for character as serde_json writes it for the reference implementation. */
final class HeaderJsonWriter {
    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private final StringBuilder json = new StringBuilder("{");
    private boolean first = true;

    /** Comes before the tensors. */
    void metadata(Map<String, String> metadata) {
        key(HeaderJsonReader.METADATA);
        json.append('{');
        String separator = "";
        for (Map.Entry<String, String> entry : metadata.entrySet()) {
            json.append(separator);
            string(entry.getKey());
            json.append(':');
            string(entry.getValue());
            separator = ",";
        }
        json.append('}');
    }

    void tensor(TensorInfo tensor, long begin) {
        key(tensor.name());
        json.append("{\"dtype\":\"").append(tensor.dtype()).append("\",\"shape\":[");
        Shape shape = tensor.shape();
        for (int i = 0; i < shape.rank(); i++) {
            if (i > 0) {
                json.append(',');
            }
            json.append(shape.dimension(i));
        }
        json.append("],\"data_offsets\":[").append(begin).append(',').append(begin + tensor.byteLength());
        json.append("]}");
    }

    String finish() {
        return json.append('}').toString();
    }

    int length() {
        return json.length();
    }

    private void key(String name) {
        if (!first) {
            json.append(',');
        }
        first = false;
        string(name);
        json.append(':');
    }

    private void string(String text) {
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
                    if (c < 0x20) {
                        json.append("\\u00").append(HEX[c >> 4]).append(HEX[c & 15]);
                    } else {
                        json.append(c);
                    }
                }
            }
        }
        json.append('"');
    }
}
