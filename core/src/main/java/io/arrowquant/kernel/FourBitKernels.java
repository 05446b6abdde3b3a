package io.arrowquant.kernel;

/** Blocks of values to codes of a four-bit type. In all methods {@code count} is a multiple of {@code block}. */
public interface FourBitKernels {
    /** The largest magnitude of each block; infinite or NaN when one of its values is. */
    void maxima(float[] values, int offset, int count, int block, float[] maxima);

    /** The same of bfloat16 elements as they are stored. */
    void maximaOfBrain(byte[] stored, int byteOffset, int count, int block, float[] maxima);

    /** One code a byte: that of each value times the factor of its block, which is at most about one and no NaN. */
    void encode(
            float[] values,
            int offset,
            int count,
            int block,
            float[] factors,
            FourBitTable table,
            byte[] codes,
            int codeOffset);

    /** The same of bfloat16 elements as they are stored, two codes a byte, the first in the upper half. */
    void encodeBrain(
            byte[] stored,
            int byteOffset,
            int count,
            int block,
            float[] factors,
            FourBitTable table,
            byte[] packed,
            int packedOffset);

    /** Packs pairs of codes, the first in the upper half; {@code count} is even. */
    void pack(byte[] codes, int codeOffset, int count, byte[] packed, int packedOffset);

    /** The reverse of {@link #pack}. */
    void unpack(byte[] packed, int packedOffset, byte[] codes, int codeOffset, int count);
}
