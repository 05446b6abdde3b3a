package io.arrowquant.kernel;

import java.util.Arrays;

/**
 * What to multiply bfloat16 by instead of dividing them, where zero is in the middle of the codes and the scale is the
 * largest magnitude m of a group divided by L, the number of codes on either side. Such values have significands of eight
 * bits, and that leaves so little room between a value and the middle of two codes that the product, rounded, is the
 * code of the division for every value up to m.
 *
 * <p>A value x is in the middle if 2 L x = (2k + 1) m. Unless that holds exactly, both sides differ by at least one unit
 * of 2 L * 255, that is by 2^-12 for L = 7 and by 2^-16 for L = 127: far more than the roundings of scale, factor and
 * product, 2^-24 each, and more than the {@link #NUDGE}. It holds exactly in two cases:
 *
 * <ul>
 *   <li>x = m / 2. One division, made beforehand for each significand of m, tells which code that value has; the factor
 *       is made a little larger or smaller to send it there.
 *   <li>L divides m: its significand is a multiple of 7, or 254. Then the scale is exact, and ties are rounded to even.
 *       The product must be exact too for every value in the middle, which is tried beforehand; where it is not, there
 *       is no factor.
 * </ul>
 */
public final class SymmetricFactors {
    /** Elements that share a factor. */
    public static final int SPAN = 128;

    /** By how much a factor is changed to decide for m / 2. */
    private static final float NUDGE = 0x1p-18f;

    /** Between these, the reciprocal of a scale and the products that matter are normal floats. */
    static final float SMALLEST_SCALE = 0x1p-100f;

    static final float LARGEST_SCALE = 0x1p100f;

    private static final int SIGNIFICANDS = 128;
    private static final float[] OF_NIBBLES = numerators(7);
    private static final float[] OF_BYTES = numerators(127);

    private SymmetricFactors() {}

    /** What to divide by a scale for its factor: one, or a little more or less; by the significand of m, less 128. */
    private static float[] numerators(int levels) {
        float[] numerators = new float[SIGNIFICANDS];
        for (int i = 0; i < SIGNIFICANDS; i++) {
            float most = SIGNIFICANDS + i;
            if (most % levels == 0) {
                numerators[i] = keepsTies(most, levels) ? 1f : Float.NaN;
            } else {
                boolean upwards = Math.rint(most / 2 / (most / levels)) > levels / 2f;
                numerators[i] = upwards ? 1f + NUDGE : 1f - NUDGE;
            }
        }
        return numerators;
    }

    /** Whether the products of all values in the middle between two codes are exact. */
    private static boolean keepsTies(float most, int levels) {
        float scale = most / levels;
        float factor = 1f / scale;
        for (float middle = 0.5f; middle < levels; middle++) {
            float value = middle * scale;
            boolean isBrain = (Float.floatToRawIntBits(value) & 0xffff) == 0;
            if (isBrain && value * factor != middle) {
                return false;
            }
        }
        return true;
    }

    /**
     * The factors for codes of 4 or 8 bits, one for each span: groups are a whole number of spans. NaN where a scale has
     * none.
     *
     * @param magnitudes the largest magnitude of each group, a bfloat16
     * @param scales the quotients of those and 7 or 127
     */
    public static void fit(
            int bits, int groups, int spansOfGroup, float[] magnitudes, float[] scales, float[] factors) {
        float[] numerators = bits == Byte.SIZE ? OF_BYTES : OF_NIBBLES;
        for (int group = 0; group < groups; group++) {
            float scale = scales[group];
            float factor = numerators[Float.floatToRawIntBits(magnitudes[group]) >>> 16 & 0x7f] / scale;
            factors[group] = scale >= SMALLEST_SCALE && scale <= LARGEST_SCALE ? factor : Float.NaN;
        }
        if (spansOfGroup > 1) {
            // From the end, so that no factor is overwritten before it was copied.
            for (int group = groups - 1; group >= 0; group--) {
                Arrays.fill(factors, group * spansOfGroup, (group + 1) * spansOfGroup, factors[group]);
            }
        }
    }
}
