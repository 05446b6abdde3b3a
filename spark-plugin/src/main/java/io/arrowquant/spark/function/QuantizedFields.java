package io.arrowquant.spark.function;

import java.io.Serializable;
import java.util.Map;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.StructType;

/**
 * Where a struct has the fields of a quantized range. They are found by name, so that structs that were stored, built by
 * hand, or that carry more fields work as well; -1 where a field that may be missing is.
 */
record QuantizedFields(int size, int data, int scales, int zeroPoints, int shape, int scheme, int groupSize, int parts)
        implements Serializable {

    private static final int MISSING = -1;

    private static final Map<String, DataType> REQUIRED =
            Map.of(QuantizedStruct.QUANTIZED_DATA, DataTypes.BinaryType, QuantizedStruct.SCHEME, DataTypes.StringType);

    private static final Map<String, DataType> OPTIONAL = Map.of(
            QuantizedStruct.SCALES, DataTypes.createArrayType(DataTypes.FloatType),
            QuantizedStruct.ZERO_POINTS, DataTypes.createArrayType(DataTypes.FloatType),
            QuantizedStruct.SHAPE, DataTypes.createArrayType(DataTypes.LongType),
            QuantizedStruct.GROUP_SIZE, DataTypes.IntegerType,
            QuantizedStruct.PARTS, DataTypes.createMapType(DataTypes.StringType, DataTypes.BinaryType));

    static QuantizedFields of(StructType struct) {
        return new QuantizedFields(
                struct.length(),
                index(struct, QuantizedStruct.QUANTIZED_DATA),
                index(struct, QuantizedStruct.SCALES),
                index(struct, QuantizedStruct.ZERO_POINTS),
                index(struct, QuantizedStruct.SHAPE),
                index(struct, QuantizedStruct.SCHEME),
                index(struct, QuantizedStruct.GROUP_SIZE),
                index(struct, QuantizedStruct.PARTS));
    }

    /** Why a struct cannot be dequantized, or null when it can. */
    static String problem(StructType struct) {
        for (Map.Entry<String, DataType> field : REQUIRED.entrySet()) {
            if (index(struct, field.getKey()) == MISSING) {
                return "the struct has no field " + field.getKey();
            }
            String problem = problem(struct, field.getKey(), field.getValue());
            if (problem != null) {
                return problem;
            }
        }
        for (Map.Entry<String, DataType> field : OPTIONAL.entrySet()) {
            String problem = problem(struct, field.getKey(), field.getValue());
            if (problem != null) {
                return problem;
            }
        }
        return null;
    }

    private static String problem(StructType struct, String name, DataType expected) {
        int index = index(struct, name);
        if (index == MISSING || sameType(struct.fields()[index].dataType(), expected)) {
            return null;
        }
        return "field " + name + " must be " + expected.simpleString() + ", but is "
                + struct.fields()[index].dataType().simpleString();
    }

    /** Equal but for whether elements may be null, which stored tables always allow. */
    private static boolean sameType(DataType given, DataType expected) {
        if (given instanceof ArrayType array && expected instanceof ArrayType wanted) {
            return array.elementType().equals(wanted.elementType());
        }
        if (given instanceof MapType map && expected instanceof MapType wanted) {
            return map.keyType().equals(wanted.keyType()) && map.valueType().equals(wanted.valueType());
        }
        return given.equals(expected);
    }

    private static int index(StructType struct, String name) {
        for (int i = 0; i < struct.length(); i++) {
            if (struct.fields()[i].name().equalsIgnoreCase(name)) {
                return i;
            }
        }
        return MISSING;
    }

    static boolean isNull(InternalRow row, int field) {
        return field == MISSING || row.isNullAt(field);
    }
}
