package io.arrowquant.kernel;

/**
 * Codes of eight bits of bitsandbytes: the dynamic type, of blocks that share a scale, and the integers of LLM.int8(), of
 * rows that share one. All values are finite.
 */
public interface EightBitKernels {
    /**
     * One code a byte, of {@link DynamicType}: the nearest to each value times the reciprocal of the largest magnitude of
     * its block. Where that magnitude is zero the codes are zeros. The last block may be short.
     */
    void dynamic(float[] values, int offset, int count, int block, float[] maxima, byte[] codes, int codeOffset);

    /**
     * One code a byte: each value, rounded to float16, which none is too large for, times the factor, rounded half to
     * even. Products must be between -127.5 and 127.5.
     */
    void row(float[] values, int offset, int count, float factor, byte[] codes, int codeOffset);

    /** The same of bfloat16 elements as they are stored. */
    void rowOfBrain(byte[] stored, int byteOffset, int count, float factor, byte[] codes, int codeOffset);

    /** Back to values: {@code code * maximum * step} from left to right, of codes with a sign. */
    void rowValues(byte[] codes, int codeOffset, int count, float maximum, float step, float[] values, int offset);
}
