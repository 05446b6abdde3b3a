package io.arrowquant.spark.function;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import scala.jdk.javaapi.CollectionConverters;

/** Values of rows as text, bytes as hexadecimal digits and floats to the last bit. */
final class RowText {
    private RowText() {}

    static String of(Object value) {
        if (value instanceof Row row) {
            List<String> fields = new ArrayList<>();
            for (int i = 0; i < row.size(); i++) {
                fields.add(of(row.get(i)));
            }
            return "{" + String.join(", ", fields) + "}";
        }
        if (value instanceof byte[] bytes) {
            return HexFormat.of().formatHex(bytes);
        }
        if (value instanceof scala.collection.Seq<?> items) {
            List<String> texts = new ArrayList<>();
            for (Object item : CollectionConverters.asJava(items)) {
                texts.add(of(item));
            }
            return texts.toString();
        }
        if (value instanceof scala.collection.Map<?, ?> map) {
            Map<String, String> texts = new TreeMap<>();
            for (Map.Entry<?, ?> entry : CollectionConverters.asJava(map).entrySet()) {
                texts.put(of(entry.getKey()), of(entry.getValue()));
            }
            return texts.toString();
        }
        return String.valueOf(value);
    }
}
