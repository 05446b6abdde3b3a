package io.arrowquant.kernel;

import static io.arrowquant.kernel.ScalarBlocks.ROUNDER;
import static io.arrowquant.kernel.VectorShapes.FLOATS;
import static io.arrowquant.kernel.VectorShapes.FLOAT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.INTS;
import static io.arrowquant.kernel.VectorShapes.INT_VECTOR;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;

/**
 * The search for a symmetric scale with a sub-block in each lane. Which codes are tried does not depend on those tried
 * before, so one pass over the elements sums up three candidates.
 */
final class VectorSymmetricSearch extends VectorSignedSearch {
    private static final int ROUNDER_BITS = Float.floatToRawIntBits(ROUNDER);
    private static final int STEPS = 9;
    private static final float STEP = 0.1f;
    private static final int TRIED_AT_ONCE = 3;

    /** Codes go from {@code -limit} to {@code limit - 1}. */
    private final int limit;

    private final float[] explained = new float[CAPACITY];
    private final float[] bestInverses = new float[CAPACITY];

    /** Sums of three candidates for the sub-blocks of one vector, one candidate after the other. */
    private final float[] inverses = new float[TRIED_AT_ONCE * LANES];

    private final float[] codeTimesValue = new float[TRIED_AT_ONCE * LANES];
    private final float[] codeSquared = new float[TRIED_AT_ONCE * LANES];

    VectorSymmetricSearch(int limit, int elements, SubBlockSearch plain) {
        super(elements, Float.MAX_VALUE, plain);
        this.limit = limit;
    }

    @Override
    void search(float[] values, int offset, int count) {
        for (int lane = 0; lane < count; lane += LANES) {
            observe(lane);
            sum(lane, -limit, -limit, -limit);
            takeFirst(lane);
            for (int step = -STEPS; step < 0; step += TRIED_AT_ONCE) {
                search(lane, step);
            }
            for (int step = 1; step <= STEPS; step += TRIED_AT_ONCE) {
                search(lane, step);
            }
        }
        finish();
    }

    private void search(int lane, int step) {
        sum(lane, length(step), length(step + 1), length(step + 2));
        accept(lane, 0);
        accept(lane, LANES);
        accept(lane, 2 * LANES);
    }

    private float length(int step) {
        return -(limit + STEP * step);
    }

