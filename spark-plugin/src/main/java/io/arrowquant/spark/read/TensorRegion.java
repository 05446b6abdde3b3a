package io.arrowquant.spark.read;

import io.arrowquant.tensor.TensorInfo;
import java.io.Serializable;

/**
 * Part of a tensor that one task reads: elements from {@code start} to {@code end}, a row for every {@code step}.
 *
 * @param file the file's index among those of the partition
 */
record TensorRegion(int file, TensorInfo tensor, long start, long end, long step) implements Serializable {
    long rows() {
        return RangeLayout.ranges(end - start, step);
    }

    long storedBytes() {
        return tensor.dtype().byteLength(end - start);
    }
}
