package io.arrowquant.kernel;

/** A search for the scales of codes that stand for the values of a table, which are not evenly spaced. */
public interface TableSearch extends SubBlockSearch {
    /**
     * Codes of sub-blocks that follow each other, one a byte: of the value nearest to {@code x * inverse}, the higher one
     * halfway between two, the last one for NaN.
     */
    void encode(float[] values, int offset, int subBlocks, float[] inverses, byte[] codes);
}
