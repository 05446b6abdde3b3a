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
 * The comparison of {@link VectorBrainStatistics} for two blocks side by side. A sum waits for its own last addition, so two
 * take hardly longer than one.
 *
 * <p>The square of a float is exact in double, so that multiplying and adding in one step rounds no differently from doing
 * one after the other. That does not hold for squares of differences.
 */
final class VectorPairStatistics {
    /** Whether a vector has all lanes of a sum. */
    static final boolean FITS = DOUBLES.length() == LANES;

    private VectorPairStatistics() {}

    /** The second block follows the first; the count, of each, is a multiple of the lanes of a sum. */
    static double compareBrain(
            byte[] a, int aByteOffset, float[] b, int bOffset, int count, double[] sums, double[] otherSums) {
        DoubleVector aSquares = DOUBLE_VECTOR.cast(DoubleVector.fromArray(DOUBLES, sums, 0));
        DoubleVector bSquares = DOUBLE_VECTOR.cast(DoubleVector.fromArray(DOUBLES, sums, LANES));
        DoubleVector errors = DOUBLE_VECTOR.cast(DoubleVector.fromArray(DOUBLES, sums, 2 * LANES));
        DoubleVector otherASquares = DOUBLE_VECTOR.cast(DoubleVector.fromArray(DOUBLES, otherSums, 0));
        DoubleVector otherBSquares = DOUBLE_VECTOR.cast(DoubleVector.fromArray(DOUBLES, otherSums, LANES));
        DoubleVector otherErrors = DOUBLE_VECTOR.cast(DoubleVector.fromArray(DOUBLES, otherSums, 2 * LANES));
        LongVector largest = LONG_VECTOR.cast(LongVector.zero(LONGS));
        for (int i = 0; i < count; i += LANES) {
            int at = aByteOffset + Short.BYTES * i;
            int otherAt = at + Short.BYTES * count;
            ByteVector xBytes = QUARTER_BYTE_VECTOR.cast(ByteVector.fromArray(QUARTER_BYTES, a, at));
            ByteVector otherXBytes = QUARTER_BYTE_VECTOR.cast(ByteVector.fromArray(QUARTER_BYTES, a, otherAt));
            ShortVector xBrains = QUARTER_SHORT_VECTOR.cast(xBytes.reinterpretAsShorts());
            ShortVector otherXBrains = QUARTER_SHORT_VECTOR.cast(otherXBytes.reinterpretAsShorts());
            IntVector xBits = HALF_INT_VECTOR.cast(xBrains.convertShape(S2I, HALF_INTS, 0));
            IntVector otherXBits = HALF_INT_VECTOR.cast(otherXBrains.convertShape(S2I, HALF_INTS, 0));
            FloatVector xFloat = HALF_FLOAT_VECTOR.cast(
                    HALF_INT_VECTOR.cast(xBits.lanewise(LSHL, Short.SIZE)).reinterpretAsFloats());
            FloatVector otherXFloat = HALF_FLOAT_VECTOR.cast(
                    HALF_INT_VECTOR.cast(otherXBits.lanewise(LSHL, Short.SIZE)).reinterpretAsFloats());
            FloatVector yFloat = HALF_FLOAT_VECTOR.cast(FloatVector.fromArray(HALF_FLOATS, b, bOffset + i));
            FloatVector otherYFloat =
                    HALF_FLOAT_VECTOR.cast(FloatVector.fromArray(HALF_FLOATS, b, bOffset + count + i));
            DoubleVector x = DOUBLE_VECTOR.cast(xFloat.convertShape(F2D, DOUBLES, 0));
            DoubleVector otherX = DOUBLE_VECTOR.cast(otherXFloat.convertShape(F2D, DOUBLES, 0));
            DoubleVector y = DOUBLE_VECTOR.cast(yFloat.convertShape(F2D, DOUBLES, 0));
            DoubleVector otherY = DOUBLE_VECTOR.cast(otherYFloat.convertShape(F2D, DOUBLES, 0));
            DoubleVector difference = x.sub(y);
            DoubleVector otherDifference = otherX.sub(otherY);
            aSquares = x.fma(x, DOUBLE_VECTOR.cast(aSquares));
            bSquares = y.fma(y, DOUBLE_VECTOR.cast(bSquares));
            otherASquares = otherX.fma(otherX, DOUBLE_VECTOR.cast(otherASquares));
            otherBSquares = otherY.fma(otherY, DOUBLE_VECTOR.cast(otherBSquares));
            DoubleVector error = difference.mul(difference);
            DoubleVector otherError = otherDifference.mul(otherDifference);
            errors = DOUBLE_VECTOR.cast(errors).add(error);
            otherErrors = DOUBLE_VECTOR.cast(otherErrors).add(otherError);
            LongVector errorBits = LONG_VECTOR.cast(error.reinterpretAsLongs());
            LongVector otherErrorBits = LONG_VECTOR.cast(otherError.reinterpretAsLongs());
            largest = LONG_VECTOR.cast(largest).max(errorBits.max(otherErrorBits));
        }
        DOUBLE_VECTOR.cast(aSquares).intoArray(sums, 0);
        DOUBLE_VECTOR.cast(bSquares).intoArray(sums, LANES);
        DOUBLE_VECTOR.cast(errors).intoArray(sums, 2 * LANES);
        DOUBLE_VECTOR.cast(otherASquares).intoArray(otherSums, 0);
        DOUBLE_VECTOR.cast(otherBSquares).intoArray(otherSums, LANES);
        DOUBLE_VECTOR.cast(otherErrors).intoArray(otherSums, 2 * LANES);
        return largest(LONG_VECTOR.cast(largest).reduceLanes(MAX), sums, otherSums);
    }

