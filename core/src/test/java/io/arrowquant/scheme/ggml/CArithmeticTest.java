package io.arrowquant.scheme.ggml;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class CArithmeticTest {
    /** Few different values, so that there are ties. */
    private static final float[] VALUES = {
        0f,
        -0f,
        1f,
        -1f,
        2f,
        -2f,
        Float.MIN_VALUE,
        -Float.MIN_VALUE,
        Float.MAX_VALUE,
        Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY,
        Float.NaN
    };

    @Test
    void theLargestOfFewIsTheLargest() {
        Random random = new Random(5);
        for (int round = 0; round < 20_000; round++) {
            int kinds = 1 + random.nextInt(VALUES.length);
            float[] values = new float[1 + random.nextInt(17)];
            for (int i = 0; i < values.length; i++) {
                values[i] = VALUES[random.nextInt(kinds)];
            }
            int expected = Float.floatToRawIntBits(CArithmetic.largestMagnitude(values, 0, values.length));
            assertThat(Float.floatToRawIntBits(CArithmetic.largestOfFew(values, values.length)))
                    .isEqualTo(expected);
        }
    }
}
