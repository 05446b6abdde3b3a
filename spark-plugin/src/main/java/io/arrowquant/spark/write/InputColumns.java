package io.arrowquant.spark.write;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.Printable;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.FloatType;
import org.apache.spark.sql.types.LongType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Where the columns the writer needs stand in its rows; {@link #ABSENT} for those that are not there. Columns are found
 * by name in any order, and others are ignored.
 */
record InputColumns(int layerName, int dtype, int shape, int elementStart, int elementCount, int data, int weights)
        implements Serializable {
    static final int ABSENT = -1;

    static final String LAYER_NAME = "layer_name";
    static final String DTYPE = "dtype";
    static final String SHAPE = "shape";
    static final String ELEMENT_START = "element_start";
    static final String ELEMENT_COUNT = "element_count";
    static final String DATA = "data";
    static final String WEIGHTS = "weights";

    /** The columns of a frame; missing ones, wrong types and names that occur twice are errors. */
    static InputColumns of(StructType schema, boolean caseSensitive) {
        Finder finder = new Finder(schema, caseSensitive);
        int data = finder.find(DATA, "binary", type -> type instanceof BinaryType);
        // With data there, weights of another type are not looked at.
        int weights = data != ABSENT
                ? finder.findOfType(WEIGHTS, type -> isArrayOf(type, FloatType.class))
                : finder.find(WEIGHTS, "array<float>", type -> isArrayOf(type, FloatType.class));
        InputColumns columns = new InputColumns(
                finder.require(LAYER_NAME, "string", type -> type instanceof StringType),
                finder.require(DTYPE, "string", type -> type instanceof StringType),
                finder.require(SHAPE, "array<bigint>", type -> isArrayOf(type, LongType.class)),
                finder.find(ELEMENT_START, "bigint", type -> type instanceof LongType),
                finder.find(ELEMENT_COUNT, "bigint", type -> type instanceof LongType),
                data,
                weights);
        if (data == ABSENT && weights == ABSENT) {
            throw finder.missing(DATA);
        }
        return columns;
    }

    boolean hasData() {
        return data != ABSENT;
    }

    boolean hasWeights() {
        return weights != ABSENT;
    }

    private static boolean isArrayOf(DataType type, Class<? extends DataType> element) {
        return type instanceof ArrayType array && element.isInstance(array.elementType());
    }

    /** Tells whether a column has the type it must have. */
    private interface TypeCheck {
        boolean accepts(DataType type);
    }

    private record Finder(StructType schema, boolean caseSensitive) {
        int find(String name, String typeName, TypeCheck check) {
            StructField[] fields = schema.fields();
            int found = ABSENT;
            for (int i = 0; i < fields.length; i++) {
                if (caseSensitive
                        ? fields[i].name().equals(name)
                        : fields[i].name().equalsIgnoreCase(name)) {
                    if (found != ABSENT) {
                        throw new InvalidRequestException(
                                "Column '" + name + "' occurs twice, as '" + fields[found].name() + "' and '"
                                        + fields[i].name() + "'",
                                "Drop or rename one of them");
                    }
                    found = i;
                }
            }
            if (found != ABSENT && !check.accepts(fields[found].dataType())) {
                throw new InvalidRequestException(
                        "Column '" + name + "' has type "
                                + fields[found].dataType().sql().toLowerCase(Locale.ROOT) + ", but must be "
                                + typeName,
                        "Cast it to " + typeName);
            }
            return found;
        }

        /** The column, if there is exactly one and it has the type. */
        int findOfType(String name, TypeCheck check) {
            StructField[] fields = schema.fields();
            int found = ABSENT;
            for (int i = 0; i < fields.length; i++) {
                boolean same = caseSensitive
                        ? fields[i].name().equals(name)
                        : fields[i].name().equalsIgnoreCase(name);
                if (same && (found != ABSENT || !check.accepts(fields[i].dataType()))) {
                    return ABSENT;
                }
                found = same ? i : found;
            }
            return found;
        }

        int require(String name, String typeName, TypeCheck check) {
            int found = find(name, typeName, check);
            if (found == ABSENT) {
                throw missing(name);
            }
            return found;
        }

        InvalidRequestException missing(String name) {
            List<String> given = new ArrayList<>();
            for (String field : schema.fieldNames()) {
                given.add(Printable.text(field));
            }
            return new InvalidRequestException(
                    "Missing required column '" + name + "'",
                    "The writer needs layer_name, dtype, shape, and data or weights; the frame has "
                            + String.join(", ", given));
        }
    }
}
