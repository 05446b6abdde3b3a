package io.arrowquant.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.arrowquant.Samples;
import io.arrowquant.tensor.DataType;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every implementation of {@link StatisticsKernels} must do, to the last bit of every lane. */
abstract class StatisticsContract {
    private static final int LANES = StatisticsKernels.LANES;
    private static final int SUMS = StatisticsKernels.COMPARED_SUMS * LANES;

    abstract StatisticsKernels kernels();

    @ParameterizedTest
    @EnumSource
    void everyLaneAddsItsElementsInOrder(Samples kind) {
        for (int count : IntegerContract.COUNTS) {
            float[] a = kind.array(count + 9, 1);
            float[] b = kind.array(count + 9, 2);
            for (int lane = 0; lane < LANES; lane++) {
                double[] sums = new double[SUMS];
                for (int i = 0; i < sums.length; i++) {
                    sums[i] = i * 0.1;
                }
                double[] expected = sums.clone();
                double largest = byLane(a, 3, b, 5, count, lane, expected);
                assertThat(kernels().compare(a, 3, b, 5, count, lane, sums)).isEqualTo(largest);
                assertThat(sums)
                        .as("%d values of %s from lane %d", count, kind, lane)
                        .isEqualTo(expected);
                for (int i = 0; i < sums.length; i++) {
                    sums[i] = i * 0.1;
                }
                byte[] stored = new byte[4 * a.length + 1];
                new ScalarNarrowing().narrow(a, 0, DataType.F32, stored, 1, a.length);
                assertThat(kernels().compareStored(stored, 4 * 3 + 1, b, 5, count, lane, sums))
                        .isEqualTo(largest);
                assertThat(sums).isEqualTo(expected);
                checkBrain(a, b, count, lane);
            }
        }
    }

    private void checkBrain(float[] a, float[] b, int count, int lane) {
        byte[] stored = new byte[2 * a.length + 1];
        new ScalarNarrowing().narrow(a, 0, DataType.BF16, stored, 1, a.length);
        float[] rounded = new float[a.length];
        new ScalarWidening().widen(DataType.BF16, stored, 1, rounded, 0, a.length);
        double[] expected = new double[SUMS];
        double[] sums = new double[SUMS];
        double largest = byLane(rounded, 3, b, 5, count, lane, expected);
        assertThat(kernels().compareBrain(stored, 2 * 3 + 1, b, 5, count, lane, sums))
                .isEqualTo(largest);
        assertThat(sums).isEqualTo(expected);
    }

