package io.arrowquant.kernel;

/**
 * Finds the scale, and for some formats the offset, of each of several sub-blocks that follow each other. Holds scratch
 * space and the results of the last call, so one per thread.
 */
public interface SubBlockSearch {
    /** What most searches take. */
    int CAPACITY = 32;

    /** Sub-blocks that one call takes at most. Searches are fastest with as many. */
    default int capacity() {
        return CAPACITY;
    }

    void fit(float[] values, int offset, int count);

    /** The scale of a sub-block of the last call. */
    float scale(int subBlock);

    /** The scales of sub-blocks that follow each other. */
    default void putScales(int first, int count, float[] target) {
        for (int j = 0; j < count; j++) {
            target[j] = scale(first + j);
        }
    }

    /** What is subtracted from its scaled codes; zero for formats without offset. */
    float shift(int subBlock);

    /** Stores the codes that the search ended with, one a byte; formats need them where they store a scale of zero. */
    void putCodes(int subBlock, byte[] codes, int codeOffset);
}
