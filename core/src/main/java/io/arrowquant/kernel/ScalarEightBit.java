package io.arrowquant.kernel;

import static io.arrowquant.kernel.ScalarInteger.ROUNDER;

import java.util.Arrays;

/** The codes of eight bits of bitsandbytes in plain loops. */
final class ScalarEightBit implements EightBitKernels {
    private static final int EXPONENT = 0x7f800000;

    /** The exponent of the smallest normal float16, 2^-14. */
    static final int LEAST_EXPONENT = 0x38800000;

    /** Added to the bits of a power of two, it makes 1.5 * 2^13 times that. */
    static final int SPREAD = 13 << 23 | 1 << 22;

    @Override
    public void dynamic(
            float[] values, int offset, int count, int block, float[] maxima, byte[] codes, int codeOffset) {
        for (int begin = 0, i = 0; begin < count; begin += block, i++) {
            int length = Math.min(block, count - begin);
            dynamicBlock(values, offset + begin, length, maxima[i], codes, codeOffset + begin);
        }
    }

    /** One block, of any magnitude. */
    static void dynamicBlock(float[] values, int offset, int count, float maximum, byte[] codes, int codeOffset) {
        if (maximum == 0f) {
            Arrays.fill(codes, codeOffset, codeOffset + count, (byte) 0);
            return;
        }
        float inverse = 1f / maximum;
        if (isPrecise(inverse)) {
            for (int i = 0; i < count; i++) {
                codes[codeOffset + i] = DynamicType.nearest((int) step(values[offset + i] * inverse));
            }
            return;
        }
        for (int i = 0; i < count; i++) {
            // Between -1 and 1, or NaN, which is on the first step.
            float value = Math.min(Math.max(values[offset + i] * inverse, -1f), 1f);
            codes[codeOffset + i] = DynamicType.nearest((int) step(value));
        }
    }

    /**
     * Whether no value of the block can, times this reciprocal of its largest magnitude, be NaN or beyond 1: a reciprocal
     * that is a normal number is off by at most 2^-24 of it, and a product that much above 1 is rounded to 1.
     */
    static boolean isPrecise(float inverse) {
        return inverse >= Float.MIN_NORMAL && inverse <= Float.MAX_VALUE;
    }

    /**
     * The step of a number between -1 and 1, and what is left to the next. The reference computes (value + 1) / 2 * 65535 +
     * 0.5, the sum rounded, and multiplies and adds with one rounding. So does the sum here: as the first sum, up to 2, is
     * a multiple of 2^-24, what is taken from a multiple of it and what is left of 0.5 are both exact.
     */
    private static float step(float value) {
        float sum = value + 1f;
        return sum * (DynamicType.STEPS / 2) + (0.5f - sum * 0.5f);
    }

    @Override
    public void row(float[] values, int offset, int count, float factor, byte[] codes, int codeOffset) {
        for (int i = 0; i < count; i++) {
            codes[codeOffset + i] = rowCode(values[offset + i], factor);
        }
    }

    @Override
    public void rowOfBrain(byte[] stored, int byteOffset, int count, float factor, byte[] codes, int codeOffset) {
        for (int i = 0; i < count; i++) {
            codes[codeOffset + i] = rowCode(Float16.brainAt(stored, byteOffset + 2 * i), factor);
        }
    }

    /** The last bits of a number that was added to the rounder are those of the whole number. */
    private static byte rowCode(float value, float factor) {
        return (byte) Float.floatToRawIntBits(half(value) * factor + ROUNDER);
    }

    /**
     * Rounded to float16: what is added and taken off again has its last bit where float16 has its own, ten below the
     * first of the value, or at 2^-24 where that is larger.
     */
    private static float half(float value) {
        int exponent = Math.max(Float.floatToRawIntBits(value) & EXPONENT, LEAST_EXPONENT);
        float spread = Float.intBitsToFloat(exponent + SPREAD);
        return (value + spread) - spread;
    }

    @Override
    public void rowValues(
            byte[] codes, int codeOffset, int count, float maximum, float step, float[] values, int offset) {
        for (int i = 0; i < count; i++) {
            values[offset + i] = codes[codeOffset + i] * maximum * step;
        }
    }
}
