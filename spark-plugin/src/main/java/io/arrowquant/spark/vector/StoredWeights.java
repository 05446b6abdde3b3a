package io.arrowquant.spark.vector;

import io.arrowquant.tensor.DataType;

/**
 * A column vector of float arrays that also offers the bytes its arrays are decoded from, so that our own operators need
 * no float copy. Implemented by the weights column of our reader.
 */
public interface StoredWeights {
    /** The stored type of a row's elements. Only for rows that are not null. */
    DataType storedType(int row);

    int elementCount(int row);

    /** Copies stored elements of a row, from an index in that row, into a heap array. */
    void copyStored(int row, int element, int count, byte[] target, int targetOffset);
}
