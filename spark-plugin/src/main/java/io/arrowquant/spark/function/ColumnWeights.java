package io.arrowquant.spark.function;

import io.arrowquant.spark.vector.StoredWeights;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.LargeVarBinaryVector;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.vectorized.ArrowColumnVector;
import org.apache.spark.sql.vectorized.ColumnVector;

/**
 * The weights argument as columns of a batch hold it. Arrow buffers and stored bytes are viewed where they are; vectors
 * of another kind, such as those of Spark's Parquet reader, hand their rows out as they do for everybody.
 */
final class ColumnWeights {
    private static final int ALL_VALID = 0xff;

    private final RowWeights rows;
    private final StoredVectorWeights stored = new StoredVectorWeights();
    private final boolean isArray;
    private final boolean mayContainNull;

    /** {@code type} is the SQL type of the column. */
    ColumnWeights(DataType type) {
        rows = new RowWeights(type);
        isArray = type instanceof ArrayType;
        mayContainNull = type instanceof ArrayType array && array.containsNull();
    }

    /** The weights of a row that is not null. The names of layer and type matter to bytes only. */
    Weights of(ColumnVector column, int row, String layer, String dtype) {
        if (column instanceof StoredWeights storedColumn) {
            return stored.set(storedColumn, row);
        }
        if (column instanceof ArrowColumnVector arrow) {
            ValueVector vector = arrow.getValueVector();
            if (vector instanceof ListVector list && isFloats(list.getDataVector())) {
                return ofList(list, row);
            }
            if (vector instanceof VarBinaryVector bytes) {
                ArrowBuf offsets = bytes.getOffsetBuffer();
                long begin = offsets.getInt((long) row * Integer.BYTES);
                long end = offsets.getInt((row + 1L) * Integer.BYTES);
                return ofBytes(bytes.getDataBuffer(), begin, end, layer, dtype);
            }
            if (vector instanceof LargeVarBinaryVector bytes) {
                ArrowBuf offsets = bytes.getOffsetBuffer();
                long begin = offsets.getLong((long) row * Long.BYTES);
                long end = offsets.getLong((row + 1L) * Long.BYTES);
                return ofBytes(bytes.getDataBuffer(), begin, end, layer, dtype);
            }
        }
        return rows.of(isArray ? column.getArray(row) : column.getBinary(row), layer, dtype);
    }

    private static boolean isFloats(ValueVector elements) {
        return elements instanceof Float4Vector || elements instanceof Float8Vector;
    }

    private Weights ofList(ListVector list, int row) {
        BaseFixedWidthVector elements = (BaseFixedWidthVector) list.getDataVector();
        int begin = list.getElementStartIndex(row);
        int count = list.getElementEndIndex(row) - begin;
        int firstNull = mayContainNull ? firstNull(elements.getValidityBuffer(), begin, count) : Weights.NO_NULL;
        ArrowBuf values = elements.getDataBuffer();
        int width = elements.getTypeWidth();
        checkWithin(values, ((long) begin + count) * width);
        return rows.ofElements(null, values.memoryAddress() + (long) begin * width, count, firstNull);
    }

    private Weights ofBytes(ArrowBuf buffer, long begin, long end, String layer, String dtype) {
        checkWithin(buffer, end);
        return rows.ofBytes(null, buffer.memoryAddress() + begin, end - begin, layer, dtype);
    }

    /** The copies that follow are not checked: a wrong offset must not reach them. */
    private static void checkWithin(ArrowBuf buffer, long end) {
        if (end > buffer.capacity()) {
            throw new IllegalStateException("Arrow offset " + end + " lies beyond a buffer of " + buffer.capacity());
        }
    }

    private static int firstNull(ArrowBuf validity, int begin, int count) {
        int at = 0;
        while (at < count) {
            int bit = begin + at;
            if (bit % Byte.SIZE == 0
                    && count - at >= Byte.SIZE
                    && (validity.getByte(bit / Byte.SIZE) & ALL_VALID) == ALL_VALID) {
                at += Byte.SIZE;
            } else if ((validity.getByte(bit / Byte.SIZE) >> (bit % Byte.SIZE) & 1) == 0) {
                return at;
            } else {
                at++;
            }
        }
        return Weights.NO_NULL;
    }
}
