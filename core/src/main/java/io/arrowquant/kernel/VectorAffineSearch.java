package io.arrowquant.kernel;

import static io.arrowquant.kernel.ScalarBlocks.ROUNDER;
import static io.arrowquant.kernel.VectorShapes.FLOATS;
import static io.arrowquant.kernel.VectorShapes.FLOAT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.INTS;
import static io.arrowquant.kernel.VectorShapes.INT_VECTOR;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;

/**
 * The search for a scale and an offset with a sub-block in each lane. The passes over the elements take two vectors of
 * sub-blocks at a time, whose chains of additions then overlap; between passes, everything is kept in arrays with an
 * element for each sub-block.
 *
 * <p>Codes are rounded by adding {@link ScalarBlocks#ROUNDER} and limited as bits. That is right while the unrounded
 * codes are below 2^22, and since they grow with the values, those of the lowest and the highest value tell.
 */
final class VectorAffineSearch extends VectorSearch {
    private static final int ROUNDER_BITS = Float.floatToRawIntBits(ROUNDER);

    /** Unrounded codes up to here are rounded right. */
    private static final float DOMAIN = 4194303f;

    private final AffineGrid grid;
    private final float[] weights;
    private final float[] codes;

    private final float[] lowest = new float[CAPACITY];
    private final float[] highest = new float[CAPACITY];
    private final float[] sumOfWeights = new float[CAPACITY];
    private final float[] sumOfValues = new float[CAPACITY];

    /** The best so far: minimum, error, and the inverse and minimum that its codes came from. */
    private final float[] minimums = new float[CAPACITY];

    private final float[] leastErrors = new float[CAPACITY];
    private final float[] bestInverses = new float[CAPACITY];
    private final float[] bestOrigins = new float[CAPACITY];

    /** The candidate. */
    private final float[] inverses = new float[CAPACITY];

    private final float[] determinants = new float[CAPACITY];
    private final float[] newScales = new float[CAPACITY];
    private final float[] newMinimums = new float[CAPACITY];
    private final float[] sumOfCodeSquares = new float[CAPACITY];
    private final float[] sumOfProducts = new float[CAPACITY];
    private final float[] errors = new float[CAPACITY];

    VectorAffineSearch(AffineGrid grid, SubBlockSearch plain) {
        super(grid.elements(), plain);
        this.grid = grid;
        this.weights = new float[tile.length];
        this.codes = new float[tile.length];
    }

    @Override
    void search(float[] values, int offset, int count) {
        for (int lane = 0; lane < CAPACITY; lane += LANES) {
            if (grid.absolute()) {
                weighByMagnitude(lane);
            } else {
                weighByRootMeanSquare(lane);
            }
            observe(lane);
        }
        start();
        for (int lane = 0; lane < count; lane += 2 * LANES) {
            if (encode(lane, grid.limit())) {
                leaveOutsideDomain(lane);
            }
            spanRange(lane);
            measure(lane);
            takeFirst(lane);
            for (int i = 0; i <= grid.steps(); i++) {
                if (encode(lane, grid.length(i))) {
                    leaveOutsideDomain(lane);
                    clampMinimums(lane);
                }
                measure(lane);
                accept(lane);
                accept(lane + LANES);
            }
        }
        finish();
    }

