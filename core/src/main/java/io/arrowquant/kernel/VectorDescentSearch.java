package io.arrowquant.kernel;

import static io.arrowquant.kernel.LoopDescentSearch.SWEEPS;
import static io.arrowquant.kernel.ScalarBlocks.ROUNDED_MASK;
import static io.arrowquant.kernel.ScalarBlocks.ROUNDED_ZERO;
import static io.arrowquant.kernel.ScalarBlocks.ROUNDER;
import static io.arrowquant.kernel.VectorShapes.FLOATS;
import static io.arrowquant.kernel.VectorShapes.FLOAT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.INTS;
import static io.arrowquant.kernel.VectorShapes.INT_VECTOR;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.OR;
import static jdk.incubator.vector.VectorOperators.XOR;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * The code by code search with a sub-block in each lane. Most sub-blocks are settled: the first sweep would change none of
 * their codes. A pass whose steps do not wait for each other finds these; the others are brought together, and swept until
 * no lane changes; for a lane that is done one more sweep changes nothing.
 */
final class VectorDescentSearch extends VectorSignedSearch {
    /** So many that those to sweep usually fill what is swept at once. */
    private static final int SEARCHED_AT_ONCE = 8 * LANES;

    private static final int SWEPT_AT_ONCE = 2 * LANES;

    /** Up to here no comparison meets an infinity, so that the sign of a difference tells the greater of two numbers. */
    private static final float LARGEST = 0x1p12f;

    /** Codes go from {@code -limit} to {@code limit - 1}. */
    private final int limit;

    private final float[] codes;

    private final float[] codeTimesValue;
    private final float[] codeSquared;

    /** Not zero where the first sweep may change a code. */
    private final int[] unsettled;

    /** The sub-blocks to sweep, and room for one that is not. */
    private final int[] pendings = new int[SEARCHED_AT_ONCE + 1];

    /** The lane of each sub-block: its own, or one from {@link #SEARCHED_AT_ONCE} on if it has to be swept. */
    private final int[] homes = new int[SEARCHED_AT_ONCE];

    VectorDescentSearch(int limit, int elements, SubBlockSearch plain) {
        super(elements, SEARCHED_AT_ONCE, SEARCHED_AT_ONCE, LARGEST, plain);
        this.limit = limit;
        this.codes = new float[tile.length];
        this.codeTimesValue = new float[lanes];
        this.codeSquared = new float[lanes];
        this.unsettled = new int[lanes];
    }

    @Override
    void search(float[] values, int offset, int count) {
        for (int lane = 0; lane < count; lane += LANES) {
            observe(lane);
            encode(lane);
            settle(lane);
        }
        int pending = findPending(count);
        spreadChosen(values, offset, pendings, pending, SEARCHED_AT_ONCE);
        for (int i = 0; i < pending; i++) {
            farthest[SEARCHED_AT_ONCE + i] = farthest[pendings[i]];
        }
        for (int lane = 0; lane < pending; lane += SWEPT_AT_ONCE) {
            sweepUntilSettled(SEARCHED_AT_ONCE + lane);
        }
        for (int i = 0; i < pending; i++) {
            int j = pendings[i];
            homes[j] = SEARCHED_AT_ONCE + i;
            codeTimesValue[j] = codeTimesValue[SEARCHED_AT_ONCE + i];
            codeSquared[j] = codeSquared[SEARCHED_AT_ONCE + i];
        }
        for (int j = 0; j < count; j++) {
            scales[j] = codeTimesValue[j] / codeSquared[j];
        }
        for (int j = 0; j < count; j++) {
            if (!(codeSquared[j] > 0f) || negligible[j]) {
                scales[j] = 0f;
            }
        }
    }

    /** Lists the sub-blocks to sweep, and gives all others their own lane. Branches would be guesses here. */
    private int findPending(int count) {
        int pending = 0;
        for (int j = 0; j < count; j++) {
            homes[j] = j;
            pendings[pending] = j;
            pending += unsettled[j] == 0 || negligible[j] || left[j] ? 0 : 1;
        }
        return pending;
    }

