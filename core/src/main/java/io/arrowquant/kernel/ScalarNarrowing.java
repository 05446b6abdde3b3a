package io.arrowquant.kernel;

import io.arrowquant.tensor.DataType;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Narrowing in plain loops, one per type. */
final class ScalarNarrowing implements NarrowingKernels {
    private static final VarHandle SHORTS =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    @Override
    public void narrow(float[] source, int sourceOffset, DataType type, byte[] target, int targetOffset, int count) {
        for (int i = 0; i < count; i++) {
            float value = source[sourceOffset + i];
            int at = targetOffset + i * type.bytes();
            switch (type) {
                case BF16 -> SHORTS.set(target, at, Float16.floatToBrain(value));
                case F16 -> SHORTS.set(target, at, Float16.floatToHalf(value));
                case F32 -> INTS.set(target, at, Float.floatToRawIntBits(value));
                case F64 -> LONGS.set(target, at, Double.doubleToRawLongBits(value));
                case F8_E4M3 -> target[at] = Float8.toE4M3(value);
                case F8_E5M2 -> target[at] = (byte) nearest(Float8.E5M2, 0x7b, 0x7f, false, value);
                case F8_E4M3FNUZ -> target[at] = (byte) unsignedZero(Float8.E4M3FNUZ, value);
                case F8_E5M2FNUZ -> target[at] = (byte) unsignedZero(Float8.E5M2FNUZ, value);
                case I8 -> target[at] = (byte) whole(value, Byte.MIN_VALUE, Byte.MAX_VALUE);
                case U8 -> target[at] = (byte) whole(value, 0, 0xff);
                case I16 -> SHORTS.set(target, at, (short) whole(value, Short.MIN_VALUE, Short.MAX_VALUE));
                case U16 -> SHORTS.set(target, at, (short) whole(value, 0, 0xffff));
                case I32 -> INTS.set(target, at, (int) whole(value, Integer.MIN_VALUE, Integer.MAX_VALUE));
                case U32 -> INTS.set(target, at, (int) whole(value, 0, 0xffffffffL));
                case I64 -> LONGS.set(target, at, (long) Math.rint(value));
                case U64, BOOL, C64, F4, F6_E2M3, F6_E3M2, F8_E8M0 ->
                    throw new IllegalArgumentException("floats cannot be stored as " + type);
            }
        }
    }

    private static long whole(float value, long lowest, long highest) {
        return Math.max(lowest, Math.min(highest, (long) Math.rint((double) value)));
    }

    /** The code of the nearest table value, ties to the even code; {@code top} is the code of the largest one. */
    private static int nearest(float[] table, int top, int notANumber, boolean saturate, float value) {
        int sign = Float.floatToRawIntBits(value) < 0 ? 0x80 : 0;
        if (Float.isNaN(value)) {
            return sign | notANumber;
        }
        float magnitude = Math.abs(value);
        if (magnitude >= table[top]) {
            float beyond = table[top] + (table[top] - table[top - 1]) / 2;
            boolean overflows = magnitude > beyond || (magnitude == beyond && (top & 1) == 1);
            return sign | (overflows && !saturate ? top + 1 : top);
        }
        int low = 0;
        int high = top;
        while (high - low > 1) {
            int middle = (low + high) >>> 1;
            if (table[middle] <= magnitude) {
                low = middle;
            } else {
                high = middle;
            }
        }
        // Both distances are exact in double.
        double down = (double) magnitude - table[low];
        double up = (double) table[high] - magnitude;
        boolean upper = up < down || (up == down && (low & 1) == 1);
        return sign | (upper ? high : low);
    }

    /** The types without a minus zero: its code is the NaN. */
    private static int unsignedZero(float[] table, float value) {
        if (Float.isNaN(value)) {
            return 0x80;
        }
        int code = nearest(table, 0x7f, 0x80, true, value);
        return (code & 0x7f) == 0 ? 0 : code;
    }
}
