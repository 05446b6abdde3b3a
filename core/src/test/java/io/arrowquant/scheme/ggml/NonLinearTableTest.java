package io.arrowquant.scheme.ggml;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class NonLinearTableTest {
    /** The definition, with the arithmetic of the reference: the nearer of two values, of two as near the higher. */
    private static int nearest(float x) {
        int code = 0;
        while (code < 15 && !(x - NonLinearTable.value(code) < NonLinearTable.value(code + 1) - x)) {
            code++;
        }
        return code;
    }

    @Test
    void nearestAroundEveryHalf() {
        for (int halves = -260; halves <= 260; halves++) {
            float half = halves * 0.5f;
            float below = half;
            float above = half;
            for (int i = 0; i < 1000; i++) {
                assertThat(NonLinearTable.nearest(below)).isEqualTo(nearest(below));
                assertThat(NonLinearTable.nearest(above)).isEqualTo(nearest(above));
                below = Math.nextDown(below);
                above = Math.nextUp(above);
            }
        }
    }

    @Test
    void nearestOfAnyNumber() {
        Random random = new Random(3);
        for (int i = 0; i < 200_000; i++) {
            float x = (random.nextFloat() - 0.5f) * 300;
            assertThat(NonLinearTable.nearest(x)).isEqualTo(nearest(x));
        }
        assertThat(NonLinearTable.nearest(Float.NEGATIVE_INFINITY)).isZero();
        assertThat(NonLinearTable.nearest(Float.POSITIVE_INFINITY)).isEqualTo(15);
        assertThat(NonLinearTable.nearest(Float.NaN)).isEqualTo(15);
        assertThat(NonLinearTable.nearest(-0f)).isEqualTo(8);
    }
}
