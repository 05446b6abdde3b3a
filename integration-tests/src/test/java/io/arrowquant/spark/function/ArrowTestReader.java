package io.arrowquant.spark.function;

import io.arrowquant.spark.vector.StoredWeights;
import io.arrowquant.tensor.DataType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.types.Types.MinorType;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.util.TransferPair;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.execution.vectorized.OnHeapColumnVector;
import org.apache.spark.sql.execution.vectorized.WritableColumnVector;
import org.apache.spark.sql.util.ArrowUtils;
import org.apache.spark.sql.vectorized.ArrowColumnVector;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarArray;
import org.apache.spark.sql.vectorized.ColumnarBatch;

/** Reads test tensors as batches. Owns its vectors: those of a batch die when the next one is asked for. */
final class ArrowTestReader implements PartitionReader<ColumnarBatch> {
    /** How often arrays of stored vectors were decoded: the columnar operator must do without. */
    static final AtomicLong DECODED = new AtomicLong();

    private static final int JUNK_ROWS = 3;

    private final List<TestTensor> rows;
    private final int batchRows;
    private final String kind;
    private final BufferAllocator allocator;
    private final List<AutoCloseable> open = new ArrayList<>();
    private int at;
    private ColumnarBatch batch;

    ArrowTestReader(List<TestTensor> rows, int batchRows, String kind) {
        this.rows = rows;
        this.batchRows = batchRows;
        this.kind = kind;
        this.allocator = ArrowUtils.rootAllocator().newChildAllocator("test reader", 0, Long.MAX_VALUE);
    }

    @Override
    public boolean next() {
        release();
        if (at == rows.size()) {
            return false;
        }
        int end = Math.min(rows.size(), at + batchRows);
        List<TestTensor> chosen = rows.subList(at, end);
        batch = new ColumnarBatch(columns(chosen), chosen.size());
        at = end;
        return true;
    }

    @Override
    public ColumnarBatch get() {
        return batch;
    }

    private ColumnVector[] columns(List<TestTensor> tensors) {
        if (kind.equals("foreign")) {
            return foreignColumns(tensors);
        }
        List<TestTensor> written = tensors;
        if (kind.equals("sliced")) {
            written = new ArrayList<>(TestTensor.random(99, JUNK_ROWS, 50));
            written.addAll(tensors);
        }
        VarCharVector layer = new VarCharVector("layer", allocator);
        ListVector weights = list("weights", Float4Vector.class);
        ListVector wide = list("wide", Float8Vector.class);
        VarBinaryVector data = new VarBinaryVector("data", allocator);
        ListVector shape = list("shape", BigIntVector.class);
        for (int i = 0; i < written.size(); i++) {
            TestTensor tensor = written.get(i);
            layer.setSafe(i, tensor.layer().getBytes(StandardCharsets.UTF_8));
            if (tensor.weights() != null) {
                write(tensor, i, weights, wide, shape);
                data.setSafe(i, tensor.stored(DataType.BF16));
            }
        }
        List<FieldVector> vectors = List.of(layer, weights, wide, data, shape);
        ColumnVector[] columns = new ColumnVector[vectors.size()];
        for (int i = 0; i < columns.length; i++) {
            vectors.get(i).setValueCount(written.size());
            ValueVector vector = cut(vectors.get(i), written.size() - tensors.size());
            open.add(vector);
            boolean stored = kind.equals("stored") && vectors.get(i) == weights;
            columns[i] = stored ? new StoredColumn(vector, tensors) : new ArrowColumnVector(vector);
        }
        return columns;
    }

    private static ValueVector cut(FieldVector vector, int begin) {
        if (begin == 0) {
            return vector;
        }
        TransferPair pair = vector.getTransferPair(vector.getAllocator());
        pair.splitAndTransfer(begin, vector.getValueCount() - begin);
        vector.close();
        return pair.getTo();
    }

