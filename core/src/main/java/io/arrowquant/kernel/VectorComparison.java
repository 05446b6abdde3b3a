package io.arrowquant.kernel;

import static io.arrowquant.kernel.StatisticsKernels.LANES;
import static io.arrowquant.kernel.VectorShapes.DOUBLES;
import static io.arrowquant.kernel.VectorShapes.DOUBLE_VECTOR;
import static io.arrowquant.kernel.VectorShapes.HALF_BYTES;
import static io.arrowquant.kernel.VectorShapes.HALF_BYTE_VECTOR;
import static io.arrowquant.kernel.VectorShapes.HALF_FLOATS;
import static io.arrowquant.kernel.VectorShapes.HALF_FLOAT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.HALF_INTS;
import static io.arrowquant.kernel.VectorShapes.HALF_INT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.LONGS;
import static io.arrowquant.kernel.VectorShapes.LONG_VECTOR;
import static io.arrowquant.kernel.VectorShapes.QUARTER_BYTES;
import static io.arrowquant.kernel.VectorShapes.QUARTER_BYTE_VECTOR;
import static io.arrowquant.kernel.VectorShapes.QUARTER_SHORT_VECTOR;
import static jdk.incubator.vector.VectorOperators.F2D;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.MAX;
import static jdk.incubator.vector.VectorOperators.S2I;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.ShortVector;

/**
 * The loops of {@link VectorStatistics} that compare: {@link #PART} lanes of a sum in two vectors, since a sum waits for its
 * own last addition and two take hardly longer than one. They differ in how the first values are stored, and repeat the rest:
 * a method that takes vectors is not inlined.
 *
 * <p>The square of a float is exact in double, so that multiplying and adding in one step rounds no differently from doing
 * one after the other. That does not hold for squares of differences.
 */
final class VectorComparison {
    private static final int VECTOR_LANES = DOUBLES.length();

    /** Lanes that a loop adds to. */
    static final int PART = 2 * VECTOR_LANES;

    /** Processors with vectors so short may have no such step, and the JVM would do it without vectors. */
    private static final boolean FUSED = VectorShapes.BITS > 128;

    /** There are no vectors of two shorts: not with 128 bits. */
    static final boolean READS_BRAINS = PART == QUARTER_BYTES.length();

    private VectorComparison() {}

