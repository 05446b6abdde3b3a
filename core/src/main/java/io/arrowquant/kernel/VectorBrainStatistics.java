package io.arrowquant.kernel;

import static io.arrowquant.kernel.StatisticsKernels.LANES;
import static io.arrowquant.kernel.VectorShapes.DOUBLES;
import static io.arrowquant.kernel.VectorShapes.DOUBLE_VECTOR;
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

/** The comparison of {@link VectorStatistics} with bfloat16 as it is stored, which so need not be widened to an array. */
final class VectorBrainStatistics {
    /** There are no vectors of two shorts: not with 128 bits. */
    static final boolean FITS = 2 * DOUBLES.length() == QUARTER_BYTES.length();

    private VectorBrainStatistics() {}

    /** A part of the lanes; the count is a multiple of twice the lanes of a sum. */
    static double compareLanes(
            byte[] a, int aByteOffset, float[] b, int bOffset, int count, int firstLane, double[] sums) {
        DoubleVector aSquares = DOUBLE_VECTOR.cast(DoubleVector.fromArray(DOUBLES, sums, firstLane));
        DoubleVector bSquares = DOUBLE_VECTOR.cast(DoubleVector.fromArray(DOUBLES, sums, LANES + firstLane));
        DoubleVector squaredErrors = DOUBLE_VECTOR.cast(DoubleVector.fromArray(DOUBLES, sums, 2 * LANES + firstLane));
        LongVector largest = LONG_VECTOR.cast(LongVector.zero(LONGS));
        // Two vectors a round; each lane still adds its elements in order.
        for (int i = 0; i < count; i += 2 * LANES) {
            int at = aByteOffset + Short.BYTES * i;
            ByteVector xBytes = QUARTER_BYTE_VECTOR.cast(ByteVector.fromArray(QUARTER_BYTES, a, at));
            ByteVector nextXBytes =
                    QUARTER_BYTE_VECTOR.cast(ByteVector.fromArray(QUARTER_BYTES, a, at + Short.BYTES * LANES));
            ShortVector xBrains = QUARTER_SHORT_VECTOR.cast(xBytes.reinterpretAsShorts());
            ShortVector nextXBrains = QUARTER_SHORT_VECTOR.cast(nextXBytes.reinterpretAsShorts());
            IntVector xBits = HALF_INT_VECTOR.cast(xBrains.convertShape(S2I, HALF_INTS, 0));
            IntVector nextXBits = HALF_INT_VECTOR.cast(nextXBrains.convertShape(S2I, HALF_INTS, 0));
            FloatVector xFloat = HALF_FLOAT_VECTOR.cast(
                    HALF_INT_VECTOR.cast(xBits.lanewise(LSHL, Short.SIZE)).reinterpretAsFloats());
            FloatVector nextXFloat = HALF_FLOAT_VECTOR.cast(
                    HALF_INT_VECTOR.cast(nextXBits.lanewise(LSHL, Short.SIZE)).reinterpretAsFloats());
            FloatVector yFloat = HALF_FLOAT_VECTOR.cast(FloatVector.fromArray(HALF_FLOATS, b, bOffset + i));
            FloatVector nextYFloat = HALF_FLOAT_VECTOR.cast(FloatVector.fromArray(HALF_FLOATS, b, bOffset + i + LANES));
            DoubleVector x = DOUBLE_VECTOR.cast(xFloat.convertShape(F2D, DOUBLES, 0));
            DoubleVector nextX = DOUBLE_VECTOR.cast(nextXFloat.convertShape(F2D, DOUBLES, 0));
            DoubleVector y = DOUBLE_VECTOR.cast(yFloat.convertShape(F2D, DOUBLES, 0));
            DoubleVector nextY = DOUBLE_VECTOR.cast(nextYFloat.convertShape(F2D, DOUBLES, 0));
            DoubleVector difference = x.sub(y);
            DoubleVector nextDifference = nextX.sub(nextY);
            aSquares = DOUBLE_VECTOR.cast(aSquares).add(x.mul(x)).add(nextX.mul(nextX));
            bSquares = DOUBLE_VECTOR.cast(bSquares).add(y.mul(y)).add(nextY.mul(nextY));
            DoubleVector error = difference.mul(difference);
            DoubleVector nextError = nextDifference.mul(nextDifference);
            squaredErrors = DOUBLE_VECTOR.cast(squaredErrors).add(error).add(nextError);
            // The bits of doubles that are not negative are in the order of their values.
            LongVector errorBits = LONG_VECTOR.cast(error.reinterpretAsLongs());
            largest = LONG_VECTOR.cast(largest).max(errorBits.max(LONG_VECTOR.cast(nextError.reinterpretAsLongs())));
        }
        DOUBLE_VECTOR.cast(aSquares).intoArray(sums, firstLane);
        DOUBLE_VECTOR.cast(bSquares).intoArray(sums, LANES + firstLane);
        DOUBLE_VECTOR.cast(squaredErrors).intoArray(sums, 2 * LANES + firstLane);
        return VectorStatistics.largest(LONG_VECTOR.cast(largest).reduceLanes(MAX), sums, firstLane);
    }
}
