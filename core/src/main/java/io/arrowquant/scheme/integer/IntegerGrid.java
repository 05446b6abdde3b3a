package io.arrowquant.scheme.integer;

/**
 * The grids of groups: which values their codes stand for. All in float32, as the format is defined; the only doubles
 * are in scales too small for a normal float, where float32 would lose the group. Many groups are fitted together, in
 * loops so plain that the compiler can vectorise them.
 */
final class IntegerGrid {
    /** 1.5 * 2^23: adding and subtracting it rounds small values to a whole number, ties to even. */
    private static final float ROUNDER = 12582912f;

    private final float steps;
    private final boolean symmetric;
    private final float half;

    IntegerGrid(int bits, boolean symmetric) {
        this.steps = (1 << bits) - 1;
        this.symmetric = symmetric;
        this.half = 1 << (bits - 1);
    }

    /**
     * Fits the grids of {@code count} groups whose values and zero lie between {@code lows[i] <= 0} and
     * {@code highs[i] >= 0}.
     */
    void fit(float[] lows, float[] highs, int count, float[] scales, float[] zeroPoints) {
        if (symmetric) {
            fitSymmetric(lows, highs, count, scales, zeroPoints);
        } else {
            fitAsymmetric(lows, highs, count, scales, zeroPoints);
        }
    }

    boolean isSymmetric() {
        return symmetric;
    }

    /** The lowest whole number that {@code x / scale} may round to. */
    float lowest(float zeroPoint) {
        return symmetric ? 1 - half : -zeroPoint;
    }

    /** The highest whole number that {@code x / scale} may round to. */
    float highest(float zeroPoint) {
        return symmetric ? half - 1 : steps - zeroPoint;
    }

    private void fitSymmetric(float[] lows, float[] highs, int count, float[] scales, float[] zeroPoints) {
        float levels = half - 1;
        for (int i = 0; i < count; i++) {
            // One of them is zero or more, and the larger one is wanted: no need to ask for NaN or for the sign of
            // zero.
            scales[i] = (-lows[i] > highs[i] ? -lows[i] : highs[i]) / levels;
            zeroPoints[i] = half;
        }
        for (int i = 0; i < count; i++) {
            if (scales[i] < Float.MIN_NORMAL) {
                scales[i] = tinyScale(Math.max(-lows[i], highs[i]), levels);
            }
        }
    }

    private void fitAsymmetric(float[] lows, float[] highs, int count, float[] scales, float[] zeroPoints) {
        for (int i = 0; i < count; i++) {
            scales[i] = highs[i] / steps - lows[i] / steps;
        }
        for (int i = 0; i < count; i++) {
            if (scales[i] < Float.MIN_NORMAL) {
                scales[i] = tinyScale((double) highs[i] - lows[i], steps);
            }
        }
        for (int i = 0; i < count; i++) {
            // Rounding leaves no minus zero: the difference of equal numbers is zero.
            float rounded = (-lows[i] / scales[i] + ROUNDER) - ROUNDER;
            zeroPoints[i] = Math.min(rounded, steps);
        }
    }

    /** The smallest multiple of Float.MIN_VALUE that is not below {@code range / steps}; 1 when the range is empty. */
    private static float tinyScale(double range, double steps) {
        if (range == 0) {
            return 1f;
        }
        int multiple = (int) Math.ceil(range / steps / Float.MIN_VALUE);
        // The bits of a subnormal float count multiples of MIN_VALUE, and so do those of MIN_NORMAL.
        return Float.intBitsToFloat(multiple);
    }
}