    /** The same for floats as they are stored; the count is a multiple of twice the lanes of a sum. */
    static double compareStored(
            byte[] a, int aByteOffset, float[] b, int bOffset, int count, double[] sums, double[] otherSums) {
        DoubleVector aSquares = DOUBLE_VECTOR.cast(DoubleVector.fromArray(DOUBLES, sums, 0));
        DoubleVector bSquares = DOUBLE_VECTOR.cast(DoubleVector.fromArray(DOUBLES, sums, LANES));
        DoubleVector errors = DOUBLE_VECTOR.cast(DoubleVector.fromArray(DOUBLES, sums, 2 * LANES));
        DoubleVector otherASquares = DOUBLE_VECTOR.cast(DoubleVector.fromArray(DOUBLES, otherSums, 0));
        DoubleVector otherBSquares = DOUBLE_VECTOR.cast(DoubleVector.fromArray(DOUBLES, otherSums, LANES));
        DoubleVector otherErrors = DOUBLE_VECTOR.cast(DoubleVector.fromArray(DOUBLES, otherSums, 2 * LANES));
        LongVector largest = LONG_VECTOR.cast(LongVector.zero(LONGS));
        for (int i = 0; i < count; i += 2 * LANES) {
            int at = aByteOffset + Float.BYTES * i;
            int otherAt = at + Float.BYTES * count;
            int bAt = bOffset + i;
            int otherBAt = bAt + count;
            ByteVector xBytes = HALF_BYTE_VECTOR.cast(ByteVector.fromArray(HALF_BYTES, a, at));
            ByteVector otherXBytes = HALF_BYTE_VECTOR.cast(ByteVector.fromArray(HALF_BYTES, a, otherAt));
            ByteVector nextXBytes =
                    HALF_BYTE_VECTOR.cast(ByteVector.fromArray(HALF_BYTES, a, at + Float.BYTES * LANES));
            ByteVector otherNextXBytes =
                    HALF_BYTE_VECTOR.cast(ByteVector.fromArray(HALF_BYTES, a, otherAt + Float.BYTES * LANES));
            FloatVector xFloat = HALF_FLOAT_VECTOR.cast(xBytes.reinterpretAsFloats());
            FloatVector otherXFloat = HALF_FLOAT_VECTOR.cast(otherXBytes.reinterpretAsFloats());
            FloatVector nextXFloat = HALF_FLOAT_VECTOR.cast(nextXBytes.reinterpretAsFloats());
            FloatVector otherNextXFloat = HALF_FLOAT_VECTOR.cast(otherNextXBytes.reinterpretAsFloats());
            FloatVector yFloat = HALF_FLOAT_VECTOR.cast(FloatVector.fromArray(HALF_FLOATS, b, bAt));
            FloatVector otherYFloat = HALF_FLOAT_VECTOR.cast(FloatVector.fromArray(HALF_FLOATS, b, otherBAt));
            FloatVector nextYFloat = HALF_FLOAT_VECTOR.cast(FloatVector.fromArray(HALF_FLOATS, b, bAt + LANES));
            FloatVector otherNextYFloat =
                    HALF_FLOAT_VECTOR.cast(FloatVector.fromArray(HALF_FLOATS, b, otherBAt + LANES));
            DoubleVector x = DOUBLE_VECTOR.cast(xFloat.convertShape(F2D, DOUBLES, 0));
            DoubleVector y = DOUBLE_VECTOR.cast(yFloat.convertShape(F2D, DOUBLES, 0));
            DoubleVector otherX = DOUBLE_VECTOR.cast(otherXFloat.convertShape(F2D, DOUBLES, 0));
            DoubleVector otherY = DOUBLE_VECTOR.cast(otherYFloat.convertShape(F2D, DOUBLES, 0));
            DoubleVector nextX = DOUBLE_VECTOR.cast(nextXFloat.convertShape(F2D, DOUBLES, 0));
            DoubleVector nextY = DOUBLE_VECTOR.cast(nextYFloat.convertShape(F2D, DOUBLES, 0));
            DoubleVector otherNextX = DOUBLE_VECTOR.cast(otherNextXFloat.convertShape(F2D, DOUBLES, 0));
            DoubleVector otherNextY = DOUBLE_VECTOR.cast(otherNextYFloat.convertShape(F2D, DOUBLES, 0));
            DoubleVector difference = x.sub(y);
            DoubleVector otherDifference = otherX.sub(otherY);
            DoubleVector nextDifference = nextX.sub(nextY);
            DoubleVector otherNextDifference = otherNextX.sub(otherNextY);
            aSquares = x.fma(x, DOUBLE_VECTOR.cast(aSquares));
            bSquares = y.fma(y, DOUBLE_VECTOR.cast(bSquares));
            otherASquares = otherX.fma(otherX, DOUBLE_VECTOR.cast(otherASquares));
            otherBSquares = otherY.fma(otherY, DOUBLE_VECTOR.cast(otherBSquares));
            aSquares = nextX.fma(nextX, DOUBLE_VECTOR.cast(aSquares));
            bSquares = nextY.fma(nextY, DOUBLE_VECTOR.cast(bSquares));
            otherASquares = otherNextX.fma(otherNextX, DOUBLE_VECTOR.cast(otherASquares));
            otherBSquares = otherNextY.fma(otherNextY, DOUBLE_VECTOR.cast(otherBSquares));
            DoubleVector error = difference.mul(difference);
            DoubleVector otherError = otherDifference.mul(otherDifference);
            DoubleVector nextError = nextDifference.mul(nextDifference);
            DoubleVector otherNextError = otherNextDifference.mul(otherNextDifference);
            errors = DOUBLE_VECTOR.cast(errors).add(error);
            otherErrors = DOUBLE_VECTOR.cast(otherErrors).add(otherError);
            errors = DOUBLE_VECTOR.cast(errors).add(nextError);
            otherErrors = DOUBLE_VECTOR.cast(otherErrors).add(otherNextError);
            LongVector errorBits = LONG_VECTOR.cast(error.reinterpretAsLongs());
            LongVector otherErrorBits = LONG_VECTOR.cast(otherError.reinterpretAsLongs());
            LongVector nextErrorBits = LONG_VECTOR.cast(nextError.reinterpretAsLongs());
            LongVector otherNextErrorBits = LONG_VECTOR.cast(otherNextError.reinterpretAsLongs());
            LongVector both = errorBits.max(otherErrorBits);
            LongVector nextBoth = nextErrorBits.max(otherNextErrorBits);
            largest = LONG_VECTOR.cast(largest).max(both.max(nextBoth));
        }
        DOUBLE_VECTOR.cast(aSquares).intoArray(sums, 0);
        DOUBLE_VECTOR.cast(bSquares).intoArray(sums, LANES);
        DOUBLE_VECTOR.cast(errors).intoArray(sums, 2 * LANES);
        DOUBLE_VECTOR.cast(otherASquares).intoArray(otherSums, 0);
        DOUBLE_VECTOR.cast(otherBSquares).intoArray(otherSums, LANES);
        DOUBLE_VECTOR.cast(otherErrors).intoArray(otherSums, 2 * LANES);
        return largest(LONG_VECTOR.cast(largest).reduceLanes(MAX), sums, otherSums);
    }

    private static double largest(long squareBits, double[] sums, double[] otherSums) {
        return Math.max(
                VectorStatistics.largest(squareBits, sums, 0), VectorStatistics.largest(squareBits, otherSums, 0));
    }
}
