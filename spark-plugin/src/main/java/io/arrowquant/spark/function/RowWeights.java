package io.arrowquant.spark.function;

import io.arrowquant.error.LayerErrors;
import io.arrowquant.tensor.DataType;
import org.apache.spark.sql.catalyst.expressions.UnsafeArrayData;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.unsafe.Platform;

/** The weights argument as rows hold it: an array of floats or doubles, or bytes. */
final class RowWeights {
    private static final int NULL_BITS_OFFSET = Long.BYTES;

    private final MemoryWeights weights = new MemoryWeights();
    private final DataType elementType;
    private final boolean mayContainNull;

    /** {@code type} is the SQL type of the argument. */
    RowWeights(org.apache.spark.sql.types.DataType type) {
        if (type instanceof ArrayType array) {
            elementType = array.elementType().equals(DataTypes.FloatType) ? DataType.F32 : DataType.F64;
            mayContainNull = array.containsNull();
        } else {
            elementType = null;
            mayContainNull = false;
        }
    }

    /** The weights of a row. The names of layer and type matter to bytes only. */
    Weights of(Object value, String layer, String dtype) {
        if (value instanceof byte[] bytes) {
            return ofBytes(bytes, Platform.BYTE_ARRAY_OFFSET, bytes.length, layer, dtype);
        }
        ArrayData array = (ArrayData) value;
        int count = array.numElements();
        if (array instanceof UnsafeArrayData unsafe) {
            long values = unsafe.getBaseOffset() + UnsafeArrayData.calculateHeaderPortionInBytes((long) count);
            int firstNull = mayContainNull ? firstNull(unsafe, count) : Weights.NO_NULL;
            return weights.set(elementType, unsafe.getBaseObject(), values, count, firstNull);
        }
        int firstNull = mayContainNull ? firstNull(array, count) : Weights.NO_NULL;
        if (firstNull != Weights.NO_NULL) {
            return weights.set(elementType, null, 0, count, firstNull);
        }
        if (elementType == DataType.F32) {
            return weights.set(elementType, array.toFloatArray(), Platform.FLOAT_ARRAY_OFFSET, count, firstNull);
        }
        return weights.set(elementType, array.toDoubleArray(), Platform.DOUBLE_ARRAY_OFFSET, count, firstNull);
    }

    /** Elements of a stored type that lie somewhere in memory. */
    Weights ofBytes(Object base, long offset, long length, String layer, String dtype) {
        if (dtype == null) {
            throw LayerErrors.of(layer, "weights is binary, and dtype does not tell the type of its elements", "");
        }
        DataType type = DataType.of(dtype);
        if (length * Byte.SIZE % type.bits() != 0) {
            throw LayerErrors.of(
                    layer,
                    "weights has " + length + " bytes, which is no whole number of " + type + " elements of "
                            + type.bits() + " bits",
                    "");
        }
        return weights.set(type, base, offset, Math.toIntExact(length * Byte.SIZE / type.bits()), Weights.NO_NULL);
    }

    /** Elements of the array's own type that lie somewhere in memory. */
    Weights ofElements(Object base, long offset, int count, int firstNull) {
        return weights.set(elementType, base, offset, count, firstNull);
    }

    private static int firstNull(UnsafeArrayData array, int count) {
        long bits = array.getBaseOffset() + NULL_BITS_OFFSET;
        for (int at = 0; at < count; at += Long.SIZE) {
            long word = Platform.getLong(array.getBaseObject(), bits + at / Byte.SIZE);
            if (word != 0) {
                return at + Long.numberOfTrailingZeros(word);
            }
        }
        return Weights.NO_NULL;
    }

    private static int firstNull(ArrayData array, int count) {
        for (int i = 0; i < count; i++) {
            if (array.isNullAt(i)) {
                return i;
            }
        }
        return Weights.NO_NULL;
    }
}
