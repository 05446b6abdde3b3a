package io.arrowquant.kernel;

import static io.arrowquant.kernel.VectorShapes.DOUBLES;
import static io.arrowquant.kernel.VectorShapes.DOUBLE_VECTOR;
import static io.arrowquant.kernel.VectorShapes.HALF_BYTES;
import static io.arrowquant.kernel.VectorShapes.HALF_BYTE_VECTOR;
import static io.arrowquant.kernel.VectorShapes.HALF_FLOATS;
import static io.arrowquant.kernel.VectorShapes.HALF_FLOAT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.LONGS;
import static io.arrowquant.kernel.VectorShapes.LONG_VECTOR;
import static jdk.incubator.vector.VectorOperators.F2D;
import static jdk.incubator.vector.VectorOperators.MAX;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;

/**
 * Statistics with the lanes of a sum in the lanes of vectors, so that every lane adds its elements in order. Where a
 * vector has fewer lanes than a sum, the elements are passed over once for each part of the lanes.
 */
final class VectorStatistics implements StatisticsKernels {
    private static final int VECTOR_LANES = DOUBLES.length();

    private final StatisticsKernels scalar = new ScalarStatistics();

    @Override
    public double compare(float[] a, int aOffset, float[] b, int bOffset, int count, int lane, double[] sums) {
        int head = Math.min(count, (LANES - lane) & (LANES - 1));
        int body = (count - head) & -(2 * LANES);
        int tail = count - head - body;
        double largest = 0;
        if (head > 0) {
            largest = scalar.compare(a, aOffset, b, bOffset, head, lane, sums);
        }
        for (int part = 0; part < LANES; part += VECTOR_LANES) {
            int start = head + part;
            largest = Math.max(largest, compareLanes(a, aOffset + start, b, bOffset + start, body, part, sums));
        }
        if (tail > 0) {
            int start = head + body;
            largest = Math.max(largest, scalar.compare(a, aOffset + start, b, bOffset + start, tail, 0, sums));
        }
        return largest;
    }

