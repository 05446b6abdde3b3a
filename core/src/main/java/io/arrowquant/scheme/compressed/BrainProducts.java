package io.arrowquant.scheme.compressed;

import io.arrowquant.kernel.Float16;

/**
 * Whole numbers times a bfloat16 scale, rounded to that type. Scaling by a power of two changes no rounding, so 128
 * significands times a few whole numbers are all the products there are.
 */
final class BrainProducts {
    /** Codes have this many bits at most, and zero points are codes. */
    static final int BITS = 4;

    private static final int CODES = 1 << BITS;

    /** Whole numbers from -16 to 15. */
    private static final int WHOLE_NUMBERS = 2 * CODES;

    private static final int SIGNIFICANDS = 1 << 7;

    /** A power of two, so that the compiler sees that masked indexes lie within. */
    private static final float[] PRODUCTS = new float[SIGNIFICANDS * WHOLE_NUMBERS];

    /** Between these, no product is subnormal or infinite. */
    private static final float SMALLEST_SCALE = 0x1p-100f;

    private static final float LARGEST_SCALE = 0x1p100f;

    static {
        for (int i = 0; i < PRODUCTS.length; i++) {
            int fraction = i / WHOLE_NUMBERS;
            float significand = 1 + (float) fraction / SIGNIFICANDS;
            int whole = i % WHOLE_NUMBERS - CODES;
            PRODUCTS[i] = Float16.brainToFloat(Float16.floatToBrain(whole * significand));
        }
    }

    private BrainProducts() {}

    static boolean knows(float scale) {
        return scale >= SMALLEST_SCALE && scale <= LARGEST_SCALE;
    }

    /** {@code (code + shift) * scale} of codes below 16; the sum lies between -16 and 15. */
    static void multiply(byte[] codes, int codeOffset, int count, int shift, float scale, float[] values, int offset) {
        int bits = Float.floatToRawIntBits(scale);
        float power = Float.intBitsToFloat(bits & 0x7f800000);
        int first = ((bits >>> 16) & (SIGNIFICANDS - 1)) * WHOLE_NUMBERS + CODES + shift;
        for (int i = 0; i < count; i++) {
            values[offset + i] = PRODUCTS[(first + codes[codeOffset + i]) & (PRODUCTS.length - 1)] * power;
        }
    }
}
