package io.arrowquant.spark.job;

import java.io.Serializable;
import java.util.HashMap;
import java.util.List;

/**
 * Which tensors to compare the elements of a table's tensors with: those of the same name, or the experts that a table holds
 * in one tensor and a model one by one.
 *
 * @param experts of each tensor that holds them, in the order of its elements
 */
record ExpertRows(HashMap<TensorKey, List<Expert>> experts) implements Serializable {
    /** An expert that begins at element {@code start} of the tensor it lies in. */
    record Expert(TensorKey key, long start, long elements) implements Serializable {}

    List<Expert> of(TensorKey tensor) {
        List<Expert> found = experts.get(tensor);
        return found == null ? List.of(new Expert(tensor, 0, Long.MAX_VALUE)) : found;
    }
}
