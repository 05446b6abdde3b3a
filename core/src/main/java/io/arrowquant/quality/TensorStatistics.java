package io.arrowquant.quality;

import io.arrowquant.kernel.Kernels;
import io.arrowquant.kernel.StatisticsKernels;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;

/**
 * Moments and extremes of a tensor's values, mergeable in any order with the same result. Sums carry a second
 * double with what rounding lost, so that even a constant tensor has a standard deviation of zero, and values close
 * together but far from zero have the right kurtosis.
 */
public final class TensorStatistics {
    private static final int BLOCK = ErrorStatistics.BLOCK;
    private static final int LANES = StatisticsKernels.LANES;
    private static final int INFINITY_BITS = 0x7f800000;

    private final ExactSum first = new ExactSum();
    private final ExactSum second = new ExactSum();
    private final ExactSum third = new ExactSum();
    private final ExactSum fourth = new ExactSum();
    private final double[] lanes = new double[StatisticsKernels.MOMENT_SUMS * LANES];
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
        int lowest = Integer.MAX_VALUE;
        int highest = Integer.MIN_VALUE;
        int zerosHere = 0;
        int finite = 0;
        for (int i = offset; i < offset + elements; i++) {
            int bits = Float.floatToRawIntBits(values[i]);
            int magnitude = bits & 0x7fffffff;
            if (magnitude >= INFINITY_BITS) {
                countNonFinite(magnitude);
                continue;
            }
            finite++;
            zerosHere += magnitude == 0 ? 1 : 0;
            int key = orderKey(bits);
            lowest = Math.min(lowest, key);
            highest = Math.max(highest, key);
        }
        zeros += zerosHere;
        if (finite > 0) {
            min = Math.min(min, Float.intBitsToFloat(orderKey(lowest)));
            max = Math.max(max, Float.intBitsToFloat(orderKey(highest)));
        }
        if (finite == elements) {
            addMoments(values, offset, elements);
        } else {
            addMoments(withoutNonFinite(values, offset, elements), 0, elements);
        }
    }

    /** Bits of a float to an int in the same order, minus zero below zero; and back. */
    private static int orderKey(int bits) {
        return bits ^ ((bits >> 31) & 0x7fffffff);
    }

    /** A copy with zeros, which add nothing to any sum, in place of NaN and infinities. */
    private static float[] withoutNonFinite(float[] values, int offset, int elements) {
        float[] copy = Arrays.copyOfRange(values, offset, offset + elements);
        for (int i = 0; i < elements; i++) {
            if (!Float.isFinite(copy[i])) {
                copy[i] = 0f;
            }
        }
        return copy;
    }

    private void addMoments(float[] values, int offset, int elements) {
        Arrays.fill(lanes, 0);
        Kernels.get().statistics().moments(values, offset, elements, lanes);
        for (int i = 0; i < 2 * LANES; i++) {
            first.add(lanes[i]);
            second.add(lanes[2 * LANES + i]);
            third.add(lanes[4 * LANES + i]);
            fourth.add(lanes[6 * LANES + i]);
        }
    }

    private void countNonFinite(int magnitude) {
        if (magnitude > INFINITY_BITS) {
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
