package io.arrowquant.kernel;

import java.util.Arrays;

/**
 * The eight-bit dynamic type: 256 values between -1 and 1, denser towards zero. The nearest value is looked up as the
 * reference's CPU library does, in a table of 65536 steps, which is not always the nearest.
 */
public final class DynamicType {
    private static final int EXPONENTS = 7;

    /** Equal steps from -1 to 1. */
    static final int STEPS = 65536;

    private static final float[] MAP = map();
    private static final byte[] NEAREST = findNearest();

    private DynamicType() {}

    private static float[] map() {
        float[] values = new float[256];
        int at = 0;
        for (int exponent = 0; exponent < EXPONENTS; exponent++) {
            int items = 1 << exponent;
            float power = (float) Math.pow(10, exponent - (EXPONENTS - 1));
            for (int i = 0; i < items; i++) {
                float middle = (boundary(i, items) + boundary(i + 1, items)) / 2f;
                values[at++] = power * middle;
                values[at++] = -power * middle;
            }
        }
        values[at++] = 0f;
        values[at] = 1f;
        Arrays.sort(values);
        return values;
    }

    /** The numbers from 0.1 to 1 in equal steps, counted from the nearer end. */
    private static float boundary(int index, int items) {
        float step = (1f - 0.1f) / items;
        // One rounding each, as the reference multiplies and adds at once; in double both are exact.
        return (float) (index < (items + 1) / 2 ? 0.1f + (double) step * index : 1f - (double) step * (items - index));
    }

    private static byte[] findNearest() {
        byte[] codes = new byte[STEPS];
        int code = 0;
        for (int i = 0; i < STEPS; i++) {
            float value = -1f + (2f * i) / (STEPS - 1);
            while (code < MAP.length - 1 && 0.5f * (MAP[code] + MAP[code + 1]) < value) {
                code++;
            }
            codes[i] = (byte) code;
        }
        return codes;
    }

    public static float[] values() {
        return MAP.clone();
    }

    public static float value(byte code) {
        return MAP[code & 0xff];
    }

    /** The code of a step. */
    static byte nearest(int step) {
        return NEAREST[step & (STEPS - 1)];
    }

    /** The values of codes, between -1 and 1. */
    public static void decode(byte[] codes, int codeOffset, int count, float[] values, int offset) {
        for (int i = 0; i < count; i++) {
            values[offset + i] = MAP[codes[codeOffset + i] & 0xff];
        }
    }
}
