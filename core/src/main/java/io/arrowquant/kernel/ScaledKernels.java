package io.arrowquant.kernel;

import io.arrowquant.tensor.DataType;

/**
 * Codes of values divided by the scale of their group, as frameworks compute them in the type of the weights: the type
 * {@code precision}, F32, BF16 or F16, is what the result of every single operation is rounded to. Groups are consecutive
 * and of any one length; group {@code g} of a call has place {@code g} in the arrays of scales and zero points. Values are
 * finite, scales positive. One code a byte.
 */
public interface ScaledKernels {
    /**
     * {@code clamp(round_half_even(x / scale + zeroPoint), lowest, highest) - lowest}; the sum must be below 2^22. Without
     * zero points (null) nothing is added.
     */
    void wholeNumbers(
            float[] values,
            int offset,
            int groups,
            int length,
            DataType precision,
            float[] scales,
            float[] zeroPoints,
            int lowest,
            int highest,
            byte[] codes,
            int codeOffset);

    /** The nearest F8_E4M3, ties to the even code, at most 448 from zero. */
    void float8(
            float[] values,
            int offset,
            int groups,
            int length,
            DataType precision,
            float[] scales,
            byte[] codes,
            int codeOffset);

    /**
     * The nearest four-bit float (E2M1), ties to the even code, at most 6 from zero. What is below zero keeps its sign
     * even when it becomes zero; minus zero itself does not.
     */
    void float4(
            float[] values,
            int offset,
            int groups,
            int length,
            DataType precision,
            float[] scales,
            byte[] codes,
            int codeOffset);

    /**
     * The codes of {@link #wholeNumbers} for bfloat16 elements as they are stored, with scales that are numbers of that
     * type. Groups are multiples of {@link GroupKernels#UNIT}.
     */
    void wholeNumbersOfBrain(
            byte[] stored,
            int byteOffset,
            int groups,
            int length,
            float[] scales,
            float[] zeroPoints,
            int lowest,
            int highest,
            byte[] codes,
            int codeOffset);

    /**
     * The same of codes from -8 to 7 without zero points, packed: two a byte, the first in the lower half. Lengths are
     * even.
     *
     * @return false when this provider is faster with codes of a byte each, packed afterwards; nothing is then written
     */
    boolean nibblesOfBrain(
            byte[] stored, int byteOffset, int groups, int length, float[] scales, byte[] packed, int packedOffset);

    /** The codes of {@link #float8}, in the same way. */
    void float8OfBrain(
            byte[] stored, int byteOffset, int groups, int length, float[] scales, byte[] codes, int codeOffset);

    /**
     * The codes of {@link #float8} in F32, for floats as they are stored. Groups are multiples of
     * {@link SymmetricFactors#SPAN}.
     *
     * @return false when this provider is as fast with floats; nothing is then written
     */
    boolean float8OfStored(
            byte[] stored, int byteOffset, int groups, int length, float[] scales, byte[] codes, int codeOffset);

    /**
     * Back to values: {@code (code + shift) * scale} rounded to the precision, of codes from 0 to 255. The sum is at most
     * 256 from zero, which all three types hold.
     */
    void values(
            byte[] codes,
            int codeOffset,
            int count,
            int shift,
            float scale,
            DataType precision,
            float[] values,
            int offset);

    /**
     * The same of packed codes of four bits, {@code (code - 8) * scale}, of groups of one length, a multiple of {@link
     * SymmetricFactors#SPAN}, each with its scale.
     *
     * @return false when this provider is faster with codes of a byte each; nothing is then written
     */
    boolean valuesOfNibbles(
            byte[] packed,
            int packedOffset,
            int groups,
            int length,
            float[] scales,
            DataType precision,
            float[] values,
            int offset);

    /** Each of the values times the scale, rounded to the precision, in place. They may be NaN as {@link Float#NaN} is. */
    void scale(float[] values, int offset, int count, float scale, DataType precision);
}
