package io.arrowquant.scheme;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The order of additions, told by what gets lost beside a large number. */
class TorchSumTest {
    private static final float LARGE = 0x1p24f;

    @Test
    void fewValuesHaveFourAccumulators() {
        // The first and what follows the last four are added first; in order, each one would be lost beside the large.
        float[] five = {LARGE, 1f, 1f, 1f, -LARGE};
        assertThat(new TorchSum(1).of(five, 5)).isEqualTo(3f);
        float[] seven = {LARGE, 1f, 1f, 1f, -LARGE, LARGE, -LARGE};
        assertThat(new TorchSum(1).of(seven, 7)).isEqualTo(3f);
    }

    @Test
    void vectorsOfSixteenBitNumbersHoldTwiceAsMany() {
        float[] twelve = new float[12];
        twelve[0] = LARGE;
        twelve[1] = 1f;
        twelve[8] = -LARGE;
        assertThat(new TorchSum(2).of(twelve, 12)).isEqualTo(1f);
        // As float32 the last four are no vector: added up before the lanes are.
        assertThat(new TorchSum(1).of(twelve, 12)).isEqualTo(1f);
    }

    @Test
    void lanesAreAddedAfterWhatIsLeft() {
        float[] nine = new float[9];
        nine[0] = LARGE;
        nine[1] = 1f;
        nine[8] = -LARGE;
        assertThat(new TorchSum(1).of(nine, 9)).isEqualTo(1f);
        assertThat(new TorchSum(1).of(nine, 0)).isZero();
    }
}