    /** Codes of grids of three lengths, and the sums over them, for one vector. */
    private void sum(int lane, float lengthA, float lengthB, float lengthC) {
        FloatVector divisor = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, farthest, lane));
        FloatVector inverseA =
                FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, lengthA)).div(divisor);
        FloatVector inverseB =
                FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, lengthB)).div(divisor);
        FloatVector inverseC =
                FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, lengthC)).div(divisor);
        inverseA.intoArray(inverses, 0);
        inverseB.intoArray(inverses, LANES);
        inverseC.intoArray(inverses, 2 * LANES);
        FloatVector rounder = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, ROUNDER));
        IntVector bottom = INT_VECTOR.cast(IntVector.broadcast(INTS, ROUNDER_BITS - limit));
        IntVector top = INT_VECTOR.cast(IntVector.broadcast(INTS, ROUNDER_BITS + limit - 1));
        FloatVector productsA = FLOAT_VECTOR.cast(FloatVector.zero(FLOATS));
        FloatVector productsB = productsA;
        FloatVector productsC = productsA;
        FloatVector squaresA = productsA;
        FloatVector squaresB = productsA;
        FloatVector squaresC = productsA;
        int from = lane * elements;
        int end = from + span;
        for (int at = from; at < end; at += LANES) {
            FloatVector x = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, tile, at));
            FloatVector square = x.mul(x);
            FloatVector cube = square.mul(x);
            FloatVector roundedA = inverseA.mul(x).add(rounder);
            FloatVector roundedB = inverseB.mul(x).add(rounder);
            FloatVector roundedC = inverseC.mul(x).add(rounder);
            IntVector limitedA =
                    INT_VECTOR.cast(roundedA.reinterpretAsInts()).max(bottom).min(top);
            IntVector limitedB =
                    INT_VECTOR.cast(roundedB.reinterpretAsInts()).max(bottom).min(top);
            IntVector limitedC =
                    INT_VECTOR.cast(roundedC.reinterpretAsInts()).max(bottom).min(top);
            FloatVector codeA =
                    FLOAT_VECTOR.cast(limitedA.reinterpretAsFloats()).sub(rounder);
            FloatVector codeB =
                    FLOAT_VECTOR.cast(limitedB.reinterpretAsFloats()).sub(rounder);
            FloatVector codeC =
                    FLOAT_VECTOR.cast(limitedC.reinterpretAsFloats()).sub(rounder);
            productsA = FLOAT_VECTOR.cast(productsA).add(cube.mul(codeA));
            productsB = FLOAT_VECTOR.cast(productsB).add(cube.mul(codeB));
            productsC = FLOAT_VECTOR.cast(productsC).add(cube.mul(codeC));
            squaresA = FLOAT_VECTOR.cast(squaresA).add(square.mul(codeA).mul(codeA));
            squaresB = FLOAT_VECTOR.cast(squaresB).add(square.mul(codeB).mul(codeB));
            squaresC = FLOAT_VECTOR.cast(squaresC).add(square.mul(codeC).mul(codeC));
        }
        FLOAT_VECTOR.cast(productsA).intoArray(codeTimesValue, 0);
        FLOAT_VECTOR.cast(productsB).intoArray(codeTimesValue, LANES);
        FLOAT_VECTOR.cast(productsC).intoArray(codeTimesValue, 2 * LANES);
        FLOAT_VECTOR.cast(squaresA).intoArray(codeSquared, 0);
        FLOAT_VECTOR.cast(squaresB).intoArray(codeSquared, LANES);
        FLOAT_VECTOR.cast(squaresC).intoArray(codeSquared, 2 * LANES);
    }

    private void takeFirst(int lane) {
        FloatVector products = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, codeTimesValue, 0));
        FloatVector squared = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, codeSquared, 0));
        FloatVector zero = FLOAT_VECTOR.cast(FloatVector.zero(FLOATS));
        FloatVector scale = products.div(squared).blend(zero, squared.compare(EQ, zero));
        scale.intoArray(scales, lane);
        scale.mul(products).intoArray(explained, lane);
        System.arraycopy(inverses, 0, bestInverses, lane, LANES);
    }

    /** Makes a candidate the best where it explains more of the values. */
    private void accept(int lane, int candidate) {
        FloatVector products = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, codeTimesValue, candidate));
        FloatVector squared = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, codeSquared, candidate));
        FloatVector best = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, explained, lane));
        FloatVector zero = FLOAT_VECTOR.cast(FloatVector.zero(FLOATS));
        VectorMask<Float> better =
                products.mul(products).compare(GT, best.mul(squared)).and(squared.compare(GT, zero));
        FloatVector newScale = products.div(squared);
        FloatVector scale = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, scales, lane));
        scale.blend(newScale, better).intoArray(scales, lane);
        best.blend(newScale.mul(products), better).intoArray(explained, lane);
        FloatVector inverse = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, bestInverses, lane));
        inverse.blend(FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, inverses, candidate)), better)
                .intoArray(bestInverses, lane);
    }

    private void finish() {
        for (int j = 0; j < CAPACITY; j++) {
            if (negligible[j]) {
                scales[j] = 0f;
            }
        }
    }

    @Override
    int code(int subBlock, int element) {
        if (negligible[subBlock]) {
            return 0;
        }
        int code = ScalarBlocks.nearest(bestInverses[subBlock] * tile[place(subBlock, element)]);
        return Math.max(-limit, Math.min(limit - 1, code)) + limit;
    }
}