    private void weighByMagnitude(int lane) {
        int from = lane * elements;
        for (int at = from; at < from + span; at += LANES) {
            FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, tile, at)).abs().intoArray(weights, at);
        }
    }

    private void weighByRootMeanSquare(int lane) {
        int from = lane * elements;
        FloatVector squares = FLOAT_VECTOR.cast(FloatVector.zero(FLOATS));
        for (int at = from; at < from + span; at += LANES) {
            FloatVector x = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, tile, at));
            squares = FLOAT_VECTOR.cast(squares).add(x.mul(x));
        }
        FloatVector rootMeanSquare = FLOAT_VECTOR.cast(squares).div(elements).sqrt();
        for (int at = from; at < from + span; at += LANES) {
            FloatVector x = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, tile, at));
            FLOAT_VECTOR.cast(rootMeanSquare).add(x.abs()).intoArray(weights, at);
        }
    }

    private void observe(int lane) {
        int from = lane * elements;
        FloatVector low = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, tile, from));
        FloatVector high = low;
        FloatVector weightSum = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, weights, from));
        FloatVector valueSum = weightSum.mul(low);
        for (int at = from + LANES; at < from + span; at += LANES) {
            FloatVector x = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, tile, at));
            FloatVector w = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, weights, at));
            low = FLOAT_VECTOR.cast(low);
            low = low.blend(x, x.compare(LT, low));
            high = FLOAT_VECTOR.cast(high);
            high = high.blend(x, x.compare(GT, high));
            weightSum = FLOAT_VECTOR.cast(weightSum).add(w);
            valueSum = FLOAT_VECTOR.cast(valueSum).add(w.mul(x));
        }
        FLOAT_VECTOR.cast(low).intoArray(lowest, lane);
        FLOAT_VECTOR.cast(high).intoArray(highest, lane);
        FLOAT_VECTOR.cast(weightSum).intoArray(sumOfWeights, lane);
        FLOAT_VECTOR.cast(valueSum).intoArray(sumOfValues, lane);
    }

    /** Sub-blocks without a range get one of any size, so that the arithmetic holds; {@link #finish} looks after them. */
    private void start() {
        for (int j = 0; j < CAPACITY; j++) {
            float minimum = lowest[j] > 0f ? 0f : lowest[j];
            minimums[j] = minimum;
            if (highest[j] == minimum) {
                highest[j] = minimum + Math.max(1f, Math.abs(minimum));
                shifts[j] = Float.NaN;
            } else {
                shifts[j] = 0f;
            }
            left[j] = !(sumOfWeights[j] < Float.POSITIVE_INFINITY);
        }
    }

    /**
     * Codes of a grid of some length and the least squares solution for them, for two vectors from a lane on. Returns
     * true when a lane needs a closer look: it may be outside the domain, or its minimum above zero.
     */
    private boolean encode(int lane, float length) {
        int other = lane + LANES;
        FloatVector originA = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, minimums, lane));
        FloatVector originB = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, minimums, other));
        FloatVector rangeA =
                FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, highest, lane)).sub(originA);
        FloatVector rangeB =
                FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, highest, other)).sub(originB);
        FloatVector inverseA =
                FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, length)).div(rangeA);
        FloatVector inverseB =
                FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, length)).div(rangeB);
        inverseA.intoArray(inverses, lane);
        inverseB.intoArray(inverses, other);
        FloatVector rounder = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, ROUNDER));
        IntVector bottom = INT_VECTOR.cast(IntVector.broadcast(INTS, ROUNDER_BITS));
        IntVector top = INT_VECTOR.cast(IntVector.broadcast(INTS, ROUNDER_BITS + grid.limit()));
        FloatVector codesA = FLOAT_VECTOR.cast(FloatVector.zero(FLOATS));
        FloatVector codesB = codesA;
        FloatVector squaresA = codesA;
        FloatVector squaresB = codesA;
        FloatVector productsA = codesA;
        FloatVector productsB = codesA;
        int from = lane * elements;
        int end = from + span;
        for (int a = from; a < end; a += LANES) {
            int b = a + span;
            FloatVector xA = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, tile, a));
            FloatVector xB = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, tile, b));
            FloatVector roundedA = inverseA.mul(xA.sub(originA)).add(rounder);
            FloatVector roundedB = inverseB.mul(xB.sub(originB)).add(rounder);
            IntVector limitedA =
                    INT_VECTOR.cast(roundedA.reinterpretAsInts()).max(bottom).min(top);
            IntVector limitedB =
                    INT_VECTOR.cast(roundedB.reinterpretAsInts()).max(bottom).min(top);
            FloatVector codeA =
                    FLOAT_VECTOR.cast(limitedA.reinterpretAsFloats()).sub(rounder);
            FloatVector codeB =
                    FLOAT_VECTOR.cast(limitedB.reinterpretAsFloats()).sub(rounder);
            codeA.intoArray(codes, a);
            codeB.intoArray(codes, b);
            FloatVector weightedA =
                    FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, weights, a)).mul(codeA);
            FloatVector weightedB =
                    FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, weights, b)).mul(codeB);
            codesA = FLOAT_VECTOR.cast(codesA).add(weightedA);
            codesB = FLOAT_VECTOR.cast(codesB).add(weightedB);
            squaresA = FLOAT_VECTOR.cast(squaresA).add(weightedA.mul(codeA));
            squaresB = FLOAT_VECTOR.cast(squaresB).add(weightedB.mul(codeB));
            productsA = FLOAT_VECTOR.cast(productsA).add(weightedA.mul(xA));
            productsB = FLOAT_VECTOR.cast(productsB).add(weightedB.mul(xB));
        }
        FLOAT_VECTOR.cast(squaresA).intoArray(sumOfCodeSquares, lane);
        FLOAT_VECTOR.cast(squaresB).intoArray(sumOfCodeSquares, other);
        FLOAT_VECTOR.cast(productsA).intoArray(sumOfProducts, lane);
        FLOAT_VECTOR.cast(productsB).intoArray(sumOfProducts, other);
        FLOAT_VECTOR.cast(codesA).intoArray(errors, lane);
        FLOAT_VECTOR.cast(codesB).intoArray(errors, other);
        boolean unusual = solve(lane);
        return solve(other) || unusual;
    }

    /** The least squares solution for one vector. The sum of codes is where {@link #measure} will put the errors. */
    private boolean solve(int lane) {
        FloatVector sumCodes = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, errors, lane));
        FloatVector squares = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, sumOfCodeSquares, lane));
        FloatVector products = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, sumOfProducts, lane));
        FloatVector weightSum = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, sumOfWeights, lane));
        FloatVector valueSum = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, sumOfValues, lane));
        FloatVector determinant = weightSum.mul(squares).sub(sumCodes.mul(sumCodes));
        determinant.intoArray(determinants, lane);
        weightSum.mul(products).sub(valueSum.mul(sumCodes)).div(determinant).intoArray(newScales, lane);
        FloatVector minimum = squares.mul(valueSum).sub(sumCodes.mul(products)).div(determinant);
        minimum.intoArray(newMinimums, lane);
        FloatVector origin = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, minimums, lane));
        FloatVector inverse = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, inverses, lane));
        FloatVector first = FLOAT_VECTOR
                .cast(FloatVector.fromArray(FLOATS, lowest, lane))
                .sub(origin)
                .mul(inverse)
                .abs();
        FloatVector last = FLOAT_VECTOR
                .cast(FloatVector.fromArray(FLOATS, highest, lane))
                .sub(origin)
                .mul(inverse)
                .abs();
        FloatVector domain = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, DOMAIN));
        VectorMask<Float> usual = first.compare(LE, domain)
                .and(last.compare(LE, domain))
                .and(minimum.compare(LE, FLOAT_VECTOR.cast(FloatVector.zero(FLOATS))));
        return !usual.allTrue();
    }

    private void leaveOutsideDomain(int lane) {
        for (int j = lane; j < lane + 2 * LANES; j++) {
            float first = inverses[j] * (lowest[j] - minimums[j]);
            float last = inverses[j] * (highest[j] - minimums[j]);
            if (!(Math.abs(first) <= DOMAIN && Math.abs(last) <= DOMAIN)) {
                left[j] = true;
            }
        }
    }

    private void clampMinimums(int lane) {
        for (int j = lane; j < lane + 2 * LANES; j++) {
            if (newMinimums[j] > 0f) {
                newMinimums[j] = 0f;
                newScales[j] = sumOfProducts[j] / sumOfCodeSquares[j];
            }
        }
    }

    private void measure(int lane) {
        if (grid.absolute()) {
            measureAbsolute(lane);
            measureAbsolute(lane + LANES);
        } else {
            measureSquared(lane);
        }
    }

    private void measureSquared(int lane) {
        int other = lane + LANES;
        FloatVector scaleA = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, newScales, lane));
        FloatVector scaleB = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, newScales, other));
        FloatVector minimumA = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, newMinimums, lane));
        FloatVector minimumB = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, newMinimums, other));
        FloatVector errorA = FLOAT_VECTOR.cast(FloatVector.zero(FLOATS));
        FloatVector errorB = errorA;
        int from = lane * elements;
        int end = from + span;
        for (int a = from; a < end; a += LANES) {
            int b = a + span;
            FloatVector codeA = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, codes, a));
            FloatVector codeB = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, codes, b));
            FloatVector xA = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, tile, a));
            FloatVector xB = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, tile, b));
            FloatVector differenceA = scaleA.mul(codeA).add(minimumA).sub(xA);
            FloatVector differenceB = scaleB.mul(codeB).add(minimumB).sub(xB);
            FloatVector weightA = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, weights, a));
            FloatVector weightB = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, weights, b));
            errorA = FLOAT_VECTOR.cast(errorA).add(weightA.mul(differenceA.mul(differenceA)));
            errorB = FLOAT_VECTOR.cast(errorB).add(weightB.mul(differenceB.mul(differenceB)));
        }
        FLOAT_VECTOR.cast(errorA).intoArray(errors, lane);
        FLOAT_VECTOR.cast(errorB).intoArray(errors, other);
    }

    private void measureAbsolute(int lane) {
        FloatVector scale = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, newScales, lane));
        FloatVector minimum = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, newMinimums, lane));
        FloatVector error = FLOAT_VECTOR.cast(FloatVector.zero(FLOATS));
        int from = lane * elements;
        int end = from + span;
        for (int at = from; at < end; at += LANES) {
            FloatVector code = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, codes, at));
            FloatVector x = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, tile, at));
            FloatVector weight = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, weights, at));
            FloatVector difference = scale.mul(code).add(minimum).sub(x);
            error = FLOAT_VECTOR.cast(error).add(weight.mul(difference.abs()));
        }
        FLOAT_VECTOR.cast(error).intoArray(errors, lane);
    }

    /** Makes the candidate one whose codes reach from the minimum to the highest value. */
    private void spanRange(int lane) {
        for (int j = lane; j < lane + 2 * LANES; j++) {
            newScales[j] = 1f / inverses[j];
            newMinimums[j] = minimums[j];
        }
    }

    private void takeFirst(int lane) {
        System.arraycopy(errors, lane, leastErrors, lane, 2 * LANES);
        System.arraycopy(newScales, lane, scales, lane, 2 * LANES);
        System.arraycopy(inverses, lane, bestInverses, lane, 2 * LANES);
        System.arraycopy(minimums, lane, bestOrigins, lane, 2 * LANES);
    }

    /** Makes the candidate the best where its error is less. */
    private void accept(int lane) {
        FloatVector error = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, errors, lane));
        FloatVector least = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, leastErrors, lane));
        FloatVector determinant = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, determinants, lane));
        FloatVector zero = FLOAT_VECTOR.cast(FloatVector.zero(FLOATS));
        VectorMask<Float> better = error.compare(LT, least).and(determinant.compare(GT, zero));
        least.blend(error, better).intoArray(leastErrors, lane);
        FloatVector scale = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, scales, lane));
        scale.blend(FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, newScales, lane)), better)
                .intoArray(scales, lane);
        FloatVector inverse = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, bestInverses, lane));
        inverse.blend(FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, inverses, lane)), better)
                .intoArray(bestInverses, lane);
        FloatVector origin = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, bestOrigins, lane));
        FloatVector minimum = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, minimums, lane));
        origin.blend(minimum, better).intoArray(bestOrigins, lane);
        minimum.blend(FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, newMinimums, lane)), better)
                .intoArray(minimums, lane);
    }

    private void finish() {
        for (int j = 0; j < CAPACITY; j++) {
            if (Float.isNaN(shifts[j])) {
                scales[j] = 0f;
                bestInverses[j] = 0f;
                minimums[j] = lowest[j] > 0f ? 0f : lowest[j];
            }
            shifts[j] = -minimums[j];
        }
    }

    @Override
    int code(int subBlock, int element) {
        float value = tile[place(subBlock, element)];
        int code = ScalarBlocks.nearest(bestInverses[subBlock] * (value - bestOrigins[subBlock]));
        return Math.max(0, Math.min(grid.limit(), code));
    }
}
