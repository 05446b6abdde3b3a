package io.arrowquant.scheme.ggml;

import io.arrowquant.kernel.Float16;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** The fields that blocks are made of. */
final class Fields {
    private static final VarHandle SHORTS =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long NIBBLES = 0x0f0f0f0f0f0f0f0fL;
    private static final short QUIET_NAN = 0x7e00;

    private Fields() {}

    /** Stores a half-precision number and returns it as it was rounded. */
    static float putHalf(byte[] target, int at, float value) {
        short half = toHalf(value);
        SHORTS.set(target, at, half);
        return Float16.halfToFloat(half);
    }

    /** Half precision as ggml makes it: every NaN becomes the same one of its sign. */
    private static short toHalf(float value) {
        if (Float.isNaN(value)) {
            return (short) (((Float.floatToRawIntBits(value) >>> 16) & 0x8000) | QUIET_NAN);
        }
        return Float16.floatToHalf(value);
    }

    static float half(byte[] source, int at) {
        return Float16.halfToFloat((short) SHORTS.get(source, at));
    }

    static void putShort(byte[] target, int at, int value) {
        SHORTS.set(target, at, (short) value);
    }

    static int unsignedShort(byte[] source, int at) {
        return (short) SHORTS.get(source, at) & 0xffff;
    }

    static void putInt(byte[] target, int at, int value) {
        INTS.set(target, at, value);
    }

    static int integer(byte[] source, int at) {
        return (int) INTS.get(source, at);
    }

    /** Eight codes, a byte each. */
    static long eight(byte[] codes, int offset) {
        return (long) LONGS.get(codes, offset);
    }

    static void putEight(byte[] target, int at, long bytes) {
        LONGS.set(target, at, bytes);
    }

    /**
     * Packs the lower four bits of codes: of the first half of {@code count} to the low nibbles, of the second to the high
     * ones. The count is a multiple of 16.
     */
    static void putNibbles(byte[] codes, int offset, int count, byte[] target, int at) {
        int half = count / 2;
        for (int i = 0; i < half; i += Long.BYTES) {
            long low = eight(codes, offset + i) & NIBBLES;
            long high = eight(codes, offset + half + i) & NIBBLES;
            putEight(target, at + i, low | high << 4);
        }
    }

    static int lowNibble(byte value) {
        return value & 0xf;
    }

    static int highNibble(byte value) {
        return (value >> 4) & 0xf;
    }
}
