package io.arrowquant.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.arrowquant.Samples;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TensorStatisticsTest {
    private static final MathContext PRECISE = new MathContext(60);

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"CONSTANT", "ZERO", "ZEROS_OF_BOTH_SIGNS"})
    void valuesAgainstExactArithmetic(Samples kind) {
        check(kind.array(10_007, 5), 1e-9);
    }

    /** Values whose spread is tiny next to their mean: where sums of powers lose most. */
    @ParameterizedTest
    @ValueSource(doubles = {1e-1, 1e-2, 1e-3, 1e-4, 1e-5})
    void narrowDistributionsFarFromZero(double spread) {
        float[] values = new float[10_007];
        Random random = new Random(6);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (100 * (1 + spread * random.nextGaussian()));
        }
        // Sums carry about 80 bits; what is left of them is in proportion to the fourth power of the spread.
        check(values, Math.max(1e-9, 1e-24 / Math.pow(spread, 4)));
    }

    private static void check(float[] values, double kurtosisTolerance) {
        BigDecimal n = BigDecimal.valueOf(values.length);
        BigDecimal sum = BigDecimal.ZERO;
        float min = values[0];
        float max = values[0];
        long zeros = 0;
        for (float value : values) {
            sum = sum.add(new BigDecimal(value));
            min = value < min ? value : min;
            max = value > max ? value : max;
            zeros += value == 0 ? 1 : 0;
        }
        BigDecimal mean = sum.divide(n, PRECISE);
        BigDecimal second = BigDecimal.ZERO;
        BigDecimal fourth = BigDecimal.ZERO;
        for (float value : values) {
            BigDecimal square = new BigDecimal(value).subtract(mean, PRECISE).pow(2, PRECISE);
            second = second.add(square, PRECISE);
            fourth = fourth.add(square.multiply(square, PRECISE), PRECISE);
        }
        double std = second.divide(n, PRECISE).sqrt(PRECISE).doubleValue();
        double kurtosis =
                fourth.multiply(n).divide(second.multiply(second), PRECISE).doubleValue() - 3;

        TensorSummary summary = statistics(values).summary();
        assertThat(summary.count()).isEqualTo(values.length);
        assertThat(summary.min()).isEqualTo(min);
        assertThat(summary.max()).isEqualTo(max);
        assertThat(summary.absMax()).isEqualTo(Math.max(Math.abs(min), Math.abs(max)));
        assertThat(summary.zeros()).isEqualTo(zeros);
        assertThat(summary.nan()).isZero();
        assertThat(summary.inf()).isZero();
        double exactMean = mean.doubleValue();
        assertThat(summary.mean()).isCloseTo(exactMean, within(Math.abs(exactMean) * 1e-12 + 1e-300));
        assertThat(summary.std()).isCloseTo(std, within(std * 1e-11));
        assertThat(summary.kurtosis()).isCloseTo(kurtosis, within(kurtosisTolerance * Math.max(1, Math.abs(kurtosis))));
    }

    @ParameterizedTest
    @ValueSource(floats = {0.1f, -0.3f, 1.4E-45f, 3.4e38f, 16777216f, -1.17e-38f, 0f, -0f})
    void aConstantTensorHasNoSpread(float value) {
        for (int count : new int[] {1, 2, 3, 4095, 4097, 100_003}) {
            float[] values = new float[count];
            Arrays.fill(values, value);
            TensorSummary summary = statistics(values).summary();
            assertThat(summary.std()).isEqualTo(0.0);
            assertThat(summary.mean()).isEqualTo(value + 0.0);
            assertThat(summary.kurtosis()).isNaN();
            assertThat(summary.zeros()).isEqualTo(value == 0 ? count : 0);
        }
    }

    @Test
    void aNormalDistributionHasNoExcessKurtosisAndACoinHasTwoLess() {
        assertThat(statistics(Samples.NORMAL.array(500_000, 1)).summary().kurtosis())
                .isCloseTo(0, within(0.05));
        float[] coin = {1f, -1f, -1f, 1f};
        assertThat(statistics(coin).summary().kurtosis()).isEqualTo(-2);
        assertThat(statistics(coin).summary().std()).isEqualTo(1);
    }

    @Test
    void nonFiniteValuesAreCountedAndLeftOut() {
        float[] values = {
            Float.NaN, 1f, Float.POSITIVE_INFINITY, 3f, Float.NEGATIVE_INFINITY, Float.intBitsToFloat(0xff800001), 0f
        };
        TensorSummary summary = statistics(values).summary();
        assertThat(summary.count()).isEqualTo(7);
        assertThat(summary.nan()).isEqualTo(2);
        assertThat(summary.inf()).isEqualTo(2);
        assertThat(summary.zeros()).isEqualTo(1);
        assertThat(summary.min()).isEqualTo(0f);
        assertThat(summary.max()).isEqualTo(3f);
        assertThat(summary.mean()).isCloseTo(4.0 / 3, within(1e-15));
    }

    @Test
    void withoutFiniteValuesThereIsNothingToSay() {
        for (float[] values : new float[][] {{}, {Float.NaN}, {Float.POSITIVE_INFINITY, Float.NaN}}) {
            TensorSummary summary = statistics(values).summary();
            assertThat(summary.count()).isEqualTo(values.length);
            assertThat(summary.min()).isNaN();
            assertThat(summary.max()).isNaN();
            assertThat(summary.mean()).isNaN();
            assertThat(summary.std()).isNaN();
            assertThat(summary.absMax()).isNaN();
            assertThat(summary.kurtosis()).isNaN();
            assertThat(summary.nan() + summary.inf()).isEqualTo(values.length);
        }
    }

    @Test
    void minusZeroIsBelowZero() {
        TensorSummary summary = statistics(new float[] {0f, -0f}).summary();
        assertThat(Float.floatToRawIntBits(summary.min())).isEqualTo(0x80000000);
        assertThat(Float.floatToRawIntBits(summary.max())).isZero();
        assertThat(Float.floatToRawIntBits(summary.absMax())).isZero();
    }

    @Test
    void cutsAtMultiplesOf4096AndMergesInAnyOrder() {
        float[] values = Samples.NORMAL.array(60_001, 8);
        values[77] = Float.NaN;
        values[5000] = Float.POSITIVE_INFINITY;
        byte[] expected = statistics(values).toBytes();
        Random random = new Random(9);
        for (int round = 0; round < 20; round++) {
            List<TensorStatistics> parts = new ArrayList<>();
            int at = 0;
            while (at < values.length) {
                int count = Math.min(values.length - at, 4096 * (1 + random.nextInt(3)));
                TensorStatistics part = new TensorStatistics();
                part.add(values, at, count);
                parts.add(random.nextBoolean() ? part : TensorStatistics.fromBytes(part.toBytes()));
                at += count;
            }
            while (parts.size() > 1) {
                TensorStatistics from = parts.remove(random.nextInt(parts.size()));
                parts.get(random.nextInt(parts.size())).merge(from);
            }
            assertThat(parts.get(0).toBytes()).isEqualTo(expected);
            assertThat(parts.get(0).summary()).isEqualTo(statistics(values).summary());
        }
    }

    @Test
    void truncatedBytesAreRefused() {
        byte[] bytes = statistics(new float[] {1f}).toBytes();
        assertThatThrownBy(() -> TensorStatistics.fromBytes(Arrays.copyOf(bytes, bytes.length - 1)))
                .isInstanceOf(UncheckedIOException.class);
    }

    private static TensorStatistics statistics(float[] values) {
        TensorStatistics statistics = new TensorStatistics();
        statistics.add(values, 0, values.length);
        return statistics;
    }
}
