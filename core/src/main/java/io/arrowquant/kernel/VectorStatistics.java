package io.arrowquant.kernel;

import static io.arrowquant.kernel.VectorShapes.DOUBLES;
import static io.arrowquant.kernel.VectorShapes.DOUBLE_VECTOR;
import static io.arrowquant.kernel.VectorShapes.HALF_FLOATS;
import static io.arrowquant.kernel.VectorShapes.HALF_FLOAT_VECTOR;
import static jdk.incubator.vector.VectorOperators.F2D;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;

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
        int body = (count - head) & -LANES;
        int tail = count - head - body;
        double largest = 0;
        if (head > 0) {
            largest = scalar.compare(a, aOffset, b, bOffset, head, lane, sums);
        }
        for (int part = 0; part < LANES; part += VectorComparison.PART) {
            int start = head + part;
            largest = Math.max(
                    largest, VectorComparison.floats(a, aOffset + start, b, bOffset + start, body, part, sums));
        }
        if (tail > 0) {
            int start = head + body;
            largest = Math.max(largest, scalar.compare(a, aOffset + start, b, bOffset + start, tail, 0, sums));
        }
        return largest;
    }

    @Override
    public double compareStored(byte[] a, int aByteOffset, float[] b, int bOffset, int count, int lane, double[] sums) {
        return compareBytes(Float.BYTES, a, aByteOffset, b, bOffset, count, lane, sums);
    }

    @Override
    public double compareBrain(byte[] a, int aByteOffset, float[] b, int bOffset, int count, int lane, double[] sums) {
        return VectorComparison.READS_BRAINS
                ? compareBytes(Short.BYTES, a, aByteOffset, b, bOffset, count, lane, sums)
                : scalar.compareBrain(a, aByteOffset, b, bOffset, count, lane, sums);
    }

    @Override
    public void prepare(byte[] stored, int byteOffset, int bytes) {
        CacheLines.lookAt(stored, byteOffset, bytes);
    }

    /** Elements as they are stored, in four bytes as floats or in two as bfloat16. */
    private double compareBytes(
            int width, byte[] a, int aByteOffset, float[] b, int bOffset, int count, int lane, double[] sums) {
        int head = Math.min(count, (LANES - lane) & (LANES - 1));
        int body = (count - head) & -LANES;
        int tail = count - head - body;
        double largest = 0;
        if (head > 0) {
            largest = compareEnd(width, a, aByteOffset, b, bOffset, head, lane, sums);
        }
        for (int part = 0; part < LANES; part += VectorComparison.PART) {
            int start = head + part;
            int at = aByteOffset + width * start;
            double ofPart = width == Short.BYTES
                    ? VectorComparison.brains(a, at, b, bOffset + start, body, part, sums)
                    : VectorComparison.stored(a, at, b, bOffset + start, body, part, sums);
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
