package io.arrowquant.kernel;

/**
 * The passes of {@link IntegerKernels} over many groups at once. Groups are consecutive and of one length, a multiple of
 * {@link #UNIT}; group {@code g} of a call has place {@code g} in the arrays of ranges, scales and zero points.
 */
public interface GroupKernels {
    /** Groups are multiples of this many elements. */
    int UNIT = 32;

    /** Where only the ranges of floats are asked for, this is enough. */
    int UNIT_OF_FLOATS = 16;

    /**
     * The lowest and highest value of each group, and zero.
     *
     * @return false when a value is NaN or infinite; the ranges are then undefined
     */
    boolean ranges(float[] values, int offset, int groups, int length, float[] lows, float[] highs);

    /** The same of bfloat16 elements as they are stored. */
    boolean rangesOfBrain(byte[] stored, int byteOffset, int groups, int length, float[] lows, float[] highs);

    /** The same of floats as they are stored, little-endian. */
    boolean rangesOfStored(byte[] stored, int byteOffset, int groups, int length, float[] lows, float[] highs);

    /** The largest magnitude of each group of bfloat16: all that a grid around zero needs of a range. */
    boolean magnitudesOfBrain(byte[] stored, int byteOffset, int groups, int length, float[] magnitudes);

    /** The same of floats as they are stored. */
    boolean magnitudesOfStored(byte[] stored, int byteOffset, int groups, int length, float[] magnitudes);

    /**
     * One code a byte: {@code clamp(round_half_even(x / scale) + zeroPoint, 0, 2^bits - 1)}. Zero points are whole
     * numbers from 0 to {@code 2^bits - 1}, and no value is farther from zero than the grid of its group reaches:
     * {@code x / scale + zeroPoint} is above -1 and below {@code 2^bits}.
     */
    void encode(
            float[] values,
            int offset,
            int groups,
            int length,
            int bits,
            float[] scales,
            float[] zeroPoints,
            byte[] codes,
            int codeOffset);

    /** The same of bfloat16 elements as they are stored. */
    void encodeBrain(
            byte[] stored,
            int byteOffset,
            int groups,
            int length,
            int bits,
            float[] scales,
            float[] zeroPoints,
            byte[] codes,
            int codeOffset);

    /** The same of floats as they are stored. */
    void encodeStored(
            byte[] stored,
            int byteOffset,
            int groups,
            int length,
            int bits,
            float[] scales,
            float[] zeroPoints,
            byte[] codes,
            int codeOffset);

    /** The same of bfloat16 with codes of four bits, two a byte, the first in the lower half. */
    void encodeBrainNibbles(
            byte[] stored,
            int byteOffset,
            int groups,
            int length,
            float[] scales,
            float[] zeroPoints,
            byte[] packed,
            int packedOffset);

    /**
     * The same of floats as they are stored.
     *
     * @return false when this provider is faster with codes of a byte each, packed afterwards; nothing is then written
     */
    boolean encodeStoredNibbles(
            byte[] stored,
            int byteOffset,
            int groups,
            int length,
            float[] scales,
            float[] zeroPoints,
            byte[] packed,
            int packedOffset);

    /**
     * Packed codes of bfloat16 in 4 or 8 bits with zero in the middle: {@code round_half_even(x * factor)}, the product
     * rounded to a float first, and half the number of codes. Each span of {@link SymmetricFactors#SPAN} elements has a
     * factor; see there for when that is as good as a division.
     */
    void encodeBrainByFactors(
            byte[] stored, int byteOffset, int spans, int bits, float[] factors, byte[] packed, int packedOffset);

    /**
     * Values of packed codes of four bits: {@code (code - zeroPoint) * scale}, saturated to the largest finite floats, as
     * {@link IntegerKernels#decode} has them.
     */
    void decodeNibbles(
            byte[] packed,
            int packedOffset,
            int groups,
            int length,
            float[] scales,
            float[] zeroPoints,
            float[] values,
            int offset);
}
