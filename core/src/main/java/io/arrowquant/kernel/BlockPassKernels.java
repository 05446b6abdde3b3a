package io.arrowquant.kernel;

/**
 * The passes of formats whose scales follow from one look at each block: what lies farthest out, and the codes for a
 * given scale. Blocks follow each other and have a multiple of 16 elements. Codes of a pass are those
 * of whole blocks, one a byte.
 */
public interface BlockPassKernels {
    /** Blocks of a call at most. So many of 32 elements, and their codes, stay in the first-level cache between passes. */
    int BLOCKS = 128;

    /** The value with the largest magnitude of each block, the first of several; plus zero when there are only zeros. */
    void farthest(float[] values, int offset, int blocks, int elements, float[] farthest);

    /** The lowest and highest value of each block, the first of several; one of both is not finite if any value is. */
    void ranges(float[] values, int offset, int blocks, int elements, float[] lowest, float[] highest);

    /**
     * The largest magnitudes of bfloat16 elements as they are stored, as {@link #farthest}.
     *
     * @return false when a value is NaN or infinite; the result is then undefined
     */
    boolean farthestOfBrain(byte[] stored, int byteOffset, int blocks, int elements, float[] farthest);

    /** The same without the signs, which is faster. */
    boolean magnitudesOfBrain(byte[] stored, int byteOffset, int blocks, int elements, float[] magnitudes);

    /**
     * Scales, {@code farthest / divisor}, and what they are when inverted.
     *
     * @return whether all are normal numbers; if not, some inverses may be of no use
     */
    boolean scales(float[] farthest, int blocks, float divisor, float[] scales, float[] inverses);

    /** Stores finite numbers in half precision, at a distance of {@code stride}. */
    void halves(float[] values, int count, byte[] target, int at, int stride);

    /**
     * Signed bytes of blocks of 32: {@code x * inverse} rounded to the nearest whole number, ties away from zero. Its
     * magnitude must be below 128. Blocks are stored at a distance of {@code stride}.
     */
    void round(float[] values, int offset, int blocks, float[] inverses, byte[] target, int at, int stride);

    /** The same of bfloat16 elements as they are stored. */
    void roundBrain(byte[] stored, int byteOffset, int blocks, float[] inverses, byte[] target, int at, int stride);

    /**
     * Codes of blocks of 32: {@code (x - origin) * inverse + bias}, which must not be negative nor above 255, rounded down,
     * and at most {@code top}.
     */
    void truncate(
            float[] values,
            int offset,
            int blocks,
            float[] origins,
            float[] inverses,
            float bias,
            int top,
            byte[] codes);

    /** The same of bfloat16 elements as they are stored, without origins. */
    void truncateBrain(byte[] stored, int byteOffset, int blocks, float[] inverses, float bias, int top, byte[] codes);

    /**
     * Codes of four-bit floats, E2M1, whose doubled values times the scale of the block are nearest; halfway between two
     * it is the smaller one, and never minus zero. The largest magnitude must be below 2^20 times the scale.
     */
    void fourBitFloats(float[] values, int offset, int blocks, int elements, float[] scales, byte[] codes);

    /** The same of bfloat16 elements as they are stored. */
    void fourBitFloatsOfBrain(byte[] stored, int byteOffset, int blocks, int elements, float[] scales, byte[] codes);

    /**
     * Packs codes of four bits of blocks of 32: those of the first half to the low nibbles of 16 bytes, those of the second
     * to the high ones. Packed blocks are stored at a distance of {@code stride}.
     */
    void packHalves(byte[] codes, int blocks, byte[] target, int at, int stride);
}
