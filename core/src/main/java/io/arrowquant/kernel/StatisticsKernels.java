package io.arrowquant.kernel;

/**
 * Sums over parts of a block, in double and in a fixed order: element i of the block belongs to lane i mod 16, each lane
 * adds its elements in order. Lanes are kept by the caller, so that a block may arrive in several pieces.
 */
public interface StatisticsKernels {
    /** Lanes of a sum. */
    int LANES = 16;

    /** Groups of {@link #LANES} doubles that {@link #compare} adds to. */
    int COMPARED_SUMS = 3;

    /**
     * Adds a*a, b*b and (a-b)*(a-b) to {@code sums}, {@link #COMPARED_SUMS} groups of {@link #LANES} doubles in that order.
     * The sum of a*b, half of what the third is less than the first two, needs none of its own.
     *
     * @param lane the lane of the first element
     * @return the largest |a - b| seen, or NaN when there was one
     */
    double compare(float[] a, int aOffset, float[] b, int bOffset, int count, int lane, double[] sums);

    /** The same with {@code a} as floats are stored, little-endian. */
    double compareStored(byte[] a, int aByteOffset, float[] b, int bOffset, int count, int lane, double[] sums);

    /** The same with {@code a} as bfloat16 is stored. */
    double compareBrain(byte[] a, int aByteOffset, float[] b, int bOffset, int count, int lane, double[] sums);

    /** Called before many stored floats are compared: those that lie in memory are better brought into the cache first. */
    void prepare(byte[] stored, int byteOffset, int bytes);

    /** Groups of {@link #LANES} doubles that {@link #moments} adds to. */
    int MOMENT_SUMS = 8;

    /**
     * Adds x, x^2, x^3 and x^4 of finite values to {@code sums}. Each of the four takes two groups of {@link #LANES}
     * doubles: the sum, and what rounding lost of it. Together they are far more precise than a double (to 95 bits for
     * the first two, 70 for the others), so that something is left of differences between moments. The first element
     * is of lane 0.
     */
    void moments(float[] values, int offset, int count, double[] sums);
}
