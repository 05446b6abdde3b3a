package io.arrowquant.spark.job;

import io.arrowquant.recipe.PlannedTensor;
import io.arrowquant.scheme.Scheme;
import io.arrowquant.tensor.DataType;
import java.util.List;

/**
 * Tensors that are written by one query, since they are treated alike.
 *
 * @param scheme what they are quantized with, or null when they stay as they are
 * @param dtype their stored type when they stay as they are, or null
 * @param whole whether each must be one row
 * @param groupSize element ranges begin at multiples of this
 */
record WriteGroup(Scheme scheme, DataType dtype, boolean whole, long groupSize, List<PlannedTensor> tensors) {
    /** Some of its tensors. */
    WriteGroup of(List<PlannedTensor> some) {
        return new WriteGroup(scheme, dtype, whole, groupSize, List.copyOf(some));
    }

    /** What the column {@code scheme} says of them. */
    String label() {
        return scheme == null ? dtype.name() : scheme.label();
    }

    /** The directory they lie in: a value of the column {@code scheme}, as Spark and Hive write partition values. */
    String directory() {
        return SchemeDirectory.of(label());
    }
}
