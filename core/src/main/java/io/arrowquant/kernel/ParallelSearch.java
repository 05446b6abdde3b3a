package io.arrowquant.kernel;

/**
 * A search that takes many sub-blocks side by side, so that the sums of each are added up in the order of its elements
 * although many are added at a time. Sub-blocks for which its arithmetic would not be that of the plain search are left to
 * that.
 */
abstract class ParallelSearch implements SubBlockSearch {
    final int elements;
    final float[] scales;
    final float[] shifts;

    /** Sub-blocks that the search leaves to the plain one. */
    final boolean[] left;

    private final int capacity;
    private final SubBlockSearch plain;
    private final byte[] plainCodes;

    /**
     * @param capacity sub-blocks of a call at most
     * @param ownLanes places for sub-blocks that a search has for itself, after those
     */
    ParallelSearch(int elements, int capacity, int ownLanes, SubBlockSearch plain) {
        this.elements = elements;
        this.capacity = capacity;
        this.scales = new float[capacity + ownLanes];
        this.shifts = new float[capacity + ownLanes];
        this.left = new boolean[capacity + ownLanes];
        this.plain = plain;
        this.plainCodes = new byte[capacity * elements];
    }

    /**
     * Puts the elements of sub-blocks that follow each other where the search wants them, and zeros where there is room for
     * more.
     */
    abstract void spread(float[] values, int offset, int count);

    /**
     * Searches in what was spread, whose sub-blocks are also where {@link #fit} found them; says for each of at least so
     * many whether it is left to the plain search.
     */
    abstract void search(float[] values, int offset, int count);

    /** The code of an element as the search ended. */
    abstract int code(int subBlock, int element);

    @Override
    public final int capacity() {
        return capacity;
    }

    @Override
    public final void fit(float[] values, int offset, int count) {
        spread(values, offset, count);
        search(values, offset, count);
        for (int j = 0; j < count; j++) {
            if (left[j]) {
                plain.fit(values, offset + j * elements, 1);
                scales[j] = plain.scale(0);
                shifts[j] = plain.shift(0);
                plain.putCodes(0, plainCodes, j * elements);
            }
        }
    }

    @Override
    public final float scale(int subBlock) {
        return scales[subBlock];
    }

    @Override
    public final void putScales(int first, int count, float[] target) {
        System.arraycopy(scales, first, target, 0, count);
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
        for (int e = 0; e < elements; e++) {
            codes[codeOffset + e] = (byte) code(subBlock, e);
        }
    }
}
