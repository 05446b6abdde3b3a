package io.arrowquant.kernel;

import java.util.Arrays;

/** What the searches for codes of both signs begin with: the value farthest from zero. */
abstract class LoopSignedSearch extends LoopSearch {
    private static final float NEGLIGIBLE = 1e-15f;

    /** Codes go from {@code -limit} to {@code limit - 1}. */
    final int limit;

    /** Of each sub-block; one where all values are negligible, so that the arithmetic holds. */
    final float[] farthest = new float[AT_ONCE];

    final boolean[] negligible = new boolean[AT_ONCE];

    /** The scale that is tried, inverted, and its sums. */
    final float[] inverses = new float[AT_ONCE];

    final float[] products = new float[AT_ONCE];
    final float[] squares = new float[AT_ONCE];

    LoopSignedSearch(int limit, int elements, SubBlockSearch plain) {
        super(elements, plain);
        this.limit = limit;
    }

    /** Looks at all sub-blocks; leaves those that are not finite, or as far from zero on both sides. */
    final void observe() {
        // The sums are not needed yet.
        float[] lowest = products;
        float[] highest = squares;
        Arrays.fill(lowest, 0f);
        Arrays.fill(highest, 0f);
        for (float[] row : rows) {
            LoopSums.extend(row, lowest, highest);
        }
        for (int j = 0; j < AT_ONCE; j++) {
            float value = highest[j] > -lowest[j] ? highest[j] : lowest[j];
            negligible[j] = Math.abs(value) < NEGLIGIBLE;
            left[j] = !(Math.abs(value) <= Float.MAX_VALUE) || (highest[j] == -lowest[j] && !negligible[j]);
            farthest[j] = negligible[j] ? 1f : value;
        }
    }

    /** Begins to try scales that map the farthest value to {@code length}. */
    final void begin(float length) {
        for (int j = 0; j < AT_ONCE; j++) {
            inverses[j] = length / farthest[j];
        }
        Arrays.fill(products, 0f);
        Arrays.fill(squares, 0f);
    }
}