    /** The count is a multiple of the lanes of a sum. */
    static double floats(float[] a, int aOffset, float[] b, int bOffset, int count, int firstLane, double[] sums) {
        int otherLane = firstLane + VECTOR_LANES;
        DoubleVector aSquares = DOUBLE_VECTOR.cast(DoubleVector.fromArray(DOUBLES, sums, firstLane));
        DoubleVector otherASquares = DOUBLE_VECTOR.cast(DoubleVector.fromArray(DOUBLES, sums, otherLane));
        DoubleVector bSquares = DOUBLE_VECTOR.cast(DoubleVector.fromArray(DOUBLES, sums, LANES + firstLane));
        DoubleVector otherBSquares = DOUBLE_VECTOR.cast(DoubleVector.fromArray(DOUBLES, sums, LANES + otherLane));
        DoubleVector errors = DOUBLE_VECTOR.cast(DoubleVector.fromArray(DOUBLES, sums, 2 * LANES + firstLane));
        DoubleVector otherErrors = DOUBLE_VECTOR.cast(DoubleVector.fromArray(DOUBLES, sums, 2 * LANES + otherLane));
        LongVector largest = LONG_VECTOR.cast(LongVector.zero(LONGS));
        for (int i = 0; i < count; i += LANES) {
            int at = aOffset + i;
            int bAt = bOffset + i;
            FloatVector xFloat = HALF_FLOAT_VECTOR.cast(FloatVector.fromArray(HALF_FLOATS, a, at));
            FloatVector otherXFloat = HALF_FLOAT_VECTOR.cast(FloatVector.fromArray(HALF_FLOATS, a, at + VECTOR_LANES));
            FloatVector yFloat = HALF_FLOAT_VECTOR.cast(FloatVector.fromArray(HALF_FLOATS, b, bAt));
            FloatVector otherYFloat = HALF_FLOAT_VECTOR.cast(FloatVector.fromArray(HALF_FLOATS, b, bAt + VECTOR_LANES));
            DoubleVector x = DOUBLE_VECTOR.cast(xFloat.convertShape(F2D, DOUBLES, 0));
            DoubleVector otherX = DOUBLE_VECTOR.cast(otherXFloat.convertShape(F2D, DOUBLES, 0));
            DoubleVector y = DOUBLE_VECTOR.cast(yFloat.convertShape(F2D, DOUBLES, 0));
            DoubleVector otherY = DOUBLE_VECTOR.cast(otherYFloat.convertShape(F2D, DOUBLES, 0));
            DoubleVector difference = x.sub(y);
            DoubleVector otherDifference = otherX.sub(otherY);
            DoubleVector error = difference.mul(difference);
            DoubleVector otherError = otherDifference.mul(otherDifference);
            aSquares = DOUBLE_VECTOR.cast(aSquares);
            aSquares = FUSED ? x.fma(x, aSquares) : aSquares.add(x.mul(x));
            otherASquares = DOUBLE_VECTOR.cast(otherASquares);
            otherASquares = FUSED ? otherX.fma(otherX, otherASquares) : otherASquares.add(otherX.mul(otherX));
            bSquares = DOUBLE_VECTOR.cast(bSquares);
            bSquares = FUSED ? y.fma(y, bSquares) : bSquares.add(y.mul(y));
            otherBSquares = DOUBLE_VECTOR.cast(otherBSquares);
            otherBSquares = FUSED ? otherY.fma(otherY, otherBSquares) : otherBSquares.add(otherY.mul(otherY));
            errors = DOUBLE_VECTOR.cast(errors).add(error);
            otherErrors = DOUBLE_VECTOR.cast(otherErrors).add(otherError);
            // The bits of doubles that are not negative are in the order of their values.
            LongVector errorBits = LONG_VECTOR.cast(error.reinterpretAsLongs());
            largest = LONG_VECTOR.cast(largest).max(errorBits.max(LONG_VECTOR.cast(otherError.reinterpretAsLongs())));
        }
        DOUBLE_VECTOR.cast(aSquares).intoArray(sums, firstLane);
        DOUBLE_VECTOR.cast(otherASquares).intoArray(sums, otherLane);
        DOUBLE_VECTOR.cast(bSquares).intoArray(sums, LANES + firstLane);
        DOUBLE_VECTOR.cast(otherBSquares).intoArray(sums, LANES + otherLane);
        DOUBLE_VECTOR.cast(errors).intoArray(sums, 2 * LANES + firstLane);
        DOUBLE_VECTOR.cast(otherErrors).intoArray(sums, 2 * LANES + otherLane);
        return largest(LONG_VECTOR.cast(largest).reduceLanes(MAX), sums, firstLane);
    }

