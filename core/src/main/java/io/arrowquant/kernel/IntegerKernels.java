package io.arrowquant.kernel;

/** The passes of integer quantization: the range of a group, its codes, and the bit stream they are packed in. */
public interface IntegerKernels {
    /**
     * The lowest and highest of {@code count} values and zero, into {@code range[0]} and {@code range[1]}.
     *
     * @return false when a value is NaN or infinite; the range is then undefined
     */
    boolean range(float[] values, int offset, int count, float[] range);

    /** The same of bfloat16 elements as they are stored, without a copy of them as floats. */
    boolean rangeOfBrain(byte[] stored, int byteOffset, int count, float[] range);

    /**
     * One code a byte: {@code clamp(round_half_even(x / scale), lowest, highest) + zeroPoint}. All three bounds are
     * whole numbers, and |x / scale| must be below 2^22.
     */
    void encode(
            float[] values,
            int offset,
            int count,
            float scale,
            float lowest,
            float highest,
            float zeroPoint,
            byte[] codes,
            int codeOffset);

    /** The same of bfloat16 elements as they are stored. */
    void encodeBrain(
            byte[] stored,
            int byteOffset,
            int count,
            float scale,
            float lowest,
            float highest,
            float zeroPoint,
            byte[] codes,
            int codeOffset);

    /** {@code (code - zeroPoint) * scale}, saturated to the largest finite floats. */
    void decode(byte[] codes, int codeOffset, int count, float scale, float zeroPoint, float[] values, int offset);

    /** Packs codes of 2, 4 or 8 bits as one little-endian bit stream, the last byte padded with zeros. */
    void pack(byte[] codes, int codeOffset, int count, int bits, byte[] packed, int packedOffset);

    /** The reverse of {@link #pack}. */
    void unpack(byte[] packed, int packedOffset, int bits, byte[] codes, int codeOffset, int count);
}
