package io.arrowquant.kernel;

import static io.arrowquant.kernel.VectorShapes.FLOATS;
import static io.arrowquant.kernel.VectorShapes.FLOAT_VECTOR;

import jdk.incubator.vector.FloatVector;

/**
 * A search with one sub-block in each lane of vectors. Values are transposed for it once: element e of all sub-blocks of a
 * vector side by side.
 */
abstract class VectorSearch extends ParallelSearch {
    static final int LANES = FLOATS.length();

    /** Floats of one vector's sub-blocks. */
    final int span;

    /** Lanes for sub-blocks, and those that a search has for itself. */
    final int lanes;

    /** The transposed values; unused lanes are zero. */
    final float[] tile;

    /** For sub-blocks of as many elements as there are lanes; otherwise null. */
    private final VectorTransposition transposition;

    /** Sub-blocks brought together. */
    private final float[] chosen;

    VectorSearch(int elements, SubBlockSearch plain) {
        this(elements, CAPACITY, 0, plain);
    }

    VectorSearch(int elements, int capacity, int ownLanes, SubBlockSearch plain) {
        super(elements, capacity, ownLanes, plain);
        this.span = elements * LANES;
        this.lanes = capacity + ownLanes;
        this.tile = new float[lanes * elements];
        this.transposition =
                VectorTransposition.FITS && elements == LANES ? new VectorTransposition(capacity / LANES) : null;
        this.chosen = new float[transposition == null ? 0 : ownLanes * elements];
    }

    @Override
    final void spread(float[] values, int offset, int count) {
        int whole = 0;
        if (transposition != null) {
            whole = count & -LANES;
            transposition.run(values, offset, whole / LANES, tile, 0);
        }
        for (int j = whole; j < count; j++) {
            spreadOne(values, offset + j * elements, j);
        }
        for (int j = count; j < capacity(); j++) {
            int at = place(j);
            for (int e = 0; e < elements; e++) {
                tile[at + e * LANES] = 0f;
            }
        }
    }

    /** Puts some of the sub-blocks into lanes of the search's own, from {@code lane} on. */
    final void spreadChosen(float[] values, int offset, int[] subBlocks, int count, int lane) {
        if (transposition == null) {
            for (int i = 0; i < count; i++) {
                spreadOne(values, offset + subBlocks[i] * elements, lane + i);
            }
            return;
        }
        for (int i = 0; i < count; i++) {
            FLOAT_VECTOR
                    .cast(FloatVector.fromArray(FLOATS, values, offset + subBlocks[i] * LANES))
                    .intoArray(chosen, i * LANES);
        }
        // In lanes beyond the last are sub-blocks of an earlier call.
        transposition.run(chosen, 0, (count + LANES - 1) / LANES, tile, lane * elements);
    }

    /** Eight elements a round, so that bounds are checked once for all of them. */
    private void spreadOne(float[] values, int from, int subBlock) {
        float[] to = tile;
        int place = place(subBlock);
        for (int e = 0; e < elements; e += 8) {
            int at = place + e * LANES;
            int source = from + e;
            to[at] = values[source];
            to[at + LANES] = values[source + 1];
            to[at + 2 * LANES] = values[source + 2];
            to[at + 3 * LANES] = values[source + 3];
            to[at + 4 * LANES] = values[source + 4];
            to[at + 5 * LANES] = values[source + 5];
            to[at + 6 * LANES] = values[source + 6];
            to[at + 7 * LANES] = values[source + 7];
        }
    }

    /** Where the first element of a sub-block is in the tile; the others follow at a distance of a vector. */
    private int place(int subBlock) {
        return subBlock / LANES * span + subBlock % LANES;
    }

    /** Where an element of a sub-block is in the tile. */
    final int place(int subBlock, int element) {
        return place(subBlock) + element * LANES;
    }
}