    /** The same with floats as they are stored. */
    static double stored(byte[] a, int aByteOffset, float[] b, int bOffset, int count, int firstLane, double[] sums) {
        int otherLane = firstLane + VECTOR_LANES;
        DoubleVector aSquares = DOUBLE_VECTOR.cast(DoubleVector.fromArray(DOUBLES, sums, firstLane));
        DoubleVector otherASquares = DOUBLE_VECTOR.cast(DoubleVector.fromArray(DOUBLES, sums, otherLane));
        DoubleVector bSquares = DOUBLE_VECTOR.cast(DoubleVector.fromArray(DOUBLES, sums, LANES + firstLane));
        DoubleVector otherBSquares = DOUBLE_VECTOR.cast(DoubleVector.fromArray(DOUBLES, sums, LANES + otherLane));
        DoubleVector errors = DOUBLE_VECTOR.cast(DoubleVector.fromArray(DOUBLES, sums, 2 * LANES + firstLane));
        DoubleVector otherErrors = DOUBLE_VECTOR.cast(DoubleVector.fromArray(DOUBLES, sums, 2 * LANES + otherLane));
        LongVector largest = LONG_VECTOR.cast(LongVector.zero(LONGS));
        for (int i = 0; i < count; i += LANES) {
            int at = aByteOffset + Float.BYTES * i;
            int bAt = bOffset + i;
            ByteVector xBytes = HALF_BYTE_VECTOR.cast(ByteVector.fromArray(HALF_BYTES, a, at));
            ByteVector otherXBytes =
                    HALF_BYTE_VECTOR.cast(ByteVector.fromArray(HALF_BYTES, a, at + Float.BYTES * VECTOR_LANES));
            FloatVector xFloat = HALF_FLOAT_VECTOR.cast(xBytes.reinterpretAsFloats());
            FloatVector otherXFloat = HALF_FLOAT_VECTOR.cast(otherXBytes.reinterpretAsFloats());
            FloatVector yFloat = HALF_FLOAT_VECTOR.cast(FloatVector.fromArray(HALF_FLOATS, b, bAt));
            FloatVector otherYFloat = HALF_FLOAT_VECTOR.cast(FloatVector.fromArray(HALF_FLOATS, b, bAt + VECTOR_LANES));
            DoubleVector x = DOUBLE_VECTOR.cast(xFloat.convertShape(F2D, DOUBLES, 0));
            DoubleVector otherX = DOUBLE_VECTOR.cast(otherXFloat.convertShape(F2D, DOUBLES, 0));
            DoubleVector y = DOUBLE_VECTOR.cast(yFloat.convertShape(F2D, DOUBLES, 0));
            DoubleVector otherY = DOUBLE_VECTOR.cast(otherYFloat.convertShape(F2D, DOUBLES, 0));
            DoubleVector difference = x.sub(y);
            DoubleVector otherDifference = otherX.sub(otherY);
            DoubleVector error = difference.mul(difference);
            DoubleVector otherError = otherDifference.mul(otherDifference);
            aSquares = DOUBLE_VECTOR.cast(aSquares);
            aSquares = FUSED ? x.fma(x, aSquares) : aSquares.add(x.mul(x));
            otherASquares = DOUBLE_VECTOR.cast(otherASquares);
            otherASquares = FUSED ? otherX.fma(otherX, otherASquares) : otherASquares.add(otherX.mul(otherX));
            bSquares = DOUBLE_VECTOR.cast(bSquares);
            bSquares = FUSED ? y.fma(y, bSquares) : bSquares.add(y.mul(y));
            otherBSquares = DOUBLE_VECTOR.cast(otherBSquares);
            otherBSquares = FUSED ? otherY.fma(otherY, otherBSquares) : otherBSquares.add(otherY.mul(otherY));
            errors = DOUBLE_VECTOR.cast(errors).add(error);
            otherErrors = DOUBLE_VECTOR.cast(otherErrors).add(otherError);
            LongVector errorBits = LONG_VECTOR.cast(error.reinterpretAsLongs());
            largest = LONG_VECTOR.cast(largest).max(errorBits.max(LONG_VECTOR.cast(otherError.reinterpretAsLongs())));
        }
        DOUBLE_VECTOR.cast(aSquares).intoArray(sums, firstLane);
        DOUBLE_VECTOR.cast(otherASquares).intoArray(sums, otherLane);
        DOUBLE_VECTOR.cast(bSquares).intoArray(sums, LANES + firstLane);
        DOUBLE_VECTOR.cast(otherBSquares).intoArray(sums, LANES + otherLane);
        DOUBLE_VECTOR.cast(errors).intoArray(sums, 2 * LANES + firstLane);
        DOUBLE_VECTOR.cast(otherErrors).intoArray(sums, 2 * LANES + otherLane);
        return largest(LONG_VECTOR.cast(largest).reduceLanes(MAX), sums, firstLane);
    }

