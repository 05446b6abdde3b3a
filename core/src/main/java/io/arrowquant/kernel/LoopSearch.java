package io.arrowquant.kernel;

import java.util.Arrays;

/**
 * A search without vectors that the compiler can make vectors of: loops over many sub-blocks that do one step for one
 * element of each. All arrays of such a loop have the same index, and none of its steps is an integer or a branch; that is
 * what it takes.
 */
abstract class LoopSearch extends ParallelSearch {
    /** So many that what the compiler puts before and after such a loop does not matter. */
    static final int AT_ONCE = 128;

    /** Element e of all sub-blocks is row e. */
    final float[][] rows;

    LoopSearch(int elements, SubBlockSearch plain) {
        super(elements, AT_ONCE, 0, plain);
        this.rows = new float[elements][AT_ONCE];
    }

    @Override
    final void spread(float[] values, int offset, int count) {
        for (int e = 0; e < elements; e++) {
            float[] row = rows[e];
            for (int j = 0; j < count; j++) {
                row[j] = values[offset + j * elements + e];
            }
            Arrays.fill(row, count, AT_ONCE, 0f);
        }
    }
}
