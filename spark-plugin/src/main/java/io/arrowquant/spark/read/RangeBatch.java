package io.arrowquant.spark.read;

import io.arrowquant.spark.vector.BulkBinaryVector;
import io.arrowquant.spark.vector.ReusedVector;
import io.arrowquant.spark.vector.WeightsVector;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVectorHelper;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarBatch;

/** The vectors of one reader, filled again for every batch. Columns that were not asked for do not exist. */
final class RangeBatch implements AutoCloseable {
    private final VarCharVector layerName;
    private final VarCharVector dtype;
    private final VarCharVector file;
    private final ListVector shape;
    private final BigIntVector elementStart;
    private final BigIntVector elementCount;
    private final VarBinaryVector stored;
    private final WeightsVector weights;
    private final List<Runnable> releases = new ArrayList<>();
    private final ColumnVector[] columns;
    private final boolean weightsAreNull;
    private DataType[] types = new DataType[0];
    private int[] counts = new int[0];
    private int rows;

    /** {@code weightsAreNull}: the rows are quantized tensors, which have no weights. */
    RangeBatch(StructType schema, BufferAllocator allocator, boolean weightsAreNull) {
        this.weightsAreNull = weightsAreNull;
        List<String> names = List.of(schema.fieldNames());
        layerName = own(names.contains(ReadSchema.LAYER_NAME) ? text(ReadSchema.LAYER_NAME, allocator) : null);
        dtype = own(names.contains(ReadSchema.DTYPE) ? text(ReadSchema.DTYPE, allocator) : null);
        file = own(names.contains(ReadSchema.FILE) ? text(ReadSchema.FILE, allocator) : null);
        shape = own(names.contains(ReadSchema.SHAPE) ? shapes(allocator) : null);
        elementStart =
                own(names.contains(ReadSchema.ELEMENT_START) ? number(ReadSchema.ELEMENT_START, allocator) : null);
        elementCount =
                own(names.contains(ReadSchema.ELEMENT_COUNT) ? number(ReadSchema.ELEMENT_COUNT, allocator) : null);
        stored = own(ReadSchema.needsData(schema) ? binary(allocator) : null);
        weights = names.contains(ReadSchema.WEIGHTS) ? WeightsVector.create(ReadSchema.WEIGHTS, allocator) : null;
        if (weights != null) {
            releases.add(weights::release);
        }
        columns = new ColumnVector[names.size()];
        for (int i = 0; i < columns.length; i++) {
            columns[i] = column(names.get(i));
        }
    }

    private <T extends ValueVector> T own(T vector) {
        if (vector != null) {
            releases.add(vector::close);
        }
        return vector;
    }

    private static VarCharVector text(String name, BufferAllocator allocator) {
        return new VarCharVector(name, FieldType.notNullable(ArrowType.Utf8.INSTANCE), allocator);
    }

    private static BigIntVector number(String name, BufferAllocator allocator) {
        return new BigIntVector(name, FieldType.notNullable(new ArrowType.Int(64, true)), allocator);
    }

    private static VarBinaryVector binary(BufferAllocator allocator) {
        return new VarBinaryVector(ReadSchema.DATA, FieldType.notNullable(ArrowType.Binary.INSTANCE), allocator);
    }

    private static ListVector shapes(BufferAllocator allocator) {
        ListVector list =
                new ListVector(ReadSchema.SHAPE, allocator, FieldType.notNullable(ArrowType.List.INSTANCE), null);
        list.addOrGetVector(FieldType.notNullable(new ArrowType.Int(64, true)));
        return list;
    }

    private ColumnVector column(String name) {
        return switch (name) {
            case ReadSchema.LAYER_NAME -> new ReusedVector(layerName);
            case ReadSchema.DTYPE -> new ReusedVector(dtype);
            case ReadSchema.FILE -> new ReusedVector(file);
            case ReadSchema.SHAPE -> new ReusedVector(shape);
            case ReadSchema.ELEMENT_START -> new ReusedVector(elementStart);
            case ReadSchema.ELEMENT_COUNT -> new ReusedVector(elementCount);
            case ReadSchema.DATA -> new BulkBinaryVector(stored);
            case ReadSchema.WEIGHTS -> weights;
            default -> throw new IllegalArgumentException("no column " + name);
        };
    }

