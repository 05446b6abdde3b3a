package io.arrowquant.kernel;

import static io.arrowquant.kernel.ScalarBlocks.ROUNDED_MASK;
import static io.arrowquant.kernel.ScalarBlocks.ROUNDED_ZERO;
import static io.arrowquant.kernel.ScalarBlocks.ROUNDER;
import static io.arrowquant.kernel.VectorShapes.FLOATS;
import static io.arrowquant.kernel.VectorShapes.FLOAT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.INTS;
import static io.arrowquant.kernel.VectorShapes.INT_VECTOR;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.NE;
import static jdk.incubator.vector.VectorOperators.XOR;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;

/**
 * The code by code search with a sub-block in each lane. Most sub-blocks are settled: the first sweep would change none of
 * their codes. A pass whose steps do not wait for each other finds these; the others are brought together, and swept until
 * no lane changes; for a lane that is done one more sweep changes nothing.
 */
final class VectorDescentSearch extends VectorSignedSearch {
    private static final int SWEEPS = 5;

    /** So many that those to sweep usually fill what is swept at once. */
    private static final int SEARCHED_AT_ONCE = 8 * LANES;

    private static final int SWEPT_AT_ONCE = 2 * LANES;

    /** Codes go from {@code -limit} to {@code limit - 1}. */
    private final int limit;

    private final float[] codes;

    private final float[] codeTimesValue;
    private final float[] codeSquared;

    /** Not zero where the first sweep may change a code. */
    private final int[] unsettled;

    /** The lane of each sub-block: its own, or one from {@link #SEARCHED_AT_ONCE} on if it has to be swept. */
    private final int[] homes = new int[SEARCHED_AT_ONCE];

    VectorDescentSearch(int limit, int elements, SubBlockSearch plain) {
        super(elements, SEARCHED_AT_ONCE, SEARCHED_AT_ONCE, plain);
        this.limit = limit;
        this.codes = new float[tile.length];
        this.codeTimesValue = new float[lanes];
        this.codeSquared = new float[lanes];
        this.unsettled = new int[lanes];
    }

    @Override
    void search(int count) {
        for (int lane = 0; lane < count; lane += LANES) {
            observe(lane);
            encode(lane);
            settle(lane);
        }
        int next = SEARCHED_AT_ONCE;
        for (int j = 0; j < count; j++) {
            homes[j] = j;
            if (unsettled[j] != 0 && !negligible[j] && !left[j]) {
                homes[j] = next;
                copy(place(j), place(next));
                next++;
            }
        }
        for (int lane = SEARCHED_AT_ONCE; lane < next; lane += SWEPT_AT_ONCE) {
            sweepUntilSettled(lane);
        }
        for (int j = 0; j < count; j++) {
            int home = homes[j];
            scales[j] = codeSquared[home] > 0f && !negligible[j] ? codeTimesValue[home] / codeSquared[home] : 0f;
        }
    }

    private void copy(int from, int to) {
        for (int e = 0; e < span; e += LANES) {
            tile[to + e] = tile[from + e];
        }
    }

    /** Begins anew for two vectors. Lanes without a sub-block have one of an earlier call, which does not matter. */
    private void sweepUntilSettled(int lane) {
        observe(lane);
        encode(lane);
        observe(lane + LANES);
        encode(lane + LANES);
        int sweep = 0;
        while (sweep < SWEEPS && sweep(lane)) {
            sweep++;
        }
    }

