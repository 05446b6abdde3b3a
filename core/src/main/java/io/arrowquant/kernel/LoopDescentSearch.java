package io.arrowquant.kernel;

import java.util.Arrays;

/**
 * The code by code search by loops over sub-blocks. It only settles those of which the first sweep would change no code,
 * four of five; in the others each element waits for the one before, which the plain search does as well.
 */
final class LoopDescentSearch extends LoopSignedSearch {
    private final float[][] codes;

    /** What the codes would be before they are rounded, if no other code changed. */
    private final float[] wanted = new float[AT_ONCE];

    /** Zero where no code would change. */
    private final float[] changes = new float[AT_ONCE];

    LoopDescentSearch(int limit, int elements, SubBlockSearch plain) {
        super(limit, elements, plain);
        this.codes = new float[elements][AT_ONCE];
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
            LoopSums.wanted(rows[e], codes[e], products, squares, wanted);
            LoopSums.addChanges(wanted, codes[e], -limit, limit - 1, changes);
        }
        for (int j = 0; j < count; j++) {
            scales[j] = squares[j] > 0f && !negligible[j] ? products[j] / squares[j] : 0f;
            // Not a number where the numbers have left the range that this holds for.
            left[j] |= !negligible[j] && !(changes[j] == 0f);
        }
    }

    @Override
    int code(int subBlock, int element) {
        return negligible[subBlock] ? 0 : (int) codes[element][subBlock] + limit;
    }
}
