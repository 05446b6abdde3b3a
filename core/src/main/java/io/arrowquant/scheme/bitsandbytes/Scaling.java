package io.arrowquant.scheme.bitsandbytes;

import io.arrowquant.kernel.FourBitTable;

/** How four-bit types bring a block between -1 and 1. */
final class Scaling {
    private static final float SMALLEST = 1e-38f;

    private Scaling() {}

    /** The scale as it is stored: a short last block has none below 1e-38. */
    static float absmax(float largest, boolean shortBlock) {
        return shortBlock ? Math.max(largest, SMALLEST) : largest;
    }

    /** What the values of a whole block are multiplied with. */
    static float factor(float absmax) {
        return 1f / Math.max(absmax, SMALLEST);
    }

    /** Whole blocks are multiplied with the reciprocal of the scale; a short last one is divided by it. */
    static void encode(
            FourBitTable table,
            float[] values,
            int offset,
            int count,
            float absmax,
            boolean shortBlock,
            byte[] codes,
            int at) {
        float factor = factor(absmax);
        for (int i = 0; i < count; i++) {
            float value = values[offset + i];
            codes[at + i] = (byte) table.codeOf(shortBlock ? value / absmax : value * factor);
        }
    }
}
