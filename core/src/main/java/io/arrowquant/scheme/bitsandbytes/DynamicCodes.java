package io.arrowquant.scheme.bitsandbytes;

import java.util.Arrays;

/**
 * The eight-bit dynamic type: 256 values between -1 and 1, denser towards zero. The nearest value is looked up as the
 * reference's CPU library does, in a table of 65536 steps, which is not always the nearest.
 */
final class DynamicCodes {
    private static final int EXPONENTS = 7;
    private static final int STEPS = 65536;
    private static final float[] MAP = map();
    private static final byte[] NEAREST = nearest();

    private DynamicCodes() {}

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

    private static byte[] nearest() {
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

    static float[] values() {
        return MAP.clone();
    }

    static float value(byte code) {
        return MAP[code & 0xff];
    }

    /** The largest magnitude of a block. */
    static float absmax(float[] values, int offset, int count) {
        float largest = 0f;
        for (int i = offset; i < offset + count; i++) {
            largest = Math.max(largest, Math.abs(values[i]));
        }
        return largest;
    }

    /** Codes of a block with this largest magnitude; zeros when it is zero. */
    static void encode(float[] values, int offset, int count, float absmax, byte[] codes, int codeOffset) {
        if (absmax == 0f) {
            Arrays.fill(codes, codeOffset, codeOffset + count, (byte) 0);
            return;
        }
        float inverse = 1f / absmax;
        for (int i = 0; i < count; i++) {
            float value = Math.min(Math.max(values[offset + i] * inverse, -1f), 1f);
            // The reference multiplies and adds in one rounding; in double both are exact.
            double step = (double) ((value + 1f) * 0.5f) * (STEPS - 1) + 0.5;
            codes[codeOffset + i] = NEAREST[(int) (float) step & (STEPS - 1)];
        }
    }
}
