package io.arrowquant.spark.function;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.catalyst.util.ArrayData;

/** The values of a call's arguments in one row. An argument that is NULL counts as one that is not given. */
final class ArgumentValues {
    private final Map<String, Integer> positions = new HashMap<>();
    private Object[] values;

    ArgumentValues(List<String> names) {
        for (int i = 0; i < names.size(); i++) {
            positions.put(names.get(i), i);
        }
        values = new Object[names.size()];
    }

    /** Takes the values of a row, in the order of the names. */
    void set(Object[] values) {
        this.values = values;
    }

    private Object value(String name) {
        Integer position = positions.get(name);
        return position == null ? null : values[position];
    }

    /** The value as text, or null. */
    String text(String name) {
        Object value = value(name);
        return value == null ? null : value.toString();
    }

    /** A bigint, or null. */
    Long number(String name) {
        return (Long) value(name);
    }

    boolean flag(String name) {
        return Boolean.TRUE.equals(value(name));
    }

    /** An array of bigint, or null. */
    ArrayData array(String name) {
        return (ArrayData) value(name);
    }
}
