package io.arrowquant.local;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float2Vector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.LargeVarBinaryVector;
import org.apache.arrow.vector.LargeVarCharVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.complex.LargeListVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.FieldType;

/** Builds tables of weights in Arrow vectors of many types. */
final class TestTable {
    private final BufferAllocator allocator;
    private final List<FieldVector> columns = new ArrayList<>();

    TestTable(BufferAllocator allocator) {
        this.allocator = allocator;
    }

    /** The usual one: names, lists of float32, and shapes where there are any. */
    static VectorSchemaRoot of(BufferAllocator allocator, String[] names, float[][] weights, long[][] shapes) {
        TestTable table = new TestTable(allocator).names(names).floats(weights);
        return (shapes == null ? table : table.shapes(shapes)).build();
    }

    TestTable names(String... names) {
        VarCharVector vector = new VarCharVector("layer_name", allocator);
        vector.allocateNew();
        for (int row = 0; row < names.length; row++) {
            if (names[row] != null) {
                vector.setSafe(row, names[row].getBytes(StandardCharsets.UTF_8));
            }
        }
        return column(vector, names.length);
    }

    TestTable largeNames(String... names) {
        LargeVarCharVector vector = new LargeVarCharVector("layer_name", allocator);
        vector.allocateNew();
        for (int row = 0; row < names.length; row++) {
            vector.setSafe(row, names[row].getBytes(StandardCharsets.UTF_8));
        }
        return column(vector, names.length);
    }

    private TestTable column(FieldVector vector, int rows) {
        vector.setValueCount(rows);
        columns.add(vector);
        return this;
    }

    private static FieldType floating(FloatingPointPrecision precision) {
        return FieldType.nullable(new ArrowType.FloatingPoint(precision));
    }

    TestTable floats(float[]... weights) {
        return lists(FloatingPointPrecision.SINGLE, weights);
    }

    /** Lists of a type of floats; a null row is a null list, NaN of the sign bit a null element. */
    TestTable lists(FloatingPointPrecision precision, float[]... weights) {
        ListVector lists = ListVector.empty("weights", allocator);
        BaseFixedWidthVector values =
                (BaseFixedWidthVector) lists.addOrGetVector(floating(precision)).getVector();
        lists.allocateNew();
        for (int row = 0; row < weights.length; row++) {
            if (weights[row] == null) {
                continue;
            }
            int begin = lists.startNewValue(row);
            for (int i = 0; i < weights[row].length; i++) {
                set(values, begin + i, weights[row][i]);
            }
            lists.endValue(row, weights[row].length);
        }
        return column(lists, weights.length);
    }

    private static void set(BaseFixedWidthVector vector, int index, float value) {
        if (vector instanceof Float8Vector doubles) {
            doubles.setSafe(index, value);
        } else if (vector instanceof Float2Vector halves) {
            halves.setSafeWithPossibleTruncate(index, value);
        } else {
            ((Float4Vector) vector).setSafe(index, value);
        }
    }

    /** Makes an element of the weights null. */
    TestTable nullElement(int index) {
        ((ListVector) columns.get(1)).getDataVector().setNull(index);
        return this;
    }

    TestTable largeLists(float[]... weights) {
        LargeListVector lists = LargeListVector.empty("weights", allocator);
        Float4Vector values = (Float4Vector)
                lists.addOrGetVector(floating(FloatingPointPrecision.SINGLE)).getVector();
        lists.allocateNew();
        for (int row = 0; row < weights.length; row++) {
            long begin = lists.startNewValue(row);
            for (int i = 0; i < weights[row].length; i++) {
                values.setSafe((int) begin + i, weights[row][i]);
            }
            lists.endValue(row, weights[row].length);
        }
        return column(lists, weights.length);
    }

    TestTable fixedLists(float[]... weights) {
        FixedSizeListVector lists = FixedSizeListVector.empty("weights", weights[0].length, allocator);
        Float4Vector values = (Float4Vector)
                lists.addOrGetVector(floating(FloatingPointPrecision.SINGLE)).getVector();
        lists.allocateNew();
        for (int row = 0; row < weights.length; row++) {
            lists.setNotNull(row);
            for (int i = 0; i < weights[row].length; i++) {
                values.setSafe(row * weights[row].length + i, weights[row][i]);
            }
        }
        return column(lists, weights.length);
    }

    TestTable bytes(byte[]... weights) {
        VarBinaryVector vector = new VarBinaryVector("weights", allocator);
        vector.allocateNew();
        for (int row = 0; row < weights.length; row++) {
            vector.setSafe(row, weights[row]);
        }
        return column(vector, weights.length);
    }

    TestTable largeBytes(byte[]... weights) {
        LargeVarBinaryVector vector = new LargeVarBinaryVector("weights", allocator);
        vector.allocateNew();
        for (int row = 0; row < weights.length; row++) {
            vector.setSafe(row, weights[row]);
        }
        return column(vector, weights.length);
    }

    TestTable dtypes(String... types) {
        VarCharVector vector = new VarCharVector("dtype", allocator);
        vector.allocateNew();
        for (int row = 0; row < types.length; row++) {
            if (types[row] != null) {
                vector.setSafe(row, types[row].getBytes(StandardCharsets.UTF_8));
            }
        }
        return column(vector, types.length);
    }

    /** Shapes; null where a row has none, and a negative length for a null dimension. */
    TestTable shapes(long[]... shapes) {
        ListVector lists = ListVector.empty("shape", allocator);
        BigIntVector values = (BigIntVector) lists.addOrGetVector(FieldType.nullable(new ArrowType.Int(64, true)))
                .getVector();
        lists.allocateNew();
        for (int row = 0; row < shapes.length; row++) {
            if (shapes[row] == null) {
                continue;
            }
            int begin = lists.startNewValue(row);
            for (int i = 0; i < shapes[row].length; i++) {
                if (shapes[row][i] < 0) {
                    values.setNull(begin + i);
                } else {
                    values.setSafe(begin + i, shapes[row][i]);
                }
            }
            lists.endValue(row, shapes[row].length);
        }
        return column(lists, shapes.length);
    }

    /** A column of another type under any name. */
    TestTable ints(String name, int... values) {
        IntVector vector = new IntVector(name, allocator);
        vector.allocateNew();
        for (int row = 0; row < values.length; row++) {
            vector.setSafe(row, values[row]);
        }
        return column(vector, values.length);
    }

    VectorSchemaRoot build() {
        return new VectorSchemaRoot(columns);
    }
}
