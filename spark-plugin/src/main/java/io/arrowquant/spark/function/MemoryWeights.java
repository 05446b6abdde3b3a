package io.arrowquant.spark.function;

import io.arrowquant.kernel.Tile;
import io.arrowquant.tensor.DataType;
import org.apache.spark.unsafe.Platform;

/**
 * Elements that lie one after the other in memory, in a Java array or outside of the heap, as Spark addresses both. They
 * are copied tile by tile, so that a row of any size needs no array of its own.
 */
final class MemoryWeights implements Weights {
    private DataType type;
    private int count;
    private int firstNull;
    private Object base;
    private long offset;
    private float[] floats = new float[0];
    private byte[] bytes = new byte[0];

    /** Views {@code count} elements from an address, which is relative to {@code base} or absolute when that is null. */
    MemoryWeights set(DataType type, Object base, long offset, int count, int firstNull) {
        this.type = type;
        this.base = base;
        this.offset = offset;
        this.count = count;
        this.firstNull = firstNull;
        return this;
    }

    @Override
    public int count() {
        return count;
    }

    @Override
    public DataType type() {
        return type;
    }

    @Override
    public DataType declaredType() {
        return type;
    }

    @Override
    public int firstNull() {
        return firstNull;
    }

    @Override
    public void read(int from, int count, Tile tile) {
        if (type == DataType.F32) {
            readFloats(from, count, tile);
        } else {
            readStored(from, count, tile);
        }
    }

    private void readFloats(int from, int count, Tile tile) {
        if (base instanceof float[] values && offset == Platform.FLOAT_ARRAY_OFFSET) {
            tile.setFloats(values, from, count);
            return;
        }
        if (floats.length < count) {
            floats = new float[Math.max(count, Tile.ELEMENTS)];
        }
        long size = (long) count * Float.BYTES;
        Platform.copyMemory(base, offset + (long) from * Float.BYTES, floats, Platform.FLOAT_ARRAY_OFFSET, size);
        tile.setFloats(floats, 0, count);
    }

    private void readStored(int from, int count, Tile tile) {
        long begin = type.byteLength(from);
        if (base instanceof byte[] stored && offset == Platform.BYTE_ARRAY_OFFSET) {
            tile.setStored(type, stored, (int) begin, count);
            return;
        }
        int size = Math.toIntExact(type.byteLength(count));
        if (bytes.length < size) {
            bytes = new byte[Math.max(size, Tile.ELEMENTS * type.bytes())];
        }
        Platform.copyMemory(base, offset + begin, bytes, Platform.BYTE_ARRAY_OFFSET, size);
        tile.setStored(type, bytes, 0, count);
    }

    @Override
    public byte[] toBytes() {
        byte[] copy = new byte[Math.toIntExact(type.byteLength(count))];
        Platform.copyMemory(base, offset, copy, Platform.BYTE_ARRAY_OFFSET, copy.length);
        return copy;
    }

    @Override
    public long heldBytes() {
        return (long) floats.length * Float.BYTES + bytes.length;
    }
}
