package io.arrowquant.kernel;

import io.arrowquant.tensor.DataType;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Widening in plain loops, one per type. */
final class ScalarWidening implements WideningKernels {
    private static final VarHandle SHORTS =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    @Override
    public void widen(DataType type, byte[] source, int sourceOffset, float[] target, int targetOffset, int count) {
        switch (type) {
            case BF16 -> brain(source, sourceOffset, target, targetOffset, count);
            case F16 -> half(source, sourceOffset, target, targetOffset, count);
            case F32 -> single(source, sourceOffset, target, targetOffset, count);
            case F64 -> {
                for (int i = 0; i < count; i++) {
                    target[targetOffset + i] =
                            (float) Double.longBitsToDouble((long) LONGS.get(source, sourceOffset + 8 * i));
                }
            }
            case F8_E4M3 -> lookUp(Float8.E4M3, source, sourceOffset, target, targetOffset, count);
            case F8_E5M2 -> lookUp(Float8.E5M2, source, sourceOffset, target, targetOffset, count);
            case F8_E4M3FNUZ -> lookUp(Float8.E4M3FNUZ, source, sourceOffset, target, targetOffset, count);
            case F8_E5M2FNUZ -> lookUp(Float8.E5M2FNUZ, source, sourceOffset, target, targetOffset, count);
            case I8, U8, I16, U16, I32, U32, I64, U64 ->
                integers(type, source, sourceOffset, target, targetOffset, count);
            case BOOL, C64, F4, F6_E2M3, F6_E3M2, F8_E8M0 ->
                throw new IllegalArgumentException(type + " has no reading as floats");
        }
    }

    private static void brain(byte[] source, int sourceOffset, float[] target, int targetOffset, int count) {
        for (int i = 0; i < count; i++) {
            target[targetOffset + i] = Float.intBitsToFloat(((short) SHORTS.get(source, sourceOffset + 2 * i)) << 16);
        }
    }

    private static void half(byte[] source, int sourceOffset, float[] target, int targetOffset, int count) {
        for (int i = 0; i < count; i++) {
            target[targetOffset + i] = Float16.halfToFloat((short) SHORTS.get(source, sourceOffset + 2 * i));
        }
    }

    private static void single(byte[] source, int sourceOffset, float[] target, int targetOffset, int count) {
        for (int i = 0; i < count; i++) {
            target[targetOffset + i] = Float.intBitsToFloat((int) INTS.get(source, sourceOffset + 4 * i));
        }
    }

    private static void lookUp(
            float[] table, byte[] source, int sourceOffset, float[] target, int targetOffset, int count) {
        for (int i = 0; i < count; i++) {
            target[targetOffset + i] = table[source[sourceOffset + i] & 0xff];
        }
    }

    private static void integers(
            DataType type, byte[] source, int sourceOffset, float[] target, int targetOffset, int count) {
        int width = type.bytes();
        for (int i = 0; i < count; i++) {
            int at = sourceOffset + i * width;
            target[targetOffset + i] = switch (type) {
                case I8 -> source[at];
                case U8 -> source[at] & 0xff;
                case I16 -> (short) SHORTS.get(source, at);
                case U16 -> (short) SHORTS.get(source, at) & 0xffff;
                case I32 -> (int) INTS.get(source, at);
                case U32 -> (int) INTS.get(source, at) & 0xffffffffL;
                case I64 -> (long) LONGS.get(source, at);
                default -> unsignedLong((long) LONGS.get(source, at));
            };
        }
    }

    /** The nearest float; the sticky bit keeps the halved value rounding as the whole one would. */
    private static float unsignedLong(long bits) {
        return bits >= 0 ? bits : (float) ((bits >>> 1) | (bits & 1)) * 2f;
    }
}
