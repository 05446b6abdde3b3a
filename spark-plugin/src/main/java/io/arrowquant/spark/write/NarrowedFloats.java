package io.arrowquant.spark.write;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.Printable;
import io.arrowquant.kernel.Kernels;
import io.arrowquant.kernel.NarrowingKernels;
import io.arrowquant.kernel.Tile;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.ElementRange;
import java.io.IOException;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.UnsafeArrayData;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.unsafe.Platform;

/** Floats, stored as the type that the row names; tile by tile, so that no second copy of the row's array is made. */
final class NarrowedFloats implements Payload {
    private static final int LARGEST_ELEMENT = 8;

    private final int column;
    private final NarrowingKernels kernels = Kernels.get().narrowing();
    private final float[] floats = new float[Tile.ELEMENTS];
    private final byte[] stored = new byte[Tile.ELEMENTS * LARGEST_ELEMENT];

    NarrowedFloats(int column) {
        this.column = column;
    }

    @Override
    public int column() {
        return column;
    }

    @Override
    public String columnName() {
        return InputColumns.WEIGHTS;
    }

    @Override
    public long write(InternalRow row, TensorRegion region, ElementRange range, TaskOutput output) throws IOException {
        DataType dtype = region.spec().dtype();
        String layer = region.spec().name();
        requireNarrowable(dtype, layer);
        ArrayData weights = row.getArray(column);
        int count = weights.numElements();
        if (count != range.count()) {
            throw new InvalidRequestException(
                    "Layer '" + Printable.text(layer) + "': the row stands for " + range.count()
                            + " elements, but its weights have " + count,
                    "Check shape, element_count and weights");
        }
        requireNoNulls(weights, layer, range);
        FloatReader reader = reader(weights);
        long position = region.place(range);
        for (int done = 0; done < count; done += Tile.ELEMENTS) {
            int length = Math.min(Tile.ELEMENTS, count - done);
            reader.read(done, floats, length);
            kernels.narrow(floats, 0, dtype, stored, 0, length);
            output.write(region, position, stored, 0, length * dtype.bytes());
            position += (long) length * dtype.bytes();
        }
        return range.byteLength(dtype);
    }

    /** Copies floats of a row from an index on to the start of a tile. */
    private interface FloatReader {
        void read(int from, float[] tile, int length);
    }

    private static FloatReader reader(ArrayData weights) {
        if (weights instanceof UnsafeArrayData unsafe) {
            Object base = unsafe.getBaseObject();
            long first = unsafe.getBaseOffset() + UnsafeArrayData.calculateHeaderPortionInBytes(unsafe.numElements());
            return (from, tile, length) -> Platform.copyMemory(
                    base,
                    first + (long) from * Float.BYTES,
                    tile,
                    Platform.FLOAT_ARRAY_OFFSET,
                    (long) length * Float.BYTES);
        }
        float[] all = weights.toFloatArray();
        return (from, tile, length) -> System.arraycopy(all, from, tile, 0, length);
    }

    private static void requireNarrowable(DataType dtype, String layer) {
        if (!dtype.isReadableAsFloat() || dtype == DataType.U64) {
            throw new InvalidRequestException(
                    "Layer '" + Printable.text(layer) + "' has dtype " + dtype
                            + ", in which column weights cannot be stored",
                    "Give its bytes in a column data");
        }
    }

    private static void requireNoNulls(ArrayData weights, String layer, ElementRange range) {
        if (weights instanceof UnsafeArrayData unsafe && !hasNullBit(unsafe)) {
            return;
        }
        for (int i = 0; i < weights.numElements(); i++) {
            if (weights.isNullAt(i)) {
                throw new InvalidRequestException(
                        "Layer '" + Printable.text(layer) + "' has a null weight at element " + (range.start() + i),
                        "Replace nulls by numbers");
            }
        }
    }

    /** The null bits stand in whole words between the number of elements and the first of them. */
    private static boolean hasNullBit(UnsafeArrayData weights) {
        int header = UnsafeArrayData.calculateHeaderPortionInBytes(weights.numElements());
        for (int at = Long.BYTES; at < header; at += Long.BYTES) {
            if (Platform.getLong(weights.getBaseObject(), weights.getBaseOffset() + at) != 0) {
                return true;
            }
        }
        return false;
    }
}
