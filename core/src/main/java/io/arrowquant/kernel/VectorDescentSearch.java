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
import static jdk.incubator.vector.VectorOperators.XOR;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * The code by code search with a sub-block in each lane. Most sub-blocks are settled: the first sweep would change none of
 * their codes. A pass whose steps do not wait for each other finds these; the others are brought together, and swept until
 * no lane of their vector changes; for a lane that is done one more sweep changes nothing. Each step of a sweep waits for the
 * one before, most of its time, so that all vectors take one step before any takes the next.
 */
final class VectorDescentSearch extends VectorSignedSearch {
    /** Of a sub-block. A constant, so that the compiler sees where loops go. */
    static final int ELEMENTS = 16;

    /** So many that those to sweep are enough vectors to keep the processor busy; more would not fit its cache. */
    private static final int SEARCHED_AT_ONCE = 16 * LANES;

    /** Up to here no comparison meets an infinity, so that the sign of a difference tells the greater of two numbers. */
    private static final float LARGEST = 0x1p12f;

    /** The bits of a rounded number above those of {@link ScalarBlocks#ROUNDED_MASK}, while there was no overflow. */
    private static final int ROUNDER_BITS = 0x4b000000;

    private static final int SPAN = ELEMENTS * LANES;

    /** Where the own lanes begin in the tile. */
    private static final int OWN = SEARCHED_AT_ONCE * ELEMENTS;

    private static final int[] OWN_HOMES = new int[SEARCHED_AT_ONCE];

    static {
        Arrays.setAll(OWN_HOMES, j -> j);
    }

    /** Of a vector that is swept: of codes times values, and of squared codes. */
    private static final int SUMS = 2 * LANES;

    /** Codes go from {@code -limit} to {@code limit - 1}. */
    private final int limit;

    private final float[] codes;

    /** Of the vectors that are swept, now and before the sweep. */
    private final float[] sums;

    private final float[] before;

    /** The sums of each lane. */
    private final float[] codeTimesValue;

    private final float[] codeSquared;

    /** Not zero where the first sweep may change a code. */
    private final int[] unsettled;

    /** Which of the vectors that are swept is at a place, and at which place each is. */
    private final int[] places = new int[SEARCHED_AT_ONCE / LANES];

    private final int[] placeOf = new int[SEARCHED_AT_ONCE / LANES];
    private final float[] aside = new float[SPAN];

    /** The sub-blocks to sweep, and room for one that is not. */
    private final int[] pendings = new int[SEARCHED_AT_ONCE + 1];

    /** The lane of each sub-block: its own, or one from {@link #SEARCHED_AT_ONCE} on if it has to be swept. */
    private final int[] homes = new int[SEARCHED_AT_ONCE];

