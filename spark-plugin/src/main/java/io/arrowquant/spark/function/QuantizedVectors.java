package io.arrowquant.spark.function;

import io.arrowquant.tensor.Shape;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.LargeVarBinaryVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.MapVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;

/** Gathers the results of a batch in Arrow vectors, one struct for each row, in the order of {@link QuantizedStruct}. */
final class QuantizedVectors implements AutoCloseable {
    static final int SCALES = 1;
    static final int ZERO_POINTS = 2;

    private static final FieldType STRUCT = FieldType.nullable(ArrowType.Struct.INSTANCE);
    private static final ArrowType FLOAT = new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE);
    private static final ArrowType INT = new ArrowType.Int(Integer.SIZE, true);
    private static final ArrowType LONG = new ArrowType.Int(Long.SIZE, true);
    private static final ArrowType TEXT = ArrowType.Utf8.INSTANCE;
    private static final ArrowType BYTES = ArrowType.Binary.INSTANCE;

    private static final Field FIELD = new Field(
            Arguments.QUANTIZED,
            STRUCT,
            List.of(
                    // Large, since the rows of one batch may hold more than 2 GiB together.
                    nullable(QuantizedStruct.QUANTIZED_DATA, ArrowType.LargeBinary.INSTANCE),
                    list(QuantizedStruct.SCALES, FLOAT),
                    list(QuantizedStruct.ZERO_POINTS, FLOAT),
                    list(QuantizedStruct.SHAPE, LONG),
                    nullable(QuantizedStruct.BIT_WIDTH, INT),
                    nullable(QuantizedStruct.SCHEME, TEXT),
                    nullable(QuantizedStruct.GROUP_SIZE, INT),
                    map(QuantizedStruct.PARTS)));

    private final StructVector struct;
    private final LargeVarBinaryVector data;
    private final ListVector scales;
    private final ListVector zeroPoints;
    private final ListVector shape;
    private final IntVector bitWidth;
    private final VarCharVector scheme;
    private final IntVector groupSize;
    private final MapVector parts;
    private final int capacity;
    private int rows;

    /** {@code capacity} is how many rows will be added. */
    QuantizedVectors(BufferAllocator allocator, int capacity) {
        this.capacity = capacity;
        struct = (StructVector) FIELD.createVector(allocator);
        struct.setInitialCapacity(capacity);
        data = (LargeVarBinaryVector) struct.getChild(QuantizedStruct.QUANTIZED_DATA);
        scales = (ListVector) struct.getChild(QuantizedStruct.SCALES);
        zeroPoints = (ListVector) struct.getChild(QuantizedStruct.ZERO_POINTS);
        shape = (ListVector) struct.getChild(QuantizedStruct.SHAPE);
        bitWidth = (IntVector) struct.getChild(QuantizedStruct.BIT_WIDTH);
        scheme = (VarCharVector) struct.getChild(QuantizedStruct.SCHEME);
        groupSize = (IntVector) struct.getChild(QuantizedStruct.GROUP_SIZE);
        parts = (MapVector) struct.getChild(QuantizedStruct.PARTS);
    }

    private static Field nullable(String name, ArrowType type) {
        return new Field(name, FieldType.nullable(type), null);
    }

    private static Field required(String name, ArrowType type) {
        return new Field(name, FieldType.notNullable(type), null);
    }

    private static Field list(String name, ArrowType elements) {
        return new Field(
                name,
                FieldType.nullable(ArrowType.List.INSTANCE),
                List.of(required(ListVector.DATA_VECTOR_NAME, elements)));
    }

    private static Field map(String name) {
        Field entries = new Field(
                MapVector.DATA_VECTOR_NAME,
                FieldType.notNullable(ArrowType.Struct.INSTANCE),
                List.of(required(MapVector.KEY_NAME, TEXT), required(MapVector.VALUE_NAME, BYTES)));
        return new Field(name, FieldType.nullable(new ArrowType.Map(false)), List.of(entries));
    }

    /** Adds a row whose weights are null. Vectors fill in rows that were left out as nulls. */
    void addNull() {
        rows++;
    }

    /** Adds a result, whose buffers may be reused afterwards. */
    void add(QuantizedRange range) {
        int row = rows++;
        struct.setIndexDefined(row);
        addParts(row, ExtraParts.of(range));
        if (range.isError()) {
            return;
        }
        addPayload(row, range);
        if (range.isKept()) {
            addElements(scales, row, range.kept(), 0);
            addElements(zeroPoints, row, range.kept(), 0);
        } else if (range.hasScaleColumns()) {
            addElements(scales, row, range.scales(), range.scalesLength());
            addElements(zeroPoints, row, range.zeroPoints(), range.zeroPointsLength());
        }
        addShape(row, range.shape());
        bitWidth.setSafe(row, range.bitWidth());
        scheme.setSafe(row, range.scheme().getBytes(StandardCharsets.UTF_8));
        groupSize.setSafe(row, range.groupSize());
    }

    private void addPayload(int row, QuantizedRange range) {
        if (data.getValueCapacity() == 0) {
            // Rows of a batch are alike more often than not.
            data.allocateNew((long) range.payloadLength() * capacity, capacity);
        }
        data.setSafe(row, range.payload(), 0, range.payloadLength());
    }

    /** Adds an array of floats, given as bytes. */
    private static void addElements(ListVector list, int row, byte[] bytes, int length) {
        int begin = list.startNewValue(row);
        BaseFixedWidthVector elements = (BaseFixedWidthVector) list.getDataVector();
        int count = length / elements.getTypeWidth();
        makeRoom(elements, begin + count);
        elements.getDataBuffer().setBytes((long) begin * elements.getTypeWidth(), bytes, 0, length);
        list.endValue(row, count);
    }

    private static void makeRoom(BaseFixedWidthVector elements, int count) {
        while (elements.getValueCapacity() < count) {
            elements.reAlloc();
        }
    }

    private void addShape(int row, Shape whole) {
        int begin = shape.startNewValue(row);
        BigIntVector dimensions = (BigIntVector) shape.getDataVector();
        for (int i = 0; i < whole.rank(); i++) {
            dimensions.setSafe(begin + i, whole.dimension(i));
        }
        shape.endValue(row, whole.rank());
    }

    private void addParts(int row, Map<String, byte[]> extra) {
        if (extra == null) {
            return;
        }
        StructVector entries = (StructVector) parts.getDataVector();
        VarCharVector names = (VarCharVector) entries.getChild(MapVector.KEY_NAME);
        VarBinaryVector values = (VarBinaryVector) entries.getChild(MapVector.VALUE_NAME);
        int at = parts.startNewValue(row);
        for (Map.Entry<String, byte[]> part : extra.entrySet()) {
            entries.setIndexDefined(at);
            names.setSafe(at, part.getKey().getBytes(StandardCharsets.UTF_8));
            values.setSafe(at, part.getValue());
            at++;
        }
        parts.endValue(row, extra.size());
    }

    /** The column of all rows, which owns the memory from now on. */
    QuantizedColumn toColumn() {
        struct.setValueCount(rows);
        markValid(scales);
        markValid(zeroPoints);
        return new QuantizedColumn(struct);
    }

    /** Elements that were copied in bulk are there, every one. */
    private static void markValid(ListVector list) {
        BaseFixedWidthVector elements = (BaseFixedWidthVector) list.getDataVector();
        long bytes = ((long) elements.getValueCount() + Byte.SIZE - 1) / Byte.SIZE;
        elements.getValidityBuffer().setOne(0L, bytes);
    }

    @Override
    public void close() {
        struct.close();
    }
}