    /** Begins anew for two vectors. Lanes without a sub-block have one of an earlier call, which does not matter. */
    private void sweepUntilSettled(int lane) {
        encode(lane);
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
            FloatVector square = x.mul(x);
            FloatVector cube = square.mul(x);
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
            FloatVector x = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, tile, at));
            FloatVector square = x.mul(x);
            FloatVector cube = square.mul(x);
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

    /**
     * Tries another code for one element after the other, in two vectors; returns whether any changed. What C compares is
     * the sign of a difference here, and what it then assigns is chosen by bits: masks would cost more than the arithmetic.
     */
    private boolean sweep(int lane) {
        int other = lane + LANES;
        FloatVector zero = FLOAT_VECTOR.cast(FloatVector.zero(FLOATS));
        IntVector changed = INT_VECTOR.cast(IntVector.zero(INTS));
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
            FloatVector xA = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, tile, a));
            FloatVector xB = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, tile, b));
            FloatVector oldA = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, codes, a));
            FloatVector oldB = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, codes, b));
            FloatVector squareA = xA.mul(xA);
            FloatVector squareB = xB.mul(xB);
            FloatVector cubeA = squareA.mul(xA);
            FloatVector cubeB = squareB.mul(xB);
            FloatVector productsA = bestProductsA.sub(cubeA.mul(oldA));
            FloatVector productsB = bestProductsB.sub(cubeB.mul(oldB));
            FloatVector restA = bestSquaresA.sub(squareA.mul(oldA).mul(oldA));
            FloatVector restB = bestSquaresB.sub(squareB.mul(oldB).mul(oldB));
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
            FloatVector worseA = bestProductsA
                    .mul(bestProductsA)
                    .mul(newSquaresA)
                    .sub(newProductsA.mul(newProductsA).mul(bestSquaresA));
            FloatVector worseB = bestProductsB
                    .mul(bestProductsB)
                    .mul(newSquaresB)
                    .sub(newProductsB.mul(newProductsB).mul(bestSquaresB));
            IntVector betterA = INT_VECTOR
                    .cast(worseA.reinterpretAsInts())
                    .and(INT_VECTOR.cast(zero.sub(newSquaresA).reinterpretAsInts()))
                    .and(INT_VECTOR.cast(zero.sub(productsA).reinterpretAsInts()))
                    .and(INT_VECTOR.cast(zero.sub(codeA.sub(oldA).abs()).reinterpretAsInts()));
            IntVector betterB = INT_VECTOR
                    .cast(worseB.reinterpretAsInts())
                    .and(INT_VECTOR.cast(zero.sub(newSquaresB).reinterpretAsInts()))
                    .and(INT_VECTOR.cast(zero.sub(productsB).reinterpretAsInts()))
                    .and(INT_VECTOR.cast(zero.sub(codeB.sub(oldB).abs()).reinterpretAsInts()));
            IntVector takenA = INT_VECTOR.cast(betterA.lanewise(ASHR, 31));
            IntVector takenB = INT_VECTOR.cast(betterB.lanewise(ASHR, 31));
            changed = INT_VECTOR.cast(changed).or(takenA).or(takenB);
            IntVector oldBitsA = INT_VECTOR.cast(oldA.reinterpretAsInts());
            IntVector oldBitsB = INT_VECTOR.cast(oldB.reinterpretAsInts());
            IntVector codeBitsA = INT_VECTOR.cast(INT_VECTOR
                    .cast(oldBitsA.lanewise(XOR, codeA.reinterpretAsInts()))
                    .and(takenA)
                    .lanewise(XOR, oldBitsA));
            IntVector codeBitsB = INT_VECTOR.cast(INT_VECTOR
                    .cast(oldBitsB.lanewise(XOR, codeB.reinterpretAsInts()))
                    .and(takenB)
                    .lanewise(XOR, oldBitsB));
            FLOAT_VECTOR.cast(codeBitsA.reinterpretAsFloats()).intoArray(codes, a);
            FLOAT_VECTOR.cast(codeBitsB.reinterpretAsFloats()).intoArray(codes, b);
            IntVector productBitsA = INT_VECTOR.cast(bestProductsA.reinterpretAsInts());
            IntVector productBitsB = INT_VECTOR.cast(bestProductsB.reinterpretAsInts());
            IntVector squareBitsA = INT_VECTOR.cast(bestSquaresA.reinterpretAsInts());
            IntVector squareBitsB = INT_VECTOR.cast(bestSquaresB.reinterpretAsInts());
            bestProductsA = FLOAT_VECTOR.cast(INT_VECTOR
                    .cast(INT_VECTOR
                            .cast(productBitsA.lanewise(XOR, newProductsA.reinterpretAsInts()))
                            .and(takenA)
                            .lanewise(XOR, productBitsA))
                    .reinterpretAsFloats());
            bestProductsB = FLOAT_VECTOR.cast(INT_VECTOR
                    .cast(INT_VECTOR
                            .cast(productBitsB.lanewise(XOR, newProductsB.reinterpretAsInts()))
                            .and(takenB)
                            .lanewise(XOR, productBitsB))
                    .reinterpretAsFloats());
            bestSquaresA = FLOAT_VECTOR.cast(INT_VECTOR
                    .cast(INT_VECTOR
                            .cast(squareBitsA.lanewise(XOR, newSquaresA.reinterpretAsInts()))
                            .and(takenA)
                            .lanewise(XOR, squareBitsA))
                    .reinterpretAsFloats());
            bestSquaresB = FLOAT_VECTOR.cast(INT_VECTOR
                    .cast(INT_VECTOR
                            .cast(squareBitsB.lanewise(XOR, newSquaresB.reinterpretAsInts()))
                            .and(takenB)
                            .lanewise(XOR, squareBitsB))
                    .reinterpretAsFloats());
        }
        FLOAT_VECTOR.cast(bestProductsA).intoArray(codeTimesValue, lane);
        FLOAT_VECTOR.cast(bestProductsB).intoArray(codeTimesValue, other);
        FLOAT_VECTOR.cast(bestSquaresA).intoArray(codeSquared, lane);
        FLOAT_VECTOR.cast(bestSquaresB).intoArray(codeSquared, other);
        return INT_VECTOR.cast(changed).reduceLanes(OR) != 0;
    }

    @Override
    int code(int subBlock, int element) {
        return negligible[subBlock] ? 0 : (int) codes[place(homes[subBlock], element)] + limit;
    }
}
