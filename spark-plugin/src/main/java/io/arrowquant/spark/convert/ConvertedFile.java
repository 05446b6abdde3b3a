package io.arrowquant.spark.convert;

import java.io.Serializable;
import java.util.List;

/**
 * A file that a task attempt made.
 *
 * @param index the number of its {@link ConvertFile}
 * @param attempt the directory of the attempt in the staging area of the job
 * @param checksum the CRC32C of the whole file
 * @param tensors in the order of the work
 */
public record ConvertedFile(int index, String attempt, long bytes, int checksum, List<ConvertedTensor> tensors)
        implements Serializable {
    /** Its name in the attempt's directory. */
    public String stagedName() {
        return ConvertFile.STAGED_NAME;
    }

    /** The same file elsewhere, as the file of another number. */
    public ConvertedFile at(int otherIndex, String otherAttempt) {
        return new ConvertedFile(otherIndex, otherAttempt, bytes, checksum, tensors);
    }
}