    private void encode(int lane) {
        FloatVector divisor = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, farthest, lane));
        FloatVector inverse =
                FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, -limit)).div(divisor);
        FloatVector products = FLOAT_VECTOR.cast(FloatVector.zero(FLOATS));
        FloatVector squared = products;
        int from = lane * elements;
        for (int at = from; at < from + span; at += LANES) {
            FloatVector x = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, tile, at));
            FloatVector rounded = inverse.mul(x).add(ROUNDER);
            IntVector whole = INT_VECTOR
                    .cast(rounded.reinterpretAsInts())
                    .and(ROUNDED_MASK)
                    .sub(ROUNDED_ZERO)
                    .max(-limit)
                    .min(limit - 1);
            FloatVector code = FLOAT_VECTOR.cast(whole.convertShape(I2F, FLOATS, 0));
            code.intoArray(codes, at);
            FloatVector square = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, squares, at));
            FloatVector cube = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, cubes, at));
            products = FLOAT_VECTOR.cast(products).add(cube.mul(code));
            squared = FLOAT_VECTOR.cast(squared).add(square.mul(code).mul(code));
        }
        FLOAT_VECTOR.cast(products).intoArray(codeTimesValue, lane);
        FLOAT_VECTOR.cast(squared).intoArray(codeSquared, lane);
    }

    /**
     * Looks for elements that would get another code, as if no other had changed. Whether that would be taken is left to
     * the sweeps.
     */
    private void settle(int lane) {
        IntVector changed = INT_VECTOR.cast(IntVector.zero(INTS));
        FloatVector bestProducts = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, codeTimesValue, lane));
        FloatVector bestSquares = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, codeSquared, lane));
        int from = lane * elements;
        for (int at = from; at < from + span; at += LANES) {
            FloatVector old = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, codes, at));
            FloatVector cube = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, cubes, at));
            FloatVector square = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, squares, at));
            FloatVector x = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, tile, at));
            FloatVector products = bestProducts.sub(cube.mul(old));
            FloatVector rest = bestSquares.sub(square.mul(old).mul(old));
            FloatVector rounded = x.mul(rest).div(products).add(ROUNDER);
            IntVector whole = INT_VECTOR
                    .cast(rounded.reinterpretAsInts())
                    .and(ROUNDED_MASK)
                    .sub(ROUNDED_ZERO)
                    .max(-limit)
                    .min(limit - 1);
            FloatVector code = FLOAT_VECTOR.cast(whole.convertShape(I2F, FLOATS, 0));
            IntVector difference =
                    INT_VECTOR.cast(INT_VECTOR.cast(code.reinterpretAsInts()).lanewise(XOR, old.reinterpretAsInts()));
            changed = INT_VECTOR.cast(changed).or(difference);
        }
        INT_VECTOR.cast(changed).intoArray(unsettled, lane);
    }

    /** Tries another code for one element after the other, in two vectors; returns whether any changed. */
    private boolean sweep(int lane) {
        int other = lane + LANES;
        FloatVector zero = FLOAT_VECTOR.cast(FloatVector.zero(FLOATS));
        FloatVector one = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, 1f));
        FloatVector changed = zero;
        FloatVector bestProductsA = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, codeTimesValue, lane));
        FloatVector bestProductsB = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, codeTimesValue, other));
        FloatVector bestSquaresA = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, codeSquared, lane));
        FloatVector bestSquaresB = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, codeSquared, other));
        int from = lane * elements;
        int end = from + span;
        for (int a = from; a < end; a += LANES) {
            int b = a + span;
            bestProductsA = FLOAT_VECTOR.cast(bestProductsA);
            bestProductsB = FLOAT_VECTOR.cast(bestProductsB);
            bestSquaresA = FLOAT_VECTOR.cast(bestSquaresA);
            bestSquaresB = FLOAT_VECTOR.cast(bestSquaresB);
            FloatVector oldA = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, codes, a));
            FloatVector oldB = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, codes, b));
            FloatVector cubeA = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, cubes, a));
            FloatVector cubeB = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, cubes, b));
            FloatVector squareA = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, squares, a));
            FloatVector squareB = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, squares, b));
            FloatVector productsA = bestProductsA.sub(cubeA.mul(oldA));
            FloatVector productsB = bestProductsB.sub(cubeB.mul(oldB));
            FloatVector restA = bestSquaresA.sub(squareA.mul(oldA).mul(oldA));
            FloatVector restB = bestSquaresB.sub(squareB.mul(oldB).mul(oldB));
            FloatVector xA = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, tile, a));
            FloatVector xB = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, tile, b));
            FloatVector roundedA = xA.mul(restA).div(productsA).add(ROUNDER);
            FloatVector roundedB = xB.mul(restB).div(productsB).add(ROUNDER);
            IntVector wholeA = INT_VECTOR
                    .cast(roundedA.reinterpretAsInts())
                    .and(ROUNDED_MASK)
                    .sub(ROUNDED_ZERO)
                    .max(-limit)
                    .min(limit - 1);
            IntVector wholeB = INT_VECTOR
                    .cast(roundedB.reinterpretAsInts())
                    .and(ROUNDED_MASK)
                    .sub(ROUNDED_ZERO)
                    .max(-limit)
                    .min(limit - 1);
            FloatVector codeA = FLOAT_VECTOR.cast(wholeA.convertShape(I2F, FLOATS, 0));
            FloatVector codeB = FLOAT_VECTOR.cast(wholeB.convertShape(I2F, FLOATS, 0));
            FloatVector newProductsA = productsA.add(cubeA.mul(codeA));
            FloatVector newProductsB = productsB.add(cubeB.mul(codeB));
            FloatVector newSquaresA = restA.add(squareA.mul(codeA).mul(codeA));
            FloatVector newSquaresB = restB.add(squareB.mul(codeB).mul(codeB));
            VectorMask<Float> betterA = newProductsA
                    .mul(newProductsA)
                    .mul(bestSquaresA)
                    .compare(GT, bestProductsA.mul(bestProductsA).mul(newSquaresA))
                    .and(newSquaresA.compare(GT, zero))
                    .and(productsA.compare(GT, zero))
                    .and(codeA.compare(NE, oldA));
            VectorMask<Float> betterB = newProductsB
                    .mul(newProductsB)
                    .mul(bestSquaresB)
                    .compare(GT, bestProductsB.mul(bestProductsB).mul(newSquaresB))
                    .and(newSquaresB.compare(GT, zero))
                    .and(productsB.compare(GT, zero))
                    .and(codeB.compare(NE, oldB));
            oldA.blend(codeA, betterA).intoArray(codes, a);
            oldB.blend(codeB, betterB).intoArray(codes, b);
            bestProductsA = bestProductsA.blend(newProductsA, betterA);
            bestProductsB = bestProductsB.blend(newProductsB, betterB);
            bestSquaresA = bestSquaresA.blend(newSquaresA, betterA);
            bestSquaresB = bestSquaresB.blend(newSquaresB, betterB);
            changed = FLOAT_VECTOR.cast(changed).blend(one, betterA).blend(one, betterB);
        }
        FLOAT_VECTOR.cast(bestProductsA).intoArray(codeTimesValue, lane);
        FLOAT_VECTOR.cast(bestProductsB).intoArray(codeTimesValue, other);
        FLOAT_VECTOR.cast(bestSquaresA).intoArray(codeSquared, lane);
        FLOAT_VECTOR.cast(bestSquaresB).intoArray(codeSquared, other);
        return FLOAT_VECTOR.cast(changed).compare(GT, zero).anyTrue();
    }

    @Override
    int code(int subBlock, int at) {
        int found = at - place(subBlock) + place(homes[subBlock]);
        return negligible[subBlock] ? 0 : (int) codes[found] + limit;
    }
}
