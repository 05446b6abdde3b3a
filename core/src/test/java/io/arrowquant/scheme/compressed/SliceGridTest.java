package io.arrowquant.scheme.compressed;

import static org.assertj.core.api.Assertions.assertThat;

import io.arrowquant.kernel.Tile;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What grids inherit. */
class SliceGridTest {
    @Test
    void gridsReadFloatsUnlessTheySayOtherwise() {
        byte[] codes = {1, 2, 3, 4};
        boolean done = new Nvfp4Grid(Precision.BRAIN, 1f)
                .encodeStored(new Tile(), 1, 4, new float[] {1f}, new float[1], codes, 0);
        assertThat(done).isFalse();
        assertThat(codes).containsExactly(1, 2, 3, 4);
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void manyMicroscalingSlicesAreFittedAsEachAlone(Precision precision) {
        List<Float> magnitudes = new ArrayList<>();
        for (int exponent = -150; exponent < 128; exponent++) {
            for (float fraction : new float[] {1f, 1.5f, 0x1.bfp0f, 1.75f, 0x1.fep0f}) {
                magnitudes.add(Math.abs(precision.round(Math.scalb(fraction, exponent))));
            }
        }
        magnitudes.add(0f);
        magnitudes.removeIf(magnitude -> Float.isInfinite(magnitude));
        int count = magnitudes.size();
        float[] highs = new float[count];
        for (int i = 0; i < count; i++) {
            highs[i] = magnitudes.get(i);
        }
        for (boolean eightBits : new boolean[] {false, true}) {
            SliceGrid grid = new MxGrid(eightBits, precision);
            float[] divisors = new float[count];
            byte[] exponents = new byte[count];
            grid.fit(highs, count, divisors, exponents);
            byte[] stored = new byte[1];
            for (int i = 0; i < count; i++) {
                grid.fit(0f, highs[i]);
                grid.storeScale(stored, 0);
                assertThat(divisors[i]).as("divisor of %s", highs[i]).isEqualTo(grid.divisor());
                assertThat(exponents[i]).as("exponent of %s", highs[i]).isEqualTo(stored[0]);
            }
        }
    }
}
