package io.arrowquant.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.arrowquant.Samples;
import io.arrowquant.kernel.Kernels;
import io.arrowquant.kernel.Tile;
import io.arrowquant.tensor.DataType;
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

class ErrorStatisticsTest {
    private static final MathContext PRECISE = new MathContext(60);

    @Test
    void tilesCountAsTheirFloats() {
        float[] a = Samples.NORMAL.array(5001, 1);
        float[] b = Samples.NORMAL.array(5001, 2);
        ErrorStatistics expected = new ErrorStatistics();
        expected.add(a, 1, b, 1, 5000, 0);
        byte[] stored = new byte[4 * a.length];
        Kernels.get().narrowing().narrow(a, 0, DataType.F32, stored, 0, a.length);
        Tile tile = new Tile();
        ErrorStatistics ofStored = new ErrorStatistics();
        ofStored.add(tile.setStored(DataType.F32, stored, 4, 5000), b, 1, 0);
        ErrorStatistics ofFloats = new ErrorStatistics();
        ofFloats.add(tile.setFloats(a, 1, 5000), b, 1, 0);
        assertThat(ofStored.toBytes()).isEqualTo(expected.toBytes());
        assertThat(ofFloats.toBytes()).isEqualTo(expected.toBytes());
    }

    /** However long the pieces are, and whether two whole blocks come at once or not. */
    @Test
    void tilesOfBrainsCountAsTheirFloats() {
        int count = 5 * ErrorStatistics.BLOCK + 77;
        byte[] stored = new byte[2 * count + 2];
        Kernels.get().narrowing().narrow(Samples.NORMAL.array(count, 1), 0, DataType.BF16, stored, 2, count);
        float[] a = new float[count];
        Kernels.get().widening().widen(DataType.BF16, stored, 2, a, 0, count);
        float[] b = Samples.NORMAL.array(count, 2);
        ErrorStatistics expected = new ErrorStatistics();
        expected.add(a, 0, b, 0, count, 0);
        for (int piece : new int[] {count, 4 * ErrorStatistics.BLOCK, 2 * ErrorStatistics.BLOCK + 1, 1000}) {
            ErrorStatistics inPieces = new ErrorStatistics();
            Tile tile = new Tile();
            for (int at = 0; at < count; at += piece) {
                int length = Math.min(piece, count - at);
                inPieces.add(tile.setStored(DataType.BF16, stored, 2 * at + 2, length), b, at, at);
            }
            assertThat(inPieces.toBytes()).as("pieces of %d", piece).isEqualTo(expected.toBytes());
        }
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"ZERO", "ZEROS_OF_BOTH_SIGNS"})
    void valuesAgainstExactArithmetic(Samples kind) {
        float[] a = kind.array(5000, 1);
        float[] b = kind.array(5000, 1);
        Random random = new Random(9);
        for (int i = 0; i < b.length; i++) {
            a[i] *= 0.5f;
            b[i] *= 0.5f + 0.02f * (random.nextFloat() - 0.5f);
        }
        BigDecimal signal = BigDecimal.ZERO;
        BigDecimal recovered = BigDecimal.ZERO;
        BigDecimal product = BigDecimal.ZERO;
        BigDecimal noise = BigDecimal.ZERO;
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            BigDecimal x = new BigDecimal(a[i]);
            BigDecimal y = new BigDecimal(b[i]);
            signal = signal.add(x.multiply(x));
            recovered = recovered.add(y.multiply(y));
            product = product.add(x.multiply(y));
            noise = noise.add(x.subtract(y).pow(2));
            largest = Math.max(largest, x.subtract(y).abs().doubleValue());
        }
        double cosine = product.divide(signal.sqrt(PRECISE).multiply(recovered.sqrt(PRECISE)), PRECISE)
                .doubleValue();
        ErrorSummary summary = statistics(a, b).summary();
        assertThat(summary.count()).isEqualTo(5000);
        assertThat(summary.cosine()).isCloseTo(cosine, within(1e-13)).isBetween(-1.0, 1.0);
        double mse = noise.divide(BigDecimal.valueOf(5000), PRECISE).doubleValue();
        assertThat(summary.mse()).isCloseTo(mse, within(mse * 1e-12));
        assertThat(summary.maxAbsError()).isEqualTo(largest);
        if (noise.signum() > 0) {
            double snr = 10 * Math.log10(signal.divide(noise, PRECISE).doubleValue());
            assertThat(summary.snrDb()).isCloseTo(snr, within(1e-9));
        }
    }

    @Test
    void zerosAndEmptyTensors() {
        float[] zeros = new float[10];
        float[] ones = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
        ErrorSummary both = statistics(zeros, zeros).summary();
        assertThat(both).isEqualTo(new ErrorSummary(10, 1, 0, 0, Double.POSITIVE_INFINITY));
        assertThat(statistics(ones, zeros).summary()).isEqualTo(new ErrorSummary(10, 0, 1, 1, 0));
        assertThat(statistics(zeros, ones).summary())
                .isEqualTo(new ErrorSummary(10, 0, 1, 1, Double.NEGATIVE_INFINITY));
        assertThat(new ErrorStatistics().summary()).isEqualTo(new ErrorSummary(0, 1, 0, 0, Double.POSITIVE_INFINITY));
    }

    @Test
    void equalAndOppositeValues() {
        float[] values = Samples.NORMAL.array(777, 3);
        float[] negated = values.clone();
        for (int i = 0; i < negated.length; i++) {
            negated[i] = -negated[i];
        }
        assertThat(statistics(values, values).summary().cosine()).isEqualTo(1);
        assertThat(statistics(values, values).summary().snrDb()).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(statistics(values, negated).summary().cosine()).isCloseTo(-1, within(1e-15));
    }

    /** Squares of the largest floats fit a double; so do the product of their sums' roots. */
    @Test
    void theLargestAndSmallestValues() {
        float[] largest = Samples.LARGEST.array(10_000, 1);
        assertThat(statistics(largest, largest).summary().cosine()).isEqualTo(1);
        float[] smallest = {Float.MIN_VALUE, -Float.MIN_VALUE};
        assertThat(statistics(smallest, smallest).summary().cosine()).isEqualTo(1);
        assertThat(statistics(smallest, new float[] {Float.MIN_VALUE, 0f})
                        .summary()
                        .cosine())
                .isCloseTo(Math.sqrt(0.5), within(1e-15));
    }

    @Test
    void notANumberShows() {
        ErrorSummary summary =
                statistics(new float[] {1f, Float.NaN}, new float[] {1f, 2f}).summary();
        assertThat(summary.maxAbsError()).isNaN();
        assertThat(summary.mse()).isNaN();
        assertThat(summary.cosine()).isNaN();
    }

    /** Pieces that follow each other may have any length; the state is equal to the last bit. */
    @Test
    void piecesOfAnyLengthInOrder() {
        float[] a = Samples.NORMAL.array(30_000, 1);
        float[] b = Samples.NORMAL.array(30_000, 2);
        byte[] expected = statistics(a, b).toBytes();
        Random random = new Random(4);
        for (int round = 0; round < 20; round++) {
            ErrorStatistics statistics = new ErrorStatistics();
            int at = 0;
            while (at < a.length) {
                int count = Math.min(a.length - at, random.nextInt(round < 10 ? 50 : 9000));
                statistics.add(a, at, b, at, count, at);
                at += count;
            }
            assertThat(statistics.toBytes()).isEqualTo(expected);
        }
    }

    /** Ranges that begin at multiples of 4096 may be measured apart and merged in any order. */
    @Test
    void rangesMergedInAnyOrder() {
        float[] a = Samples.NORMAL.array(50_000, 1);
        float[] b = Samples.NORMAL.array(50_000, 2);
        byte[] expected = statistics(a, b).toBytes();
        Random random = new Random(5);
        for (int round = 0; round < 20; round++) {
            List<ErrorStatistics> parts = new ArrayList<>();
            int at = 0;
            while (at < a.length) {
                int count = Math.min(a.length - at, 4096 * (1 + random.nextInt(4)));
                ErrorStatistics part = new ErrorStatistics();
                part.add(a, at, b, at, count, at);
                parts.add(random.nextBoolean() ? part : ErrorStatistics.fromBytes(part.toBytes()));
                at += count;
            }
            while (parts.size() > 1) {
                ErrorStatistics from = parts.remove(random.nextInt(parts.size()));
                parts.get(random.nextInt(parts.size())).merge(from);
            }
            assertThat(parts.get(0).toBytes()).isEqualTo(expected);
            assertThat(parts.get(0).count()).isEqualTo(a.length);
        }
    }

    @Test
    void addingAfterAMergeOrAGapClosesTheBlock() {
        float[] a = Samples.NORMAL.array(8192 + 100, 1);
        float[] b = Samples.NORMAL.array(8192 + 100, 2);
        ErrorStatistics statistics = new ErrorStatistics();
        statistics.add(a, 8192, b, 8192, 100, 8192);
        statistics.add(a, 0, b, 0, 4096, 0);
        ErrorStatistics middle = new ErrorStatistics();
        middle.add(a, 4096, b, 4096, 4096, 4096);
        statistics.merge(middle);
        assertThat(statistics.toBytes()).isEqualTo(statistics(a, b).toBytes());
        statistics.merge(new ErrorStatistics());
        assertThat(statistics.summary()).isEqualTo(statistics(a, b).summary());
    }

    @Test
    void truncatedBytesAreRefused() {
        byte[] bytes = statistics(new float[] {1f}, new float[] {2f}).toBytes();
        assertThatThrownBy(() -> ErrorStatistics.fromBytes(Arrays.copyOf(bytes, bytes.length - 1)))
                .isInstanceOf(UncheckedIOException.class);
    }

    private static ErrorStatistics statistics(float[] a, float[] b) {
        ErrorStatistics statistics = new ErrorStatistics();
        statistics.add(a, 0, b, 0, a.length, 0);
        return statistics;
    }
}
