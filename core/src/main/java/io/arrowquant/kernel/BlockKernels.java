package io.arrowquant.kernel;

/**
 * What encoders of block formats spend their time on. A search comes as the plain implementation that the caller brings,
 * or as a faster one that gives the same results and leaves to the plain one what it cannot do.
 */
public interface BlockKernels {
    /** A scale and an offset for codes from zero up. */
    SubBlockSearch affine(AffineGrid grid, SubBlockSearch plain);

    /** A scale for codes from {@code -limit} to {@code limit - 1}: several are tried, errors weighed by squares. */
    SubBlockSearch symmetric(int limit, int elements, SubBlockSearch plain);

    /** A scale for such codes, from one try that is improved code by code. */
    SubBlockSearch descent(int limit, int elements, SubBlockSearch plain);

    /**
     * A scale for codes that stand for the values of a table: 16 scales are tried, errors weighed by squares. The values
     * are whole numbers from -127 to 127 in ascending order, of which the first has the largest magnitude.
     */
    TableSearch table(int[] table, int elements, TableSearch plain);

    /**
     * Codes of sub-blocks that follow each other, one a byte: {@code clamp(nearest((x + shift) / step), lowest, highest) -
     * lowest}, ties to even. Sub-blocks whose step is zero keep the codes they have.
     */
    void encode(
            float[] values,
            int offset,
            int subBlocks,
            int elements,
            float[] steps,
            float[] shifts,
            int lowest,
            int highest,
            byte[] codes);

    /** Codes of a few numbers, one a byte: {@code clamp(nearest(x * factor), lowest, highest) + zero}, ties to even. */
    void round(
            float[] values, int count, float factor, int lowest, int highest, int zero, byte[] codes, int codeOffset);
}
