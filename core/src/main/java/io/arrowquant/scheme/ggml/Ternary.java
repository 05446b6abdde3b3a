package io.arrowquant.scheme.ggml;

/** The digits of TQ1_0 and TQ2_0: -1, 0 or 1 times the largest magnitude, stored as 0, 1, 2. */
final class Ternary {
    private Ternary() {}

    static int digit(float scaled) {
        // Where the reciprocal of a tiny scale is infinite, C's cast of NaN or infinity to long ends in zero bits.
        return Float.isFinite(scaled) ? CArithmetic.nearestAwayFromZero(scaled) + 1 : 1;
    }
}