    private ListVector list(String name, Class<?> elements) {
        ListVector list = ListVector.empty(name, allocator);
        if (elements == Float4Vector.class) {
            list.addOrGetVector(FieldType.nullable(MinorType.FLOAT4.getType()));
        } else if (elements == Float8Vector.class) {
            list.addOrGetVector(FieldType.nullable(MinorType.FLOAT8.getType()));
        } else {
            list.addOrGetVector(FieldType.nullable(MinorType.BIGINT.getType()));
        }
        return list;
    }

    private static void write(TestTensor tensor, int row, ListVector weights, ListVector wide, ListVector shape) {
        float[] values = tensor.weights();
        int begin = weights.startNewValue(row);
        wide.startNewValue(row);
        Float4Vector floats = (Float4Vector) weights.getDataVector();
        Float8Vector doubles = (Float8Vector) wide.getDataVector();
        for (int i = 0; i < values.length; i++) {
            if (i == tensor.nullAt()) {
                floats.setNull(begin + i);
                doubles.setNull(begin + i);
            } else {
                floats.setSafe(begin + i, values[i]);
                doubles.setSafe(begin + i, values[i]);
            }
        }
        weights.endValue(row, values.length);
        wide.endValue(row, values.length);
        int first = shape.startNewValue(row);
        for (int i = 0; i < tensor.shape().length; i++) {
            ((BigIntVector) shape.getDataVector()).setSafe(first + i, tensor.shape()[i]);
        }
        shape.endValue(row, tensor.shape().length);
    }

    /** The same in vectors as Spark's Parquet reader makes them. */
    private ColumnVector[] foreignColumns(List<TestTensor> tensors) {
        WritableColumnVector[] columns = OnHeapColumnVector.allocateColumns(tensors.size(), ArrowTestSource.SCHEMA);
        for (int i = 0; i < tensors.size(); i++) {
            TestTensor tensor = tensors.get(i);
            columns[0].putByteArray(i, tensor.layer().getBytes(StandardCharsets.UTF_8));
            if (tensor.weights() == null) {
                for (int column = 1; column < columns.length; column++) {
                    columns[column].putNull(i);
                }
                continue;
            }
            int count = tensor.weights().length;
            int begin = columns[1].arrayData().getElementsAppended();
            columns[1].putArray(i, begin, count);
            columns[2].putArray(i, begin, count);
            for (int j = 0; j < count; j++) {
                if (j == tensor.nullAt()) {
                    columns[1].arrayData().appendNull();
                    columns[2].arrayData().appendNull();
                } else {
                    columns[1].arrayData().appendFloat(tensor.weights()[j]);
                    columns[2].arrayData().appendDouble(tensor.weights()[j]);
                }
            }
            columns[3].putByteArray(i, tensor.stored(DataType.BF16));
            columns[4].putArray(i, columns[4].arrayData().getElementsAppended(), tensor.shape().length);
            for (long dimension : tensor.shape()) {
                columns[4].arrayData().appendLong(dimension);
            }
        }
        open.addAll(List.of(columns));
        return columns;
    }

    private void release() {
        for (AutoCloseable vector : open) {
            try {
                vector.close();
            } catch (Exception failure) {
                throw new IllegalStateException(failure);
            }
        }
        open.clear();
    }

    @Override
    public void close() {
        release();
        allocator.close();
    }

    /** A weights column that offers BF16 and counts when somebody has it decoded instead. */
    private static final class StoredColumn extends ArrowColumnVector implements StoredWeights {
        private final List<TestTensor> tensors;

        StoredColumn(ValueVector vector, List<TestTensor> tensors) {
            super(vector);
            this.tensors = tensors;
        }

        @Override
        public ColumnarArray getArray(int row) {
            DECODED.incrementAndGet();
            return super.getArray(row);
        }

        @Override
        public ValueVector getValueVector() {
            DECODED.incrementAndGet();
            return super.getValueVector();
        }

        @Override
        public DataType storedType(int row) {
            return DataType.BF16;
        }

        @Override
        public int elementCount(int row) {
            return tensors.get(row).weights().length;
        }

        @Override
        public void copyStored(int row, int element, int count, byte[] target, int targetOffset) {
            byte[] stored = tensors.get(row).stored(DataType.BF16);
            System.arraycopy(stored, element * 2, target, targetOffset, count * 2);
        }
    }
}
