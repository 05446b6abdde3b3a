package io.arrowquant.spark.job;

import java.io.Serializable;

/**
 * What was found in a row that holds a piece of a tensor. A plain class rather than a record: executors may send it back
 * with Kryo, which cannot make records.
 */
final class PieceChecksum implements Serializable {
    private static final long serialVersionUID = 1L;

    final String file;
    final String layerName;
    final String outputFile;
    final long start;
    final long count;

    /** Lengths in bytes and checksums of the parts: data, scales, zero points. */
    final long[] lengths;

    final int[] checksums;

    PieceChecksum(
            String file, String layerName, String outputFile, long start, long count, long[] lengths, int[] checksums) {
        this.file = file;
        this.layerName = layerName;
        this.outputFile = outputFile;
        this.start = start;
        this.count = count;
        this.lengths = lengths;
        this.checksums = checksums;
    }

    TensorKey key() {
        return new TensorKey(file, layerName);
    }
}