    /** The same sums, a lane at a time. */
    private static double byLane(
            float[] a, int aOffset, float[] b, int bOffset, int count, int firstLane, double[] sums) {
        double largest = 0;
        for (int lane = 0; lane < LANES; lane++) {
            List<Integer> members = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                if ((firstLane + i) % LANES == lane) {
                    members.add(i);
                }
            }
            for (int i : members) {
                double x = a[aOffset + i];
                double y = b[bOffset + i];
                sums[lane] = sums[lane] + x * x;
                sums[LANES + lane] = sums[LANES + lane] + y * y;
                sums[2 * LANES + lane] = sums[2 * LANES + lane] + (x - y) * (x - y);
                if (Math.abs(x - y) > largest) {
                    largest = Math.abs(x - y);
                }
            }
        }
        return largest;
    }

    @Test
    void aBlockInPiecesGivesTheSameSums() {
        float[] a = Samples.NORMAL.array(4096, 1);
        float[] b = Samples.NORMAL.array(4096, 2);
        double[] whole = new double[SUMS];
        double largest = kernels().compare(a, 0, b, 0, 4096, 0, whole);
        for (int piece : new int[] {1, 2, 3, 7, 8, 9, 30, 64, 1000}) {
            double[] sums = new double[SUMS];
            double largestOfPieces = 0;
            for (int at = 0; at < 4096; at += piece) {
                int count = Math.min(piece, 4096 - at);
                largestOfPieces = Math.max(largestOfPieces, kernels().compare(a, at, b, at, count, at % LANES, sums));
            }
            assertThat(sums).as("pieces of %d", piece).isEqualTo(whole);
            assertThat(largestOfPieces).isEqualTo(largest);
        }
    }

    @Test
    void notANumberAnywhereIsTheLargestDifference() {
        for (int count : new int[] {1, 7, 8, 33, 100}) {
            for (int at = 0; at < count; at++) {
                for (float bad : new float[] {Float.NaN, Float.intBitsToFloat(0xffc00000)}) {
                    float[] a = Samples.NORMAL.array(count, 1);
                    float[] b = Samples.NORMAL.array(count, 2);
                    float[] c = a.clone();
                    c[at] = bad;
                    assertThat(kernels().compare(c, 0, b, 0, count, 3, new double[SUMS]))
                            .isNaN();
                    double[] sums = new double[SUMS];
                    assertThat(kernels().compare(b, 0, c, 0, count, 3, sums)).isNaN();
                    int lane = (3 + at) % LANES;
                    for (int i = 0; i < LANES; i++) {
                        assertThat(Double.isNaN(sums[LANES + i])).isEqualTo(i == lane);
                        assertThat(Double.isNaN(sums[i])).isFalse();
                    }
                }
            }
        }
    }

    @Test
    void infiniteDifferences() {
        float[] a = Samples.NORMAL.array(40, 1);
        float[] b = Samples.NORMAL.array(40, 2);
        a[17] = Float.NEGATIVE_INFINITY;
        assertThat(kernels().compare(a, 0, b, 0, 40, 0, new double[SUMS])).isEqualTo(Double.POSITIVE_INFINITY);
        b[17] = Float.NEGATIVE_INFINITY;
        assertThat(kernels().compare(a, 0, b, 0, 40, 0, new double[SUMS])).isNaN();
    }

    /** Close to the truth in every lane: the first two moments most, the others to 70 bits. */
    @ParameterizedTest
    @EnumSource
    void momentsAreMorePreciseThanDoubles(Samples kind) {
        for (int count : IntegerContract.COUNTS) {
            float[] values = kind.array(count + 5, 7);
            double[] sums = new double[StatisticsKernels.MOMENT_SUMS * LANES];
            kernels().moments(values, 3, count, sums);
            for (int power = 1; power <= 4; power++) {
                for (int lane = 0; lane < LANES; lane++) {
                    BigDecimal exact = BigDecimal.ZERO;
                    BigDecimal magnitudes = BigDecimal.ZERO;
                    for (int i = lane; i < count; i += LANES) {
                        BigDecimal term = new BigDecimal(values[3 + i]).pow(power);
                        exact = exact.add(term);
                        magnitudes = magnitudes.add(term.abs());
                    }
                    int at = (power - 1) * 2 * LANES + lane;
                    BigDecimal error = new BigDecimal(sums[at])
                            .add(new BigDecimal(sums[at + LANES]))
                            .subtract(exact);
                    BigDecimal budget = magnitudes.multiply(new BigDecimal(power < 3 ? 0x1p-95 : 0x1p-70));
                    assertThat(error.abs())
                            .as("x^%d of %d values of %s in lane %d", power, count, kind, lane)
                            .isLessThanOrEqualTo(budget);
                }
            }
        }
    }

    @Test
    void momentsOfBfloat16ValuesArePreciseToTheFourth() {
        float[] values = Samples.POSITIVE.array(4096, 3);
        for (int i = 0; i < values.length; i++) {
            values[i] = Float16.brainToFloat(Float16.floatToBrain(values[i]));
        }
        double[] sums = new double[StatisticsKernels.MOMENT_SUMS * LANES];
        kernels().moments(values, 0, values.length, sums);
        BigDecimal exact = BigDecimal.ZERO;
        for (float value : values) {
            exact = exact.add(new BigDecimal(value).pow(4));
        }
        BigDecimal sum = BigDecimal.ZERO;
        for (int i = 6 * LANES; i < 8 * LANES; i++) {
            sum = sum.add(new BigDecimal(sums[i]));
        }
        assertThat(sum).isEqualByComparingTo(exact);
    }

    /** Whatever computes them: the same bits as the definition, an element at a time. */
    @ParameterizedTest
    @EnumSource
    void momentsToTheLastBit(Samples kind) {
        StatisticsKernels reference = new ScalarStatistics();
        for (int count : IntegerContract.COUNTS) {
            float[] values = kind.array(count + 5, 8);
            double[] sums = new double[StatisticsKernels.MOMENT_SUMS * LANES];
            double[] expected = sums.clone();
            for (int round = 0; round < 2; round++) {
                kernels().moments(values, 5, count, sums);
                reference.moments(values, 5, count, expected);
            }
            assertThat(sums).as("%d values of %s", count, kind).isEqualTo(expected);
        }
    }
}