    /** The same with bfloat16 as it is stored. */
    static double brains(byte[] a, int aByteOffset, float[] b, int bOffset, int count, int firstLane, double[] sums) {
        int otherLane = firstLane + VECTOR_LANES;
        DoubleVector aSquares = DOUBLE_VECTOR.cast(DoubleVector.fromArray(DOUBLES, sums, firstLane));
        DoubleVector otherASquares = DOUBLE_VECTOR.cast(DoubleVector.fromArray(DOUBLES, sums, otherLane));
        DoubleVector bSquares = DOUBLE_VECTOR.cast(DoubleVector.fromArray(DOUBLES, sums, LANES + firstLane));
        DoubleVector otherBSquares = DOUBLE_VECTOR.cast(DoubleVector.fromArray(DOUBLES, sums, LANES + otherLane));
        DoubleVector errors = DOUBLE_VECTOR.cast(DoubleVector.fromArray(DOUBLES, sums, 2 * LANES + firstLane));
        DoubleVector otherErrors = DOUBLE_VECTOR.cast(DoubleVector.fromArray(DOUBLES, sums, 2 * LANES + otherLane));
        LongVector largest = LONG_VECTOR.cast(LongVector.zero(LONGS));
        for (int i = 0; i < count; i += LANES) {
            int at = aByteOffset + Short.BYTES * i;
            int bAt = bOffset + i;
            ByteVector xBytes = QUARTER_BYTE_VECTOR.cast(ByteVector.fromArray(QUARTER_BYTES, a, at));
            ByteVector otherXBytes =
                    QUARTER_BYTE_VECTOR.cast(ByteVector.fromArray(QUARTER_BYTES, a, at + Short.BYTES * VECTOR_LANES));
            ShortVector xBrains = QUARTER_SHORT_VECTOR.cast(xBytes.reinterpretAsShorts());
            ShortVector otherXBrains = QUARTER_SHORT_VECTOR.cast(otherXBytes.reinterpretAsShorts());
            IntVector xBits = HALF_INT_VECTOR.cast(xBrains.convertShape(S2I, HALF_INTS, 0));
            IntVector otherXBits = HALF_INT_VECTOR.cast(otherXBrains.convertShape(S2I, HALF_INTS, 0));
            FloatVector xFloat = HALF_FLOAT_VECTOR.cast(
                    HALF_INT_VECTOR.cast(xBits.lanewise(LSHL, Short.SIZE)).reinterpretAsFloats());
            FloatVector otherXFloat = HALF_FLOAT_VECTOR.cast(
                    HALF_INT_VECTOR.cast(otherXBits.lanewise(LSHL, Short.SIZE)).reinterpretAsFloats());
            FloatVector yFloat = HALF_FLOAT_VECTOR.cast(FloatVector.fromArray(HALF_FLOATS, b, bAt));
            FloatVector otherYFloat = HALF_FLOAT_VECTOR.cast(FloatVector.fromArray(HALF_FLOATS, b, bAt + VECTOR_LANES));
            DoubleVector x = DOUBLE_VECTOR.cast(xFloat.convertShape(F2D, DOUBLES, 0));
            DoubleVector otherX = DOUBLE_VECTOR.cast(otherXFloat.convertShape(F2D, DOUBLES, 0));
            DoubleVector y = DOUBLE_VECTOR.cast(yFloat.convertShape(F2D, DOUBLES, 0));
            DoubleVector otherY = DOUBLE_VECTOR.cast(otherYFloat.convertShape(F2D, DOUBLES, 0));
            DoubleVector difference = x.sub(y);
            DoubleVector otherDifference = otherX.sub(otherY);
            DoubleVector error = difference.mul(difference);
            DoubleVector otherError = otherDifference.mul(otherDifference);
            aSquares = DOUBLE_VECTOR.cast(aSquares);
            aSquares = FUSED ? x.fma(x, aSquares) : aSquares.add(x.mul(x));
            otherASquares = DOUBLE_VECTOR.cast(otherASquares);
            otherASquares = FUSED ? otherX.fma(otherX, otherASquares) : otherASquares.add(otherX.mul(otherX));
            bSquares = DOUBLE_VECTOR.cast(bSquares);
            bSquares = FUSED ? y.fma(y, bSquares) : bSquares.add(y.mul(y));
            otherBSquares = DOUBLE_VECTOR.cast(otherBSquares);
            otherBSquares = FUSED ? otherY.fma(otherY, otherBSquares) : otherBSquares.add(otherY.mul(otherY));
            errors = DOUBLE_VECTOR.cast(errors).add(error);
            otherErrors = DOUBLE_VECTOR.cast(otherErrors).add(otherError);
            LongVector errorBits = LONG_VECTOR.cast(error.reinterpretAsLongs());
            largest = LONG_VECTOR.cast(largest).max(errorBits.max(LONG_VECTOR.cast(otherError.reinterpretAsLongs())));
        }
        DOUBLE_VECTOR.cast(aSquares).intoArray(sums, firstLane);
        DOUBLE_VECTOR.cast(otherASquares).intoArray(sums, otherLane);
        DOUBLE_VECTOR.cast(bSquares).intoArray(sums, LANES + firstLane);
        DOUBLE_VECTOR.cast(otherBSquares).intoArray(sums, LANES + otherLane);
        DOUBLE_VECTOR.cast(errors).intoArray(sums, 2 * LANES + firstLane);
        DOUBLE_VECTOR.cast(otherErrors).intoArray(sums, 2 * LANES + otherLane);
        return largest(LONG_VECTOR.cast(largest).reduceLanes(MAX), sums, firstLane);
    }

    /**
     * The largest distance, from the bits of its square: the root of a square of a difference of floats is exact. That of
     * NaN may have a sign and be no maximum; the sums tell.
     */
    private static double largest(long squareBits, double[] sums, int firstLane) {
        for (int lane = firstLane; lane < firstLane + PART; lane++) {
            if (Double.isNaN(sums[2 * LANES + lane])) {
                return Double.NaN;
            }
        }
        return Math.sqrt(Double.longBitsToDouble(squareBits));
    }
}
