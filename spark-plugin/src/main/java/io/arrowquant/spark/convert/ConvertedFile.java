package io.arrowquant.spark.convert;

import java.io.Serializable;
import java.util.List;

/**
 * A file that a task attempt made.
 *
 * @param index the number of its {@link ConvertFile}
 * @param partition and {@code taskId} name the attempt
 * @param checksum the CRC32C of the whole file
 * @param tensors in the order of the work
 */
public record ConvertedFile(
        int index, int partition, long taskId, long bytes, int checksum, List<ConvertedTensor> tensors)
        implements Serializable {
    /** Its name in the attempt's directory. */
    public String stagedName() {
        return ConvertFile.STAGED_NAME;
    }
}
