package io.arrowquant.kernel;

import io.arrowquant.tensor.DataType;

/**
 * A few thousand consecutive elements of a tensor. A tile views either stored bytes, which it widens to floats when
 * they are first asked for, or floats that are there already. It is mutable and made to be reused: one per thread.
 */
public final class Tile {
    /** Elements that a tile usually holds: 64 KiB as floats, so that it stays in the second-level cache. */
    public static final int ELEMENTS = 16 * 1024;

    private static final float[] NONE = new float[0];

    private DataType type;
    private byte[] bytes;
    private int byteOffset;
    private int count;
    private float[] floats = NONE;
    private int floatOffset;
    private boolean widened;
    private float[] own = NONE;

    /** Views {@code count} stored elements from a byte offset. */
    public Tile setStored(DataType type, byte[] bytes, int byteOffset, int count) {
        this.type = type;
        this.bytes = bytes;
        this.byteOffset = byteOffset;
        this.count = count;
        this.widened = false;
        return this;
    }

    /** Views floats; the elements then count as {@link DataType#F32}. */
    public Tile setFloats(float[] values, int offset, int count) {
        this.type = DataType.F32;
        this.bytes = null;
        this.count = count;
        this.floats = values;
        this.floatOffset = offset;
        this.widened = true;
        return this;
    }

    public int count() {
        return count;
    }

    /** The stored type; F32 when the tile was made from floats. */
    public DataType type() {
        return type;
    }

    /** True when {@link #bytes()} holds the elements as stored. */
    public boolean isStored() {
        return bytes != null;
    }

    public byte[] bytes() {
        return bytes;
    }

    public int byteOffset() {
        return byteOffset;
    }

    /** The elements as floats, from {@link #floatOffset()} on; widened once. Callers must not change them. */
    public float[] floats() {
        if (!widened) {
            if (own.length < count) {
                own = new float[Math.max(count, ELEMENTS)];
            }
            Kernels.get().widening().widen(type, bytes, byteOffset, own, 0, count);
            floats = own;
            floatOffset = 0;
            widened = true;
        }
        return floats;
    }

    /** Where the elements begin in {@link #floats()}; valid after that call. */
    public int floatOffset() {
        return floatOffset;
    }
}