    private static double compareLanes(
            float[] a, int aOffset, float[] b, int bOffset, int count, int firstLane, double[] sums) {
        DoubleVector aSquares = DOUBLE_VECTOR.cast(DoubleVector.fromArray(DOUBLES, sums, firstLane));
        DoubleVector bSquares = DOUBLE_VECTOR.cast(DoubleVector.fromArray(DOUBLES, sums, LANES + firstLane));
        DoubleVector squaredErrors = DOUBLE_VECTOR.cast(DoubleVector.fromArray(DOUBLES, sums, 2 * LANES + firstLane));
        LongVector largest = LONG_VECTOR.cast(LongVector.zero(LONGS));
        // Two vectors a round; each lane still adds its elements in order.
        for (int i = 0; i < count; i += 2 * LANES) {
            FloatVector xFloat = HALF_FLOAT_VECTOR.cast(FloatVector.fromArray(HALF_FLOATS, a, aOffset + i));
            FloatVector nextXFloat = HALF_FLOAT_VECTOR.cast(FloatVector.fromArray(HALF_FLOATS, a, aOffset + i + LANES));
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
        return largest(LONG_VECTOR.cast(largest).reduceLanes(MAX), sums, firstLane);
    }

    /**
     * The largest distance, from the bits of its square: the root of a square of a difference of floats is exact. That of
     * NaN may have a sign and be no maximum; the sums tell.
     */
    static double largest(long squareBits, double[] sums, int firstLane) {
        for (int lane = firstLane; lane < firstLane + VECTOR_LANES; lane++) {
            if (Double.isNaN(sums[2 * LANES + lane])) {
                return Double.NaN;
            }
        }
        return Math.sqrt(Double.longBitsToDouble(squareBits));
    }

    @Override
    public double compareStored(byte[] a, int aByteOffset, float[] b, int bOffset, int count, int lane, double[] sums) {
        return compareBytes(Float.BYTES, a, aByteOffset, b, bOffset, count, lane, sums);
    }

    @Override
    public double compareBrain(byte[] a, int aByteOffset, float[] b, int bOffset, int count, int lane, double[] sums) {
        return VectorBrainStatistics.FITS
                ? compareBytes(Short.BYTES, a, aByteOffset, b, bOffset, count, lane, sums)
                : scalar.compareBrain(a, aByteOffset, b, bOffset, count, lane, sums);
    }

    @Override
    public void prepare(byte[] stored, int byteOffset, int bytes) {
        CacheLines.lookAt(stored, byteOffset, bytes);
    }

    @Override
    public double compareTwoBrains(
            byte[] a, int aByteOffset, float[] b, int bOffset, int count, double[] sums, double[] otherSums) {
        return VectorPairStatistics.FITS
                ? VectorPairStatistics.compareBrain(a, aByteOffset, b, bOffset, count, sums, otherSums)
                : StatisticsKernels.super.compareTwoBrains(a, aByteOffset, b, bOffset, count, sums, otherSums);
    }

    @Override
    public double compareTwoStored(
            byte[] a, int aByteOffset, float[] b, int bOffset, int count, double[] sums, double[] otherSums) {
        return VectorPairStatistics.FITS
                ? VectorPairStatistics.compareStored(a, aByteOffset, b, bOffset, count, sums, otherSums)
                : StatisticsKernels.super.compareTwoStored(a, aByteOffset, b, bOffset, count, sums, otherSums);
    }

    /** Elements as they are stored, in four bytes as floats or in two as bfloat16. */
    private double compareBytes(
            int width, byte[] a, int aByteOffset, float[] b, int bOffset, int count, int lane, double[] sums) {
        int head = Math.min(count, (LANES - lane) & (LANES - 1));
        int body = (count - head) & -(2 * LANES);
        int tail = count - head - body;
        double largest = 0;
        if (head > 0) {
            largest = compareEnd(width, a, aByteOffset, b, bOffset, head, lane, sums);
        }
        for (int part = 0; part < LANES; part += VECTOR_LANES) {
            int start = head + part;
            int at = aByteOffset + width * start;
            double ofPart = width == Short.BYTES
                    ? VectorBrainStatistics.compareLanes(a, at, b, bOffset + start, body, part, sums)
                    : compareStoredLanes(a, at, b, bOffset + start, body, part, sums);
            largest = Math.max(largest, ofPart);
        }
        if (tail > 0) {
            int start = head + body;
            int at = aByteOffset + width * start;
            largest = Math.max(largest, compareEnd(width, a, at, b, bOffset + start, tail, 0, sums));
        }
        return largest;
    }

    private double compareEnd(
            int width, byte[] a, int aByteOffset, float[] b, int bOffset, int count, int lane, double[] sums) {
        return width == Short.BYTES
                ? scalar.compareBrain(a, aByteOffset, b, bOffset, count, lane, sums)
                : scalar.compareStored(a, aByteOffset, b, bOffset, count, lane, sums);
    }

    private static double compareStoredLanes(
            byte[] a, int aByteOffset, float[] b, int bOffset, int count, int firstLane, double[] sums) {
        DoubleVector aSquares = DOUBLE_VECTOR.cast(DoubleVector.fromArray(DOUBLES, sums, firstLane));
        DoubleVector bSquares = DOUBLE_VECTOR.cast(DoubleVector.fromArray(DOUBLES, sums, LANES + firstLane));
        DoubleVector squaredErrors = DOUBLE_VECTOR.cast(DoubleVector.fromArray(DOUBLES, sums, 2 * LANES + firstLane));
        LongVector largest = LONG_VECTOR.cast(LongVector.zero(LONGS));
        // Two vectors a round; each lane still adds its elements in order.
        for (int i = 0; i < count; i += 2 * LANES) {
            int at = aByteOffset + Float.BYTES * i;
            ByteVector xBytes = HALF_BYTE_VECTOR.cast(ByteVector.fromArray(HALF_BYTES, a, at));
            ByteVector nextXBytes =
                    HALF_BYTE_VECTOR.cast(ByteVector.fromArray(HALF_BYTES, a, at + Float.BYTES * LANES));
            FloatVector xFloat = HALF_FLOAT_VECTOR.cast(xBytes.reinterpretAsFloats());
            FloatVector nextXFloat = HALF_FLOAT_VECTOR.cast(nextXBytes.reinterpretAsFloats());
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
        return largest(LONG_VECTOR.cast(largest).reduceLanes(MAX), sums, firstLane);
    }

    @Override
    public void moments(float[] values, int offset, int count, double[] sums) {
        int whole = count & -LANES;
        for (int part = 0; part < LANES; part += VECTOR_LANES) {
            firstMoments(values, offset + part, whole, part, sums);
            higherMoments(values, offset + part, whole, part, sums);
        }
        scalar.moments(values, offset + whole, count - whole, sums);
    }

    private static void firstMoments(float[] values, int offset, int count, int firstLane, double[] sums) {
        DoubleVector sum = DOUBLE_VECTOR.cast(DoubleVector.fromArray(DOUBLES, sums, firstLane));
        DoubleVector sumLost = DOUBLE_VECTOR.cast(DoubleVector.fromArray(DOUBLES, sums, LANES + firstLane));
        DoubleVector squares = DOUBLE_VECTOR.cast(DoubleVector.fromArray(DOUBLES, sums, 2 * LANES + firstLane));
        DoubleVector squaresLost = DOUBLE_VECTOR.cast(DoubleVector.fromArray(DOUBLES, sums, 3 * LANES + firstLane));
        for (int i = 0; i < count; i += LANES) {
            FloatVector xFloat = HALF_FLOAT_VECTOR.cast(FloatVector.fromArray(HALF_FLOATS, values, offset + i));
            DoubleVector x = DOUBLE_VECTOR.cast(xFloat.convertShape(F2D, DOUBLES, 0));
            sum = DOUBLE_VECTOR.cast(sum);
            DoubleVector newSum = sum.add(x);
            DoubleVector added = newSum.sub(sum);
            sumLost = DOUBLE_VECTOR.cast(sumLost).add(sum.sub(newSum.sub(added)).add(x.sub(added)));
            sum = newSum;

            DoubleVector square = x.mul(x);
            squares = DOUBLE_VECTOR.cast(squares);
            DoubleVector newSquares = squares.add(square);
            added = newSquares.sub(squares);
            squaresLost = DOUBLE_VECTOR
                    .cast(squaresLost)
                    .add(squares.sub(newSquares.sub(added)).add(square.sub(added)));
            squares = newSquares;
        }
        DOUBLE_VECTOR.cast(sum).intoArray(sums, firstLane);
        DOUBLE_VECTOR.cast(sumLost).intoArray(sums, LANES + firstLane);
        DOUBLE_VECTOR.cast(squares).intoArray(sums, 2 * LANES + firstLane);
        DOUBLE_VECTOR.cast(squaresLost).intoArray(sums, 3 * LANES + firstLane);
    }

    private static void higherMoments(float[] values, int offset, int count, int firstLane, double[] sums) {
        DoubleVector cubes = DOUBLE_VECTOR.cast(DoubleVector.fromArray(DOUBLES, sums, 4 * LANES + firstLane));
        DoubleVector cubesLost = DOUBLE_VECTOR.cast(DoubleVector.fromArray(DOUBLES, sums, 5 * LANES + firstLane));
        DoubleVector fourths = DOUBLE_VECTOR.cast(DoubleVector.fromArray(DOUBLES, sums, 6 * LANES + firstLane));
        DoubleVector fourthsLost = DOUBLE_VECTOR.cast(DoubleVector.fromArray(DOUBLES, sums, 7 * LANES + firstLane));
        DoubleVector splitter = DOUBLE_VECTOR.cast(DoubleVector.broadcast(DOUBLES, ScalarStatistics.SPLITTER));
        for (int i = 0; i < count; i += LANES) {
            FloatVector xFloat = HALF_FLOAT_VECTOR.cast(FloatVector.fromArray(HALF_FLOATS, values, offset + i));
            DoubleVector x = DOUBLE_VECTOR.cast(xFloat.convertShape(F2D, DOUBLES, 0));
            DoubleVector square = x.mul(x);
            DoubleVector scaled = square.mul(splitter);
            DoubleVector upper = scaled.sub(scaled.sub(square));
            DoubleVector lower = square.sub(upper);

            DoubleVector cube = upper.mul(x);
            cubes = DOUBLE_VECTOR.cast(cubes);
            DoubleVector newCubes = cubes.add(cube);
            DoubleVector added = newCubes.sub(cubes);
            DoubleVector lost = cubes.sub(newCubes.sub(added)).add(cube.sub(added));
            cubesLost = DOUBLE_VECTOR.cast(cubesLost).add(lost.add(lower.mul(x)));
            cubes = newCubes;

            DoubleVector fourth = upper.mul(upper);
            fourths = DOUBLE_VECTOR.cast(fourths);
            DoubleVector newFourths = fourths.add(fourth);
            added = newFourths.sub(fourths);
            lost = fourths.sub(newFourths.sub(added)).add(fourth.sub(added));
            fourthsLost = DOUBLE_VECTOR.cast(fourthsLost).add(lost.add(lower.mul(square.add(upper))));
            fourths = newFourths;
        }
        DOUBLE_VECTOR.cast(cubes).intoArray(sums, 4 * LANES + firstLane);
        DOUBLE_VECTOR.cast(cubesLost).intoArray(sums, 5 * LANES + firstLane);
        DOUBLE_VECTOR.cast(fourths).intoArray(sums, 6 * LANES + firstLane);
        DOUBLE_VECTOR.cast(fourthsLost).intoArray(sums, 7 * LANES + firstLane);
    }
}