    VectorDescentSearch(int limit, SubBlockSearch plain) {
        super(ELEMENTS, SEARCHED_AT_ONCE, SEARCHED_AT_ONCE, LARGEST, plain);
        this.limit = limit;
        this.codes = new float[tile.length];
        this.sums = new float[SUMS * (SEARCHED_AT_ONCE / LANES)];
        this.before = new float[sums.length];
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
        sweepUntilSettled(pending);
        for (int i = 0; i < pending; i++) {
            int j = pendings[i];
            int place = placeOf[i / LANES];
            homes[j] = SEARCHED_AT_ONCE + place * LANES + i % LANES;
            int sum = SUMS * place + i % LANES;
            codeTimesValue[j] = sums[sum];
            codeSquared[j] = sums[sum + LANES];
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
        System.arraycopy(OWN_HOMES, 0, homes, 0, count);
        int pending = 0;
        for (int j = 0; j < count; j++) {
            pendings[pending] = j;
            pending += unsettled[j] == 0 || negligible[j] || left[j] ? 0 : 1;
        }
        return pending;
    }

    /** Begins anew. Lanes without a sub-block have one of an earlier call, which does not matter. */
    private void sweepUntilSettled(int pending) {
        int vectors = (pending + LANES - 1) / LANES;
        for (int vector = 0; vector < vectors; vector++) {
            int lane = SEARCHED_AT_ONCE + vector * LANES;
            encode(lane);
            System.arraycopy(codeTimesValue, lane, sums, SUMS * vector, LANES);
            System.arraycopy(codeSquared, lane, sums, SUMS * vector + LANES, LANES);
            places[vector] = vector;
        }
        int open = vectors;
        for (int sweep = 0; sweep < SWEEPS && open > 0; sweep++) {
            System.arraycopy(sums, 0, before, 0, SUMS * open);
            for (int element = 0; element < ELEMENTS; element++) {
                sweep(element, open);
            }
            open = bringChangedToFront(open);
        }
        for (int vector = 0; vector < vectors; vector++) {
            placeOf[places[vector]] = vector;
        }
    }

    /** Returns the number of vectors in which the last sweep has changed a lane; they come first. */
    private int bringChangedToFront(int vectors) {
        int open = vectors;
        for (int vector = vectors - 1; vector >= 0; vector--) {
            int begin = SUMS * vector;
            // A code that is taken changes the sums.
            if (Arrays.equals(sums, begin, begin + SUMS, before, begin, begin + SUMS)) {
                open--;
                swap(vector, open);
            }
        }
        return open;
    }

    private void swap(int one, int other) {
        if (one == other) {
            return;
        }
        int from = OWN + one * SPAN;
        int to = OWN + other * SPAN;
        System.arraycopy(codes, from, aside, 0, SPAN);
        System.arraycopy(codes, to, codes, from, SPAN);
        System.arraycopy(aside, 0, codes, to, SPAN);
        System.arraycopy(sums, SUMS * one, aside, 0, SUMS);
        System.arraycopy(sums, SUMS * other, sums, SUMS * one, SUMS);
        System.arraycopy(aside, 0, sums, SUMS * other, SUMS);
        // The values of what is settled are needed no more.
        System.arraycopy(tile, to, tile, from, SPAN);
        int place = places[one];
        places[one] = places[other];
        places[other] = place;
    }

    private void encode(int lane) {
        FloatVector divisor = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, farthest, lane));
        FloatVector inverse =
                FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, -limit)).div(divisor);
        FloatVector products = FLOAT_VECTOR.cast(FloatVector.zero(FLOATS));
        FloatVector squared = products;
        int from = lane * ELEMENTS;
        for (int at = from; at < from + SPAN; at += LANES) {
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
        int from = lane * ELEMENTS;
        for (int at = from; at < from + SPAN; at += LANES) {
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
     * Tries another code for one element of each sub-block of the first vectors. What C compares is the sign of a difference
     * here, and what it then assigns is chosen by bits: masks would cost more than the arithmetic. No sum is ever negative
     * zero, so that bits tell what is above zero.
     */
    private void sweep(int element, int vectors) {
        IntVector zero = INT_VECTOR.cast(IntVector.zero(INTS));
        int lowest = ROUNDER_BITS + ROUNDED_ZERO - limit;
        int highest = ROUNDER_BITS + ROUNDED_ZERO + limit - 1;
        int first = OWN + element * LANES;
        for (int i = 0; i < vectors; i++) {
            int at = first + i * SPAN;
            int sum = SUMS * i;
            FloatVector bestProducts = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, sums, sum));
            FloatVector bestSquares = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, sums, sum + LANES));
            FloatVector x = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, tile, at));
            FloatVector old = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, codes, at));
            FloatVector square = x.mul(x);
            FloatVector cube = square.mul(x);
            FloatVector products = bestProducts.sub(cube.mul(old));
            FloatVector rest = bestSquares.sub(square.mul(old).mul(old));
            FloatVector rounded = x.mul(rest).div(products).add(ROUNDER);
            IntVector whole = INT_VECTOR
                    .cast(rounded.reinterpretAsInts())
                    .and(ROUNDED_MASK)
                    .or(ROUNDER_BITS)
                    .max(lowest)
                    .min(highest);
            FloatVector code = FLOAT_VECTOR.cast(whole.reinterpretAsFloats()).sub(ROUNDER);
            FloatVector newProducts = products.add(cube.mul(code));
            FloatVector newSquares = rest.add(square.mul(code).mul(code));
            FloatVector worse = bestProducts
                    .mul(bestProducts)
                    .mul(newSquares)
                    .sub(newProducts.mul(newProducts).mul(bestSquares));
            IntVector least = INT_VECTOR
                    .cast(products.reinterpretAsInts())
                    .min(INT_VECTOR.cast(newSquares.reinterpretAsInts()))
                    .min(INT_VECTOR.cast(code.sub(old).abs().reinterpretAsInts()));
            IntVector taken = INT_VECTOR.cast(INT_VECTOR
                    .cast(worse.reinterpretAsInts())
                    .and(zero.sub(least))
                    .lanewise(ASHR, 31));
            IntVector oldBits = INT_VECTOR.cast(old.reinterpretAsInts());
            IntVector codeBits = INT_VECTOR.cast(INT_VECTOR
                    .cast(oldBits.lanewise(XOR, code.reinterpretAsInts()))
                    .and(taken)
                    .lanewise(XOR, oldBits));
            IntVector productBits = INT_VECTOR.cast(bestProducts.reinterpretAsInts());
            IntVector squareBits = INT_VECTOR.cast(bestSquares.reinterpretAsInts());
            IntVector chosenProducts = INT_VECTOR.cast(INT_VECTOR
                    .cast(productBits.lanewise(XOR, newProducts.reinterpretAsInts()))
                    .and(taken)
                    .lanewise(XOR, productBits));
            IntVector chosenSquares = INT_VECTOR.cast(INT_VECTOR
                    .cast(squareBits.lanewise(XOR, newSquares.reinterpretAsInts()))
                    .and(taken)
                    .lanewise(XOR, squareBits));
            FLOAT_VECTOR.cast(codeBits.reinterpretAsFloats()).intoArray(codes, at);
            FLOAT_VECTOR.cast(chosenProducts.reinterpretAsFloats()).intoArray(sums, sum);
            FLOAT_VECTOR.cast(chosenSquares.reinterpretAsFloats()).intoArray(sums, sum + LANES);
        }
    }

    @Override
    int code(int subBlock, int element) {
        return negligible[subBlock] ? 0 : (int) codes[place(homes[subBlock], element)] + limit;
    }
}
