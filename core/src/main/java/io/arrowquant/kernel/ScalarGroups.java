package io.arrowquant.kernel;

import static io.arrowquant.kernel.ScalarInteger.ROUNDER;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Many groups, one after the other. */
final class ScalarGroups implements GroupKernels {
    private static final VarHandle SHORTS =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

    private static final VarHandle STORED_FLOATS =
            MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);

    private final IntegerKernels single;

    ScalarGroups(IntegerKernels single) {
        this.single = single;
    }

    @Override
    @SuppressWarnings("IdentityBinaryExpression") // v - v is how the loop finds NaN and infinities
    public boolean ranges(float[] values, int offset, int groups, int length, float[] lows, float[] highs) {
        float finite = 0f;
        for (int group = 0; group < groups; group++) {
            float lowest = 0f;
            float highest = 0f;
            for (int i = offset + group * length; i < offset + (group + 1) * length; i++) {
                float v = values[i];
                finite += v - v;
                lowest = v < lowest ? v : lowest;
                highest = v > highest ? v : highest;
            }
            lows[group] = lowest;
            highs[group] = highest;
        }
        return finite == 0f;
    }

    @Override
    public boolean rangesOfBrain(byte[] stored, int byteOffset, int groups, int length, float[] lows, float[] highs) {
        int largest = 0;
        for (int group = 0; group < groups; group++) {
            int lowest = 0;
            int highest = 0;
            for (int i = group * length; i < (group + 1) * length; i++) {
                // Signed, the bits of positive values are in their order; with the sign turned, those of negative ones.
                short bits = (short) SHORTS.get(stored, byteOffset + 2 * i);
                highest = Math.max(highest, bits);
                lowest = Math.max(lowest, (short) (bits ^ Short.MIN_VALUE));
            }
            largest = Math.max(largest, Math.max(lowest, highest));
            lows[group] = 0f - Float.intBitsToFloat(lowest << 16);
            highs[group] = Float.intBitsToFloat(highest << 16);
        }
        return largest < ScalarInteger.BRAIN_INFINITY;
    }

    @Override
    @SuppressWarnings("IdentityBinaryExpression") // v - v is how the loop finds NaN and infinities
    public boolean rangesOfStored(byte[] stored, int byteOffset, int groups, int length, float[] lows, float[] highs) {
        float finite = 0f;
        for (int group = 0; group < groups; group++) {
            float lowest = 0f;
            float highest = 0f;
            for (int i = group * length; i < (group + 1) * length; i++) {
                float v = (float) STORED_FLOATS.get(stored, byteOffset + Float.BYTES * i);
                finite += v - v;
                lowest = v < lowest ? v : lowest;
                highest = v > highest ? v : highest;
            }
            lows[group] = lowest;
            highs[group] = highest;
        }
        return finite == 0f;
    }

    @Override
    public boolean magnitudesOfBrain(byte[] stored, int byteOffset, int groups, int length, float[] magnitudes) {
        int largest = 0;
        for (int group = 0; group < groups; group++) {
            int most = 0;
            for (int i = group * length; i < (group + 1) * length; i++) {
                most = Math.max(most, (short) SHORTS.get(stored, byteOffset + 2 * i) & 0x7fff);
            }
            largest = Math.max(largest, most);
            magnitudes[group] = Float.intBitsToFloat(most << 16);
        }
        return largest < ScalarInteger.BRAIN_INFINITY;
    }

    @Override
    public boolean magnitudesOfStored(byte[] stored, int byteOffset, int groups, int length, float[] magnitudes) {
        boolean finite = true;
        for (int group = 0; group < groups; group++) {
            float most = 0f;
            for (int i = group * length; i < (group + 1) * length; i++) {
                // Math.max returns NaN where there is one.
                most = Math.max(most, Math.abs((float) STORED_FLOATS.get(stored, byteOffset + Float.BYTES * i)));
            }
            finite &= most <= Float.MAX_VALUE;
            magnitudes[group] = most;
        }
        return finite;
    }

    @Override
    public void encode(
            float[] values,
            int offset,
            int groups,
            int length,
            int bits,
            float[] scales,
            float[] zeroPoints,
            byte[] codes,
            int codeOffset) {
        int top = (1 << bits) - 1;
        for (int group = 0; group < groups; group++) {
            float zero = zeroPoints[group];
            int done = group * length;
            single.encode(
                    values, offset + done, length, scales[group], -zero, top - zero, zero, codes, codeOffset + done);
        }
    }

    @Override
    public void encodeBrain(
            byte[] stored,
            int byteOffset,
            int groups,
            int length,
            int bits,
            float[] scales,
            float[] zeroPoints,
            byte[] codes,
            int codeOffset) {
        int top = (1 << bits) - 1;
        for (int group = 0; group < groups; group++) {
            float zero = zeroPoints[group];
            int done = group * length;
            single.encodeBrain(
                    stored,
                    byteOffset + 2 * done,
                    length,
                    scales[group],
                    -zero,
                    top - zero,
                    zero,
                    codes,
                    codeOffset + done);
        }
    }

    @Override
    public void encodeStored(
            byte[] stored,
            int byteOffset,
            int groups,
            int length,
            int bits,
            float[] scales,
            float[] zeroPoints,
            byte[] codes,
            int codeOffset) {
        float top = (1 << bits) - 1;
        for (int group = 0; group < groups; group++) {
            for (int i = group * length; i < (group + 1) * length; i++) {
                float value = (float) STORED_FLOATS.get(stored, byteOffset + Float.BYTES * i);
                codes[codeOffset + i] = (byte) code(value, scales[group], zeroPoints[group], top);
            }
        }
    }

    @Override
    public void encodeBrainNibbles(
            byte[] stored,
            int byteOffset,
            int groups,
            int length,
            float[] scales,
            float[] zeroPoints,
            byte[] packed,
            int packedOffset) {
        for (int group = 0; group < groups; group++) {
            int begin = group * length;
            for (int i = begin; i < begin + length; i += 2) {
                // One int holds two elements, the first in its lower half.
                int first = (short) SHORTS.get(stored, byteOffset + 2 * i);
                int second = (short) SHORTS.get(stored, byteOffset + 2 * i + 2);
                int low = code(Float.intBitsToFloat(first << 16), scales[group], zeroPoints[group], 15f);
                int high = code(Float.intBitsToFloat(second << 16), scales[group], zeroPoints[group], 15f);
                packed[packedOffset + i / 2] = (byte) (low | high << 4);
            }
        }
    }

    @Override
    public boolean encodeStoredNibbles(
            byte[] stored,
            int byteOffset,
            int groups,
            int length,
            float[] scales,
            float[] zeroPoints,
            byte[] packed,
            int packedOffset) {
        for (int group = 0; group < groups; group++) {
            int begin = group * length;
            nibblesOfStored(
                    stored,
                    byteOffset + Float.BYTES * begin,
                    length,
                    scales[group],
                    zeroPoints[group],
                    packed,
                    packedOffset + begin / 2);
        }
        return true;
    }

    static void nibblesOfStored(
            byte[] stored, int byteOffset, int count, float scale, float zeroPoint, byte[] packed, int packedOffset) {
        for (int i = 0; i < count; i += 2) {
            float first = (float) STORED_FLOATS.get(stored, byteOffset + Float.BYTES * i);
            float second = (float) STORED_FLOATS.get(stored, byteOffset + Float.BYTES * (i + 1));
            int low = code(first, scale, zeroPoint, 15f);
            int high = code(second, scale, zeroPoint, 15f);
            packed[packedOffset + i / 2] = (byte) (low | high << 4);
        }
    }

    @Override
    public void encodeBrainByFactors(
            byte[] stored, int byteOffset, int spans, int bits, float[] factors, byte[] packed, int packedOffset) {
        int perByte = Byte.SIZE / bits;
        int half = 1 << (bits - 1);
        int mask = (1 << bits) - 1;
        for (int span = 0; span < spans; span++) {
            int begin = span * SymmetricFactors.SPAN;
            for (int i = begin; i < begin + SymmetricFactors.SPAN; i += perByte) {
                int value = 0;
                for (int k = 0; k < perByte; k++) {
                    int brain = (short) SHORTS.get(stored, byteOffset + 2 * (i + k));
                    float sum = Float.intBitsToFloat(brain << 16) * factors[span] + ROUNDER;
                    value |= ((Float.floatToRawIntBits(sum) + half) & mask) << (k * bits);
                }
                packed[packedOffset + i / perByte] = (byte) value;
            }
        }
    }

    @Override
    public void decodeNibbles(
            byte[] packed,
            int packedOffset,
            int groups,
            int length,
            float[] scales,
            float[] zeroPoints,
            float[] values,
            int offset) {
        for (int group = 0; group < groups; group++) {
            float scale = scales[group];
            float zeroPoint = zeroPoints[group];
            for (int i = group * length; i < (group + 1) * length; i += 2) {
                int both = packed[packedOffset + i / 2];
                values[offset + i] = value(both & 0x0f, scale, zeroPoint);
                values[offset + i + 1] = value(both >> 4 & 0x0f, scale, zeroPoint);
            }
        }
    }

    private static float value(int code, float scale, float zeroPoint) {
        return Math.min(Math.max((code - zeroPoint) * scale, -Float.MAX_VALUE), Float.MAX_VALUE);
    }

    private static int code(float value, float scale, float zeroPoint, float top) {
        float rounded = (value / scale + ROUNDER) - ROUNDER;
        return (int) Math.min(Math.max(rounded + zeroPoint, 0f), top);
    }
}
