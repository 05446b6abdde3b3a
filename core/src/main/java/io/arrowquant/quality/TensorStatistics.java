package io.arrowquant.quality;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.MathContext;

/**
 * Moments and extremes of a tensor's values, mergeable in any order with the same result. Sums of x and x*x carry a
 * second double with what rounding lost, so that even a constant tensor has a standard deviation of zero.
 */
public final class TensorStatistics {
    private static final int BLOCK = ErrorStatistics.BLOCK;

    private final ExactSum first = new ExactSum();
    private final ExactSum second = new ExactSum();
    private final ExactSum third = new ExactSum();
    private final ExactSum fourth = new ExactSum();
    private long count;
    private long zeros;
    private long nan;
    private long infinite;
    private float min = Float.POSITIVE_INFINITY;
    private float max = Float.NEGATIVE_INFINITY;

    /** Adds a range of elements; it must begin at a multiple of 4096 for the result not to depend on the cut. */
    public void add(float[] values, int offset, int elements) {
        for (int done = 0; done < elements; done += BLOCK) {
            addBlock(values, offset + done, Math.min(BLOCK, elements - done));
        }
        count += elements;
    }

    private void addBlock(float[] values, int offset, int elements) {
        double sum = 0;
        double sumLost = 0;
        double squares = 0;
        double squaresLost = 0;
        double cubes = 0;
        double fourths = 0;
        for (int i = offset; i < offset + elements; i++) {
            float value = values[i];
            if (!Float.isFinite(value)) {
                countNonFinite(value);
                continue;
            }
            min = Math.min(min, value);
            max = Math.max(max, value);
            if (value == 0f) {
                zeros++;
            }
            double x = value;
            double square = x * x;
            double newSum = sum + x;
            sumLost += lost(sum, x, newSum);
            sum = newSum;
            double newSquares = squares + square;
            squaresLost += lost(squares, square, newSquares);
            squares = newSquares;
            cubes += square * x;
            fourths += square * square;
        }
        first.add(sum);
        first.add(sumLost);
        second.add(squares);
        second.add(squaresLost);
        third.add(cubes);
        fourth.add(fourths);
    }

    /** What a + b lost by rounding to {@code sum} (Knuth's two-sum). */
    private static double lost(double a, double b, double sum) {
        double bPart = sum - a;
        return (a - (sum - bPart)) + (b - bPart);
    }

    private void countNonFinite(float value) {
        if (Float.isNaN(value)) {
            nan++;
        } else {
            infinite++;
        }
    }

    public void merge(TensorStatistics other) {
        first.merge(other.first);
        second.merge(other.second);
        third.merge(other.third);
        fourth.merge(other.fourth);
        count += other.count;
        zeros += other.zeros;
        nan += other.nan;
        infinite += other.infinite;
        min = Math.min(min, other.min);
        max = Math.max(max, other.max);
    }

    public TensorSummary summary() {
        long finite = count - nan - infinite;
        if (finite == 0) {
            return new TensorSummary(
                    count, Float.NaN, Float.NaN, Double.NaN, Double.NaN, Float.NaN, 0, nan, infinite, Double.NaN);
        }
        MathContext precise = MathContext.DECIMAL128;
        BigDecimal n = BigDecimal.valueOf(finite);
        BigDecimal mean = first.exact().divide(n, precise);
        BigDecimal meanSquare = second.exact().divide(n, precise);
        BigDecimal variance = meanSquare.subtract(mean.multiply(mean), precise);
        // What is left of two equal numbers after rounding to 34 digits is no variance.
        if (variance.compareTo(meanSquare.scaleByPowerOfTen(-28)) <= 0) {
            variance = BigDecimal.ZERO;
        }
        return new TensorSummary(
                count,
                min,
                max,
                mean.doubleValue(),
                Math.sqrt(variance.doubleValue()),
                Math.max(Math.abs(min), Math.abs(max)),
                zeros,
                nan,
                infinite,
                excessKurtosis(n, mean, meanSquare, variance));
    }

    private double excessKurtosis(BigDecimal n, BigDecimal mean, BigDecimal meanSquare, BigDecimal variance) {
        if (variance.signum() == 0) {
            return Double.NaN;
        }
        MathContext precise = MathContext.DECIMAL128;
        BigDecimal meanCube = third.exact().divide(n, precise);
        BigDecimal meanFourth = fourth.exact().divide(n, precise);
        BigDecimal square = mean.multiply(mean);
        BigDecimal central = meanFourth
                .subtract(mean.multiply(meanCube).multiply(BigDecimal.valueOf(4)))
                .add(square.multiply(meanSquare).multiply(BigDecimal.valueOf(6)))
                .subtract(square.multiply(square).multiply(BigDecimal.valueOf(3)));
        return central.divide(variance.multiply(variance), precise).doubleValue() - 3;
    }

    /** The state as bytes, to be merged elsewhere. */
    public byte[] toBytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeLong(count);
            out.writeLong(zeros);
            out.writeLong(nan);
            out.writeLong(infinite);
            out.writeFloat(min);
            out.writeFloat(max);
            first.write(out);
            second.write(out);
            third.write(out);
            fourth.write(out);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    public static TensorStatistics fromBytes(byte[] bytes) {
        TensorStatistics statistics = new TensorStatistics();
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            statistics.count = in.readLong();
            statistics.zeros = in.readLong();
            statistics.nan = in.readLong();
            statistics.infinite = in.readLong();
            statistics.min = in.readFloat();
            statistics.max = in.readFloat();
            statistics.first.read(in);
            statistics.second.read(in);
            statistics.third.read(in);
            statistics.fourth.read(in);
        } catch (IOException malformed) {
            throw new UncheckedIOException(malformed);
        }
        return statistics;
    }
}
