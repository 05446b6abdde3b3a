package io.arrowquant.spark.convert;

import java.io.Serializable;
import java.util.List;

/**
 * The work of one task: a file for each output of the job, made from one read of the tensors they share.
 *
 * @param files with the same tensors from the same sources, in the same order; what is done with them differs
 */
public record ConvertTask(List<ConvertFile> files) implements Serializable {
    /** Waits until the kernels of what makes up most of the work are compiled. */
    void awaitKernels() {
        files.forEach(ConvertFile::awaitKernels);
    }
}