    boolean hasData() {
        return stored != null;
    }

    /** Begins a batch of at most {@code capacity} rows whose stored bytes sum up to {@code bytes}. */
    void begin(int capacity, long bytes) {
        rows = 0;
        if (types.length < capacity) {
            types = new DataType[capacity];
            counts = new int[capacity];
        }
        if (stored != null) {
            if (stored.getDataBuffer().capacity() < bytes || stored.getValueCapacity() < capacity) {
                // Let the old buffer go before a larger one is taken.
                stored.clear();
                stored.allocateNew(bytes, capacity);
            } else {
                stored.reset();
            }
            stored.getOffsetBuffer().setInt(0, 0);
        }
        resetSmall(layerName);
        resetSmall(dtype);
        resetSmall(file);
        resetSmall(shape);
        resetSmall(elementStart);
        resetSmall(elementCount);
    }

    private static void resetSmall(ValueVector vector) {
        if (vector != null) {
            if (vector.getValueCapacity() == 0) {
                vector.allocateNew();
            } else {
                vector.reset();
            }
        }
    }

    /**
     * Appends a row and returns the address in {@link #storedBuffer} where its stored bytes belong, or -1 when they are
     * not asked for.
     */
    long append(String name, DataType type, Shape tensorShape, String fileName, long start, long count) {
        if (layerName != null) {
            layerName.setSafe(rows, name.getBytes(StandardCharsets.UTF_8));
        }
        if (dtype != null) {
            dtype.setSafe(rows, type.name().getBytes(StandardCharsets.UTF_8));
        }
        if (file != null) {
            file.setSafe(rows, fileName.getBytes(StandardCharsets.UTF_8));
        }
        if (shape != null) {
            appendShape(tensorShape);
        }
        if (elementStart != null) {
            elementStart.setSafe(rows, start);
        }
        if (elementCount != null) {
            elementCount.setSafe(rows, count);
        }
        // Booleans stand for rows without weights.
        types[rows] = weightsAreNull ? DataType.BOOL : type;
        long address = -1;
        if (stored != null) {
            counts[rows] = Math.toIntExact(count);
            int begin = stored.getOffsetBuffer().getInt(4L * rows);
            stored.getOffsetBuffer().setInt(4L * rows + 4, Math.toIntExact(begin + type.byteLength(count)));
            BitVectorHelper.setBit(stored.getValidityBuffer(), rows);
            address = begin;
        }
        rows++;
        return address;
    }

    private void appendShape(Shape tensorShape) {
        BigIntVector dimensions = (BigIntVector) shape.getDataVector();
        int at = shape.startNewValue(rows);
        for (int i = 0; i < tensorShape.rank(); i++) {
            dimensions.setSafe(at + i, tensorShape.dimension(i));
        }
        shape.endValue(rows, tensorShape.rank());
    }

    /** The buffer that holds the stored bytes of the batch. */
    ArrowBuf storedBuffer() {
        return stored.getDataBuffer();
    }

    int rows() {
        return rows;
    }

    ColumnarBatch finish() {
        setCount(layerName);
        setCount(dtype);
        setCount(file);
        setCount(shape);
        setCount(elementStart);
        setCount(elementCount);
        if (stored != null) {
            stored.setLastSet(rows - 1);
            stored.setValueCount(rows);
        }
        if (weights != null) {
            weights.reset(stored, types, counts, rows);
        }
        return new ColumnarBatch(columns, rows);
    }

    private void setCount(ValueVector vector) {
        if (vector != null) {
            vector.setValueCount(rows);
        }
    }

    @Override
    public void close() {
        for (Runnable release : releases) {
            release.run();
        }
    }
}
