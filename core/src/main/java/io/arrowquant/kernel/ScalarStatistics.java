package io.arrowquant.kernel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Statistics in plain loops. */
final class ScalarStatistics implements StatisticsKernels {
    private static final VarHandle STORED_FLOATS =
            MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);

    @Override
    public double compare(float[] a, int aOffset, float[] b, int bOffset, int count, int lane, double[] sums) {
        double largest = 0;
        int at = lane;
        for (int i = 0; i < count; i++) {
            double x = a[aOffset + i];
            double y = b[bOffset + i];
            largest = Math.max(largest, add(x, y, at, sums));
            at = (at + 1) & (LANES - 1);
        }
        return largest;
    }

    @Override
    public double compareStored(byte[] a, int aByteOffset, float[] b, int bOffset, int count, int lane, double[] sums) {
        double largest = 0;
        int at = lane;
        for (int i = 0; i < count; i++) {
            double x = (float) STORED_FLOATS.get(a, aByteOffset + Float.BYTES * i);
            double y = b[bOffset + i];
            largest = Math.max(largest, add(x, y, at, sums));
            at = (at + 1) & (LANES - 1);
        }
        return largest;
    }

    @Override
    public double compareBrain(byte[] a, int aByteOffset, float[] b, int bOffset, int count, int lane, double[] sums) {
        double largest = 0;
        int at = lane;
        for (int i = 0; i < count; i++) {
            double x = Float16.brainAt(a, aByteOffset + Short.BYTES * i);
            double y = b[bOffset + i];
            largest = Math.max(largest, add(x, y, at, sums));
            at = (at + 1) & (LANES - 1);
        }
        return largest;
    }

    /** A loop over single elements waits for none of them. */
    @Override
    public void prepare(byte[] stored, int byteOffset, int bytes) {}

    /** Adds a pair to the sums of a lane; gives its distance. */
    private static double add(double x, double y, int lane, double[] sums) {
        double difference = x - y;
        sums[lane] += x * x;
        sums[LANES + lane] += y * y;
        sums[2 * LANES + lane] += difference * difference;
        return Math.abs(difference);
    }

    /** 2^27 + 1: multiplying by it splits a double into two halves whose products are exact (Veltkamp). */
    static final double SPLITTER = 0x1p27 + 1;

    @Override
    public void moments(float[] values, int offset, int count, double[] sums) {
        for (int i = 0; i < count; i++) {
            int lane = i & (LANES - 1);
            double x = values[offset + i];
            double square = x * x;
            double scaled = square * SPLITTER;
            double upper = scaled - (scaled - square);
            double lower = square - upper;
            addCompensated(sums, lane, x, 0);
            addCompensated(sums, 2 * LANES + lane, square, 0);
            addCompensated(sums, 4 * LANES + lane, upper * x, lower * x);
            addCompensated(sums, 6 * LANES + lane, upper * upper, lower * (square + upper));
        }
    }

    /** Adds a double and a far smaller rest of it; what rounding loses (Knuth's two-sum) goes to the next group. */
    private static void addCompensated(double[] sums, int at, double value, double rest) {
        double before = sums[at];
        double sum = before + value;
        double added = sum - before;
        double lost = (before - (sum - added)) + (value - added);
        sums[at] = sum;
        sums[at + LANES] += lost + rest;
    }
}
