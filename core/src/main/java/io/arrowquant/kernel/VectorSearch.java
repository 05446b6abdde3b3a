package io.arrowquant.kernel;

import static io.arrowquant.kernel.VectorShapes.FLOATS;

/**
 * A search with one sub-block in each lane of vectors, so that every lane adds in the order of its elements. Values are
 * transposed for it once: element e of all sub-blocks side by side. Sub-blocks for which the arithmetic of vectors would
 * not be that of the plain search are left to that.
 */
abstract class VectorSearch implements SubBlockSearch {
    static final int LANES = FLOATS.length();

    final int elements;

    /** Floats of one vector's sub-blocks. */
    final int span;

    /** Lanes for sub-blocks, and those that a search has for itself. */
    final int lanes;

    /** The transposed values; unused lanes are zero. */
    final float[] tile;

    final float[] scales;
    final float[] shifts;

    /** Sub-blocks that the search leaves to the plain one. */
    final boolean[] left;

    private final int capacity;
    private final SubBlockSearch plain;
    private final byte[] plainCodes;

    VectorSearch(int elements, SubBlockSearch plain) {
        this(elements, CAPACITY, 0, plain);
    }

    VectorSearch(int elements, int capacity, int ownLanes, SubBlockSearch plain) {
        this.elements = elements;
        this.span = elements * LANES;
        this.capacity = capacity;
        this.lanes = capacity + ownLanes;
        this.tile = new float[lanes * elements];
        this.scales = new float[lanes];
        this.shifts = new float[lanes];
        this.left = new boolean[lanes];
        this.plain = plain;
        this.plainCodes = new byte[capacity * elements];
    }

    /** Searches in the tile; says for each of at least so many sub-blocks whether it is left to the plain search. */
    abstract void search(int count);

    /** The code of the element at a place in the tile, as the search ended. */
    abstract int code(int subBlock, int at);

    @Override
    public final int capacity() {
        return capacity;
    }

    @Override
    public final void fit(float[] values, int offset, int count) {
        transpose(values, offset, count);
        search(count);
        for (int j = 0; j < count; j++) {
            if (left[j]) {
                plain.fit(values, offset + j * elements, 1);
                scales[j] = plain.scale(0);
                shifts[j] = plain.shift(0);
                plain.putCodes(0, plainCodes, j * elements);
            }
        }
    }

    private void transpose(float[] values, int offset, int count) {
        for (int j = 0; j < count; j++) {
            int at = place(j);
            int from = offset + j * elements;
            for (int e = 0; e < elements; e++) {
                tile[at + e * LANES] = values[from + e];
            }
        }
        for (int j = count; j < capacity; j++) {
            int at = place(j);
            for (int e = 0; e < elements; e++) {
                tile[at + e * LANES] = 0f;
            }
        }
    }

    /** Where the first element of a sub-block is in the tile; the others follow at a distance of a vector. */
    final int place(int subBlock) {
        return subBlock / LANES * span + subBlock % LANES;
    }

    @Override
    public final float scale(int subBlock) {
        return scales[subBlock];
    }

    @Override
    public final float shift(int subBlock) {
        return shifts[subBlock];
    }

    @Override
    public final void putCodes(int subBlock, byte[] codes, int codeOffset) {
        if (left[subBlock]) {
            System.arraycopy(plainCodes, subBlock * elements, codes, codeOffset, elements);
            return;
        }
        int at = place(subBlock);
        for (int e = 0; e < elements; e++) {
            codes[codeOffset + e] = (byte) code(subBlock, at + e * LANES);
        }
    }
}
