package io.arrowquant.spark.job;

import java.io.Serializable;

/**
 * What was found in a row that holds a piece of a tensor.
 *
 * @param lengths in bytes, and {@code checksums}, of the parts: data, scales, zero points
 */
record PieceChecksum(
        String file, String layerName, String outputFile, long start, long count, long[] lengths, int[] checksums)
        implements Serializable {
    TensorKey key() {
        return new TensorKey(file, layerName);
    }
}
