package io.arrowquant.scheme.ggml;

/**
 * The roundings of the C code. They agree with Java's for the values that weights have; for the rest (NaN, infinities,
 * overflow) they do what x86-64 does, because such values also arise inside blocks of very small or very large weights.
 */
final class CArithmetic {
    /** 1.5 * 2^23: adding it leaves |v| < 2^22 rounded to even in the low bits. */
    private static final float ROUNDER = 12582912f;

    private static final int INFINITY = 0x7f800000;

    private CArithmetic() {}

    /** Nearest whole number, ties to even. Beyond 2^22 the result wraps, as in C. */
    static int nearest(float value) {
        return (Float.floatToRawIntBits(value + ROUNDER) & 0x7fffff) - 0x400000;
    }

    /** Nearest whole number, ties to even, clamped afterwards. */
    static int nearest(float value, int lowest, int highest) {
        return Math.max(lowest, Math.min(highest, nearest(value)));
    }

    /** A cast to int: toward zero; NaN and what an int cannot hold become the smallest int. */
    static int truncated(float value) {
        return value >= -0x1p31f && value < 0x1p31f ? (int) value : Integer.MIN_VALUE;
    }

    /** Nearest whole number, ties away from zero, cast to int. */
    static int nearestAwayFromZero(float value) {
        int whole = truncated(value);
        if (whole == Integer.MIN_VALUE) {
            return whole;
        }
        float rest = value - whole;
        if (rest >= 0.5f) {
            return whole + 1;
        }
        return rest <= -0.5f ? whole - 1 : whole;
    }

    static float squareRoot(float value) {
        // Rounding the double root gives the correctly rounded float root.
        return (float) Math.sqrt(value);
    }

    /** 1 / value, or zero where that is not defined. */
    static float inverse(float value) {
        return value != 0f ? 1f / value : 0f;
    }

    /** The value with the largest magnitude, the first of several; zero when there is none. */
    static float largestMagnitude(float[] values, int offset, int count) {
        float largest = 0f;
        float signed = 0f;
        for (int i = offset; i < offset + count; i++) {
            float magnitude = Math.abs(values[i]);
            if (magnitude > largest) {
                largest = magnitude;
                signed = values[i];
            }
        }
        return signed;
    }

    /**
     * The same for a few values in no order, where branches would be guesses: bits are in the order of magnitudes, and of equal
     * ones the first has the most behind it.
     */
    static float largestOfFew(float[] values, int count) {
        long most = 0;
        for (int i = 0; i < count; i++) {
            long bits = Float.floatToRawIntBits(values[i]) & Integer.MAX_VALUE;
            most = Math.max(most, bits << Integer.SIZE | (count - i));
        }
        int bits = (int) (most >>> Integer.SIZE);
        if (bits == 0) {
            return 0f;
        }
        return bits <= INFINITY ? values[count - (int) most] : largestMagnitude(values, 0, count);
    }

    /** The largest magnitude. As C's MAX macro has it, a NaN is dropped unless it is last. */
    static float magnitude(float[] values, int offset, int count) {
        float largest = 0f;
        for (int i = offset; i < offset + count; i++) {
            float magnitude = Math.abs(values[i]);
            largest = largest > magnitude ? largest : magnitude;
        }
        return largest;
    }

    /** The squares added up in order. */
    static float sumOfSquares(float[] values, int offset, int count) {
        float sum = 0f;
        for (int i = offset; i < offset + count; i++) {
            sum += values[i] * values[i];
        }
        return sum;
    }
}
