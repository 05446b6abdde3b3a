package io.arrowquant.scheme.integer;

/**
 * The grid of one group: which values its codes stand for. All in float32, as the format is defined; the only doubles
 * are in scales too small for a normal float, where float32 would lose the group.
 */
final class IntegerGrid {
    private final int steps;
    private final boolean symmetric;
    private final int half;

    float scale;
    float zeroPoint;

    IntegerGrid(int bits, boolean symmetric) {
        this.steps = (1 << bits) - 1;
        this.symmetric = symmetric;
        this.half = 1 << (bits - 1);
    }

    /** Fits the grid to a group whose values and zero lie between {@code low <= 0} and {@code high >= 0}. */
    void fit(float low, float high) {
        if (symmetric) {
            fitSymmetric(Math.max(-low, high));
        } else {
            fitAsymmetric(low, high);
        }
    }

    /** The lowest whole number that {@code x / scale} may round to. */
    float lowest(float anyZeroPoint) {
        return symmetric ? 1 - half : -anyZeroPoint;
    }

    /** The highest whole number that {@code x / scale} may round to. */
    float highest(float anyZeroPoint) {
        return symmetric ? half - 1 : steps - anyZeroPoint;
    }

    private void fitSymmetric(float largest) {
        int levels = half - 1;
        scale = largest / levels;
        if (scale < Float.MIN_NORMAL) {
            scale = largest == 0f ? 1f : tinyScale((double) largest / levels);
        }
        zeroPoint = half;
    }

    private void fitAsymmetric(float low, float high) {
        scale = high / steps - low / steps;
        if (scale < Float.MIN_NORMAL) {
            scale = low == 0f && high == 0f ? 1f : tinyScale(((double) high - low) / steps);
        }
        float rounded = (float) Math.rint(-low / scale);
        // Adding +0 turns a minus zero into zero.
        zeroPoint = Math.min(Math.max(rounded, 0f), steps) + 0f;
    }

    /** The smallest multiple of Float.MIN_VALUE that is not below an ideal scale. */
    private static float tinyScale(double ideal) {
        int multiple = (int) Math.ceil(ideal / Float.MIN_VALUE);
        // The bits of a subnormal float count multiples of MIN_VALUE, and so do those of MIN_NORMAL.
        return Float.intBitsToFloat(multiple);
    }
}
