package io.arrowquant.kernel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Integer quantization in plain loops, written so that the compiler can vectorise the simple ones. */
final class ScalarInteger implements IntegerKernels {
    /** 1.5 * 2^23: adding and subtracting it rounds |v| < 2^22 to a whole number, ties to even. */
    static final float ROUNDER = 12582912f;

    /** The bits of an infinity as bfloat16; those of NaN are greater. */
    static final int BRAIN_INFINITY = 0x7f80;

    private static final VarHandle SHORTS =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

    @Override
    @SuppressWarnings("IdentityBinaryExpression") // v - v is how the loop finds NaN and infinities
    public boolean range(float[] values, int offset, int count, float[] range) {
        float lowest = 0f;
        float highest = 0f;
        // v - v is 0 for finite values and NaN for all others; NaN survives every addition.
        float finite = 0f;
        for (int i = offset; i < offset + count; i++) {
            float v = values[i];
            finite += v - v;
            lowest = v < lowest ? v : lowest;
            highest = v > highest ? v : highest;
        }
        range[0] = lowest;
        range[1] = highest;
        return finite == 0f;
    }

    @Override
    public boolean rangeOfBrain(byte[] stored, int byteOffset, int count, float[] range) {
        // Without the sign, the bits of finite values are in the order of their magnitudes.
        int lowest = 0;
        int highest = 0;
        for (int i = 0; i < count; i++) {
            int bits = (short) SHORTS.get(stored, byteOffset + 2 * i);
            int magnitude = bits & 0x7fff;
            lowest = Math.max(lowest, bits < 0 ? magnitude : 0);
            highest = Math.max(highest, bits < 0 ? 0 : magnitude);
        }
        // Adding zero to a minus zero gives zero.
        range[0] = -Float.intBitsToFloat(lowest << 16) + 0f;
        range[1] = Float.intBitsToFloat(highest << 16);
        return Math.max(lowest, highest) < BRAIN_INFINITY;
    }

    @Override
    public void encode(
            float[] values,
            int offset,
            int count,
            float scale,
            float lowest,
            float highest,
            float zeroPoint,
            byte[] codes,
            int codeOffset) {
        for (int i = 0; i < count; i++) {
            float rounded = (values[offset + i] / scale + ROUNDER) - ROUNDER;
            float clamped = Math.min(Math.max(rounded, lowest), highest);
            codes[codeOffset + i] = (byte) (int) (clamped + zeroPoint);
        }
    }

    @Override
    public void encodeBrain(
            byte[] stored,
            int byteOffset,
            int count,
            float scale,
            float lowest,
            float highest,
            float zeroPoint,
            byte[] codes,
            int codeOffset) {
        for (int i = 0; i < count; i++) {
            float value = Float.intBitsToFloat((short) SHORTS.get(stored, byteOffset + 2 * i) << 16);
            float rounded = (value / scale + ROUNDER) - ROUNDER;
            float clamped = Math.min(Math.max(rounded, lowest), highest);
            codes[codeOffset + i] = (byte) (int) (clamped + zeroPoint);
        }
    }

    @Override
    public void decode(
            byte[] codes, int codeOffset, int count, float scale, float zeroPoint, float[] values, int offset) {
        for (int i = 0; i < count; i++) {
            float value = ((codes[codeOffset + i] & 0xff) - zeroPoint) * scale;
            values[offset + i] = Math.min(Math.max(value, -Float.MAX_VALUE), Float.MAX_VALUE);
        }
    }

    @Override
    public void pack(byte[] codes, int codeOffset, int count, int bits, byte[] packed, int packedOffset) {
        if (bits == 8) {
            System.arraycopy(codes, codeOffset, packed, packedOffset, count);
            return;
        }
        int perByte = 8 / bits;
        int whole = count / perByte;
        for (int i = 0; i < whole; i++) {
            int value = 0;
            for (int k = perByte - 1; k >= 0; k--) {
                value = (value << bits) | codes[codeOffset + i * perByte + k];
            }
            packed[packedOffset + i] = (byte) value;
        }
        int left = count - whole * perByte;
        if (left > 0) {
            int value = 0;
            for (int k = left - 1; k >= 0; k--) {
                value = (value << bits) | codes[codeOffset + whole * perByte + k];
            }
            packed[packedOffset + whole] = (byte) value;
        }
    }

    @Override
    public void unpack(byte[] packed, int packedOffset, int bits, byte[] codes, int codeOffset, int count) {
        if (bits == 8) {
            System.arraycopy(packed, packedOffset, codes, codeOffset, count);
            return;
        }
        int mask = (1 << bits) - 1;
        int perByte = 8 / bits;
        for (int i = 0; i < count; i++) {
            int value = packed[packedOffset + i / perByte] & 0xff;
            codes[codeOffset + i] = (byte) ((value >> ((i % perByte) * bits)) & mask);
        }
    }
}
