package io.arrowquant.kernel;

import static io.arrowquant.kernel.ScalarBlocks.ROUNDER;

import java.util.Arrays;

/**
 * The code by code search by loops over sub-blocks. They settle those of which the first sweep would change no code, four of
 * five. In the others each element waits for the one before: they are swept one by one, from where the loops have come to.
 */
final class LoopDescentSearch extends LoopSignedSearch {
    /** Of all codes of a sub-block, at most. */
    static final int SWEEPS = 5;

    /** A code nearer than this to what is wanted is what that is rounded to, whatever rounding did to the distance. */
    private static final float NEAR = 0.499f;

    private final float[][] codes;

    /** Zero where no code would change. */
    private final float[] changes = new float[AT_ONCE];

    // Of a sub-block that is swept.
    private final float[] elementsOfOne;
    private final float[] weights;
    private final float[] weightedValues;
    private final float[] found;

    LoopDescentSearch(int limit, int elements, SubBlockSearch plain) {
        super(limit, elements, plain);
        this.codes = new float[elements][AT_ONCE];
        this.elementsOfOne = new float[elements];
        this.weights = new float[elements];
        this.weightedValues = new float[elements];
        this.found = new float[elements];
    }

    @Override
    void search(float[] values, int offset, int count) {
        observe();
        begin(-limit);
        for (int e = 0; e < elements; e++) {
            LoopSums.codes(rows[e], inverses, -limit, limit - 1, codes[e]);
            LoopSums.addSymmetric(rows[e], codes[e], products, squares);
        }
        Arrays.fill(changes, 0f);
        for (int e = 0; e < elements; e++) {
            LoopSums.addChanges(rows[e], codes[e], products, squares, -limit, limit - 1, changes);
        }
        for (int j = 0; j < count; j++) {
            boolean settled = changes[j] == 0f || negligible[j];
            if (!settled && !left[j]) {
                left[j] = !descend(j);
            }
            scales[j] = squares[j] > 0f && !negligible[j] ? products[j] / squares[j] : 0f;
        }
    }

    /** Changes code after code of a sub-block; false where a wanted code is too large to be rounded like this. */
    private boolean descend(int j) {
        for (int e = 0; e < elements; e++) {
            float x = rows[e][j];
            elementsOfOne[e] = x;
            weights[e] = x * x;
            weightedValues[e] = weights[e] * x;
            found[e] = codes[e][j];
        }
        float lowest = -limit;
        float highest = limit - 1f;
        float codeTimesValue = products[j];
        float codeSquared = squares[j];
        boolean changed = true;
        for (int sweep = 0; sweep < SWEEPS && changed; sweep++) {
            changed = false;
            for (int e = 0; e < elements; e++) {
                float old = found[e];
                float otherProducts = codeTimesValue - weightedValues[e] * old;
                if (!(otherProducts > 0f)) {
                    continue;
                }
                float otherSquares = codeSquared - weights[e] * old * old;
                float wanted = elementsOfOne[e] * otherSquares;
                // Most codes stay, and that takes no division to see.
                if (Math.abs(wanted - old * otherProducts) < NEAR * otherProducts) {
                    continue;
                }
                wanted /= otherProducts;
                if (!(Math.abs(wanted) <= LoopSums.DOMAIN)) {
                    return false;
                }
                float rounded = wanted + ROUNDER - ROUNDER;
                float code = Math.max(lowest, Math.min(highest, rounded));
                if (code == old) {
                    continue;
                }
                float newProducts = otherProducts + weightedValues[e] * code;
                float newSquares = otherSquares + weights[e] * code * code;
                if (newSquares > 0f
                        && newProducts * newProducts * codeSquared > codeTimesValue * codeTimesValue * newSquares) {
                    found[e] = code;
                    codeTimesValue = newProducts;
                    codeSquared = newSquares;
                    changed = true;
                }
            }
        }
        for (int e = 0; e < elements; e++) {
            codes[e][j] = found[e];
        }
        products[j] = codeTimesValue;
        squares[j] = codeSquared;
        return true;
    }

    @Override
    int code(int subBlock, int element) {
        return negligible[subBlock] ? 0 : (int) codes[element][subBlock] + limit;
    }
}
