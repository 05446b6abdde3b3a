package io.arrowquant.kernel;

/** Block formats without vectors: searches as the caller brings them. */
final class ScalarBlocks implements BlockKernels {
    /** 1.5 * 2^23: adding it leaves |v| < 2^22 rounded to even in the low bits. */
    static final float ROUNDER = 12582912f;

    static final int ROUNDED_MASK = 0x7fffff;
    static final int ROUNDED_ZERO = 0x400000;

    @Override
    public SubBlockSearch affine(AffineGrid grid, SubBlockSearch plain) {
        return new LoopAffineSearch(grid, plain);
    }

    @Override
    public SubBlockSearch symmetric(int limit, int elements, SubBlockSearch plain) {
        return new LoopSymmetricSearch(limit, elements, plain);
    }

    @Override
    public SubBlockSearch descent(int limit, int elements, SubBlockSearch plain) {
        return new LoopDescentSearch(limit, elements, plain);
    }

    @Override
    public TableSearch table(int[] table, int elements, TableSearch plain) {
        return plain;
    }

    @Override
    public void encode(
            float[] values,
            int offset,
            int subBlocks,
            int elements,
            float[] steps,
            float[] shifts,
            int lowest,
            int highest,
            byte[] codes) {
        for (int j = 0; j < subBlocks; j++) {
            if (steps[j] != 0f) {
                int at = j * elements;
                encode(values, offset + at, elements, steps[j], shifts[j], lowest, highest, codes, at);
            }
        }
    }

    static void encode(
            float[] values,
            int offset,
            int count,
            float step,
            float shift,
            int lowest,
            int highest,
            byte[] codes,
            int codeOffset) {
        for (int i = 0; i < count; i++) {
            int code = nearest((values[offset + i] + shift) / step);
            codes[codeOffset + i] = (byte) (Math.max(lowest, Math.min(highest, code)) - lowest);
        }
    }

    @Override
    public void round(
            float[] values, int count, float factor, int lowest, int highest, int zero, byte[] codes, int codeOffset) {
        roundFrom(0, values, count, factor, lowest, highest, zero, codes, codeOffset);
    }

    static void roundFrom(
            int first,
            float[] values,
            int count,
            float factor,
            int lowest,
            int highest,
            int zero,
            byte[] codes,
            int codeOffset) {
        for (int i = first; i < count; i++) {
            int code = nearest(values[i] * factor);
            codes[codeOffset + i] = (byte) (Math.max(lowest, Math.min(highest, code)) + zero);
        }
    }

    /** Nearest whole number, ties to even; beyond 2^22 the result wraps, as in ggml. */
    static int nearest(float value) {
        return (Float.floatToRawIntBits(value + ROUNDER) & ROUNDED_MASK) - ROUNDED_ZERO;
    }
}
