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

    /** The transposed values; unused lanes are zero. */
    final float[] tile;

    final float[] scales = new float[CAPACITY];
    final float[] shifts = new float[CAPACITY];

    private final SubBlockSearch plain;
    private final byte[] plainCodes;
    private int foundPlainly;

    VectorSearch(int elements, SubBlockSearch plain) {
        this.elements = elements;
        this.span = elements * LANES;
        this.tile = new float[CAPACITY * elements];
        this.plain = plain;
        this.plainCodes = new byte[CAPACITY * elements];
    }

    /** Searches in the tile; returns a bit for each sub-block that is left to the plain search. */
    abstract int search(int count);

    /** The code of the element at a place in the tile, as the search ended. */
    abstract int code(int subBlock, int at);

    @Override
    public final void fit(float[] values, int offset, int count) {
        transpose(values, offset, count);
        int left = search(count);
        if (count < CAPACITY) {
            left &= (1 << count) - 1;
        }
        foundPlainly = left;
        while (left != 0) {
            int subBlock = Integer.numberOfTrailingZeros(left);
            plain.fit(values, offset + subBlock * elements, 1);
            scales[subBlock] = plain.scale(0);
            shifts[subBlock] = plain.shift(0);
            plain.putCodes(0, plainCodes, subBlock * elements);
            left &= left - 1;
        }
    }

    private void transpose(float[] values, int offset, int count) {
        for (int j = 0; j < CAPACITY; j++) {
            int at = place(j);
            int from = offset + j * elements;
            for (int e = 0; e < elements; e++) {
                tile[at + e * LANES] = j < count ? values[from + e] : 0f;
            }
        }
    }

    /** Where the first element of a sub-block is in the tile; the others follow at a distance of a vector. */
    private int place(int subBlock) {
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
        if ((foundPlainly >> subBlock & 1) != 0) {
            System.arraycopy(plainCodes, subBlock * elements, codes, codeOffset, elements);
            return;
        }
        int at = place(subBlock);
        for (int e = 0; e < elements; e++) {
            codes[codeOffset + e] = (byte) code(subBlock, at + e * LANES);
        }
    }
}
