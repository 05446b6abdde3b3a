package io.arrowquant.scheme.bitsandbytes;

/** How four-bit types bring a block between -1 and 1. */
final class Scaling {
    private static final float SMALLEST = 1e-38f;

    private Scaling() {}

    /** The scale as it is stored: a short last block has none below 1e-38. */
    static float absmax(float largest, boolean shortBlock) {
        return shortBlock ? Math.max(largest, SMALLEST) : largest;
    }

    /** Multiplies with the reciprocal, and divides in a short last block. */
    static void encode(
            FourBitCodes type,
            float[] values,
            int offset,
            int count,
            float absmax,
            boolean shortBlock,
            byte[] codes,
            int at) {
        float inverse = 1f / Math.max(absmax, SMALLEST);
        for (int i = 0; i < count; i++) {
            float value = values[offset + i];
            float scaled = shortBlock ? value / absmax : value * inverse;
            codes[at + i] = (byte) type.nearest(Math.min(Math.max(scaled, -1f), 1f));
        }
    }
}
