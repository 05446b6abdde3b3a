package io.arrowquant.scheme.ggml;

import io.arrowquant.kernel.SubBlockSearch;

/** A search that takes one sub-block after the other: the reference for faster ones. */
abstract class PlainSearch implements SubBlockSearch {
    final int elements;
    private final float[] scales = new float[CAPACITY];
    private final float[] shifts = new float[CAPACITY];
    private final byte[] codes;

    /** What is subtracted, for the sub-block searched last. */
    float shift;

    PlainSearch(int elements) {
        this.elements = elements;
        this.codes = new byte[CAPACITY * elements];
    }

    /** The best scale of one sub-block, whose values alone decide. */
    abstract float fitPlain(float[] values, int offset, byte[] codes, int codeOffset);

    @Override
    public final void fit(float[] values, int offset, int count) {
        for (int j = 0; j < count; j++) {
            scales[j] = fitPlain(values, offset + elements * j, codes, elements * j);
            shifts[j] = shift;
        }
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
    public final void putCodes(int subBlock, byte[] target, int codeOffset) {
        System.arraycopy(codes, subBlock * elements, target, codeOffset, elements);
    }
}
