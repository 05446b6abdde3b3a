package io.arrowquant.kernel;

/** Statistics in plain loops. */
final class ScalarStatistics implements StatisticsKernels {
    @Override
    public double compare(float[] a, int aOffset, float[] b, int bOffset, int count, int lane, double[] sums) {
        double largest = 0;
        int at = lane;
        for (int i = 0; i < count; i++) {
            double x = a[aOffset + i];
            double y = b[bOffset + i];
            double difference = x - y;
            sums[at] += x * x;
            sums[LANES + at] += y * y;
            sums[2 * LANES + at] += x * y;
            sums[3 * LANES + at] += difference * difference;
            largest = Math.max(largest, Math.abs(difference));
            at = (at + 1) & (LANES - 1);
        }
        return largest;
    }
}
