package io.arrowquant.kernel;

/**
 * Blocks of values to codes of a four-bit type and back. Where nothing else is said {@code count} is a multiple of
 * {@code block}.
 */
public interface FourBitKernels {
    /** The largest magnitude of each block; infinite or NaN when one of its values is. */
    void maxima(float[] values, int offset, int count, int block, float[] maxima);

    /** The same of bfloat16 elements as they are stored. */
    void maximaOfBrain(byte[] stored, int byteOffset, int count, int block, float[] maxima);

    /**
     * The code of each value times the factor of its block, which is at most about one and no NaN: two codes a byte, the
     * first in the upper half. {@code count} is even.
     *
     * @param scratch room for {@code count} shorts, whose contents are lost
     */
    void encode(
            float[] values,
            int offset,
            int count,
            int block,
            float[] factors,
            FourBitTable table,
            short[] scratch,
            byte[] packed,
            int packedOffset);

    /** The same of bfloat16 elements as they are stored. */
    void encodeBrain(
            byte[] stored,
            int byteOffset,
            int count,
            int block,
            float[] factors,
            FourBitTable table,
            short[] scratch,
            byte[] packed,
            int packedOffset);

    /**
     * The codes of {@link #encodeBrain}, faster where they are not decoded afterwards: beside kernels that decode and compare,
     * the compiler does not keep the vectors of this one in registers.
     */
    void searchBrain(
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

    /**
     * The values of packed codes, the first in the upper half of a byte: each block has a table of sixteen. The last block
     * may be short.
     */
    void decode(byte[] packed, int packedOffset, int count, int block, float[] tables, float[] values, int offset);
}
