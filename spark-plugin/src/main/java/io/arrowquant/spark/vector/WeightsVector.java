package io.arrowquant.spark.vector;

import io.arrowquant.kernel.Kernels;
import io.arrowquant.kernel.Tile;
import io.arrowquant.tensor.DataType;
import java.util.Arrays;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BitVectorHelper;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.spark.sql.vectorized.ArrowColumnVector;
import org.apache.spark.sql.vectorized.ColumnarArray;
import org.apache.spark.unsafe.Platform;

/**
 * The weights column: arrays of floats over the stored bytes of a batch, decoded when they are first looked at. Our own
 * operators take the stored bytes instead ({@link StoredWeights}) and no float is ever made; a consumer that asks for a
 * whole array gets it decoded straight into the array it asked for; one that asks for the Arrow vector, or for single
 * elements, makes the floats appear in the vector's own buffer.
 */
public final class WeightsVector extends ReusedVector implements StoredWeights {
    private final ListVector list;
    private final Float4Vector floats;
    private final ColumnarFloats elements;
    private final byte[] storedTile = new byte[Tile.ELEMENTS * Long.BYTES];
    private final float[] floatTile = new float[Tile.ELEMENTS];

    private VarBinaryVector stored;
    private int rows;
    private DataType[] types = new DataType[0];
    /** The index of the first element of each row among those of the batch, and the end of the last one. */
    private int[] starts = new int[1];

    private int nulls;
    private boolean decoded;

    private WeightsVector(ListVector list, Float4Vector floats) {
        super(list);
        this.list = list;
        this.floats = floats;
        this.elements = new ColumnarFloats();
    }

    public static WeightsVector create(String name, BufferAllocator allocator) {
        ListVector list = new ListVector(name, allocator, FieldType.nullable(ArrowType.List.INSTANCE), null);
        list.addOrGetVector(FieldType.notNullable(new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE)));
        return new WeightsVector(list, (Float4Vector) list.getDataVector());
    }

    /** Frees the buffers; for the reader only. */
    public void release() {
        list.close();
    }

    /**
     * Begins a batch: row i holds {@code counts[i]} elements of type {@code rowTypes[i]}, stored in row i of
     * {@code storedBytes}.
     */
    public void reset(VarBinaryVector storedBytes, DataType[] rowTypes, int[] counts, int rowCount) {
        stored = storedBytes;
        rows = rowCount;
        types = rowTypes;
        if (starts.length <= rowCount) {
            starts = new int[rowCount + 1];
        }
        nulls = 0;
        int at = 0;
        for (int i = 0; i < rowCount; i++) {
            starts[i] = at;
            if (rowTypes[i].isReadableAsFloat()) {
                at = Math.addExact(at, counts[i]);
            } else {
                nulls++;
            }
        }
        starts[rowCount] = at;
        decoded = false;
    }

    @Override
    public boolean isNullAt(int row) {
        return !types[row].isReadableAsFloat();
    }

    @Override
    public boolean hasNull() {
        return nulls > 0;
    }

    @Override
    public int numNulls() {
        return nulls;
    }

    @Override
    public ColumnarArray getArray(int row) {
        return isNullAt(row) ? null : new ColumnarArray(elements, starts[row], starts[row + 1] - starts[row]);
    }

    @Override
    public ValueVector getValueVector() {
        // The constructor of the superclass asks before there are any rows.
        if (list == null) {
            return super.getValueVector();
        }
        decodeAll();
        return list;
    }

    @Override
    public DataType storedType(int row) {
        return types[row];
    }

    @Override
    public int elementCount(int row) {
        return starts[row + 1] - starts[row];
    }

    @Override
    public void copyStored(int row, int element, int count, byte[] target, int targetOffset) {
        int width = types[row].bytes();
        long address = stored.getDataBuffer().memoryAddress() + stored.getStartOffset(row) + (long) element * width;
        Platform.copyMemory(null, address, target, Platform.BYTE_ARRAY_OFFSET + targetOffset, (long) count * width);
    }

    /** Decodes elements of a row, from an index in that row. */
    private void decode(int row, int element, int count, float[] target, int targetOffset) {
        for (int done = 0; done < count; done += Tile.ELEMENTS) {
            int piece = Math.min(Tile.ELEMENTS, count - done);
            copyStored(row, element + done, piece, storedTile, 0);
            Kernels.get().widening().widen(types[row], storedTile, 0, target, targetOffset + done, piece);
        }
    }

    /** Fills the Arrow vector, for consumers that read it. */
    private void decodeAll() {
        if (decoded || stored == null) {
            return;
        }
        int total = starts[rows];
        if (list.getValueCapacity() < rows || list.getOffsetBuffer().capacity() < 4L * (rows + 1)) {
            list.setInitialCapacity(rows);
            list.allocateNew();
        }
        if (floats.getValueCapacity() < total) {
            floats.allocateNew(total);
        }
        ArrowBuf data = floats.getDataBuffer();
        for (int row = 0; row < rows; row++) {
            int count = starts[row + 1] - starts[row];
            for (int done = 0; done < count; done += Tile.ELEMENTS) {
                int piece = Math.min(Tile.ELEMENTS, count - done);
                decode(row, done, piece, floatTile, 0);
                long address = data.memoryAddress() + 4L * (starts[row] + done);
                Platform.copyMemory(floatTile, Platform.FLOAT_ARRAY_OFFSET, null, address, 4L * piece);
            }
            list.getOffsetBuffer().setInt(4L * row, starts[row]);
            BitVectorHelper.setValidityBit(list.getValidityBuffer(), row, isNullAt(row) ? 0 : 1);
        }
        list.getOffsetBuffer().setInt(4L * rows, total);
        floats.getValidityBuffer().setOne(0, (total + 7L) / 8);
        floats.setValueCount(total);
        list.setLastSet(rows - 1);
        list.setValueCount(rows);
        decoded = true;
    }

    /** The elements of all rows of the batch, one after the other. */
    private final class ColumnarFloats extends ArrowColumnVector {
        ColumnarFloats() {
            super(floats);
        }

        @Override
        public boolean isNullAt(int element) {
            return false;
        }

        @Override
        public boolean hasNull() {
            return false;
        }

        @Override
        public float getFloat(int element) {
            decodeAll();
            return Platform.getFloat(null, floats.getDataBuffer().memoryAddress() + 4L * element);
        }

        @Override
        public float[] getFloats(int element, int count) {
            float[] values = new float[count];
            if (decoded) {
                long address = floats.getDataBuffer().memoryAddress() + 4L * element;
                Platform.copyMemory(null, address, values, Platform.FLOAT_ARRAY_OFFSET, 4L * count);
            } else if (count > 0) {
                int found = Arrays.binarySearch(starts, 0, rows, element);
                int row = found >= 0 ? lastRowAt(found) : -found - 2;
                decode(row, element - starts[row], count, values, 0);
            }
            return values;
        }

        /** Of rows that begin at the same element, all but the last are empty. */
        private int lastRowAt(int row) {
            int last = row;
            while (last + 1 < rows && starts[last + 1] == starts[row]) {
                last++;
            }
            return last;
        }

        @Override
        public void close() {
            // The list owns the buffers.
        }
    }
}
