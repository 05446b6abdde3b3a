package io.arrowquant.spark.write;

import io.arrowquant.storage.Storage;
import java.io.Serializable;

/**
 * Where a job stages its files, for the driver and its tasks alike.
 *
 * @param output the output directory, as its storage names it
 * @param createsOutput whether the output directory did not exist before the job
 */
record StagingPlace(String output, String queryId, boolean createsOutput) implements Serializable {
    static final String TEMPORARY = "_temporary";

    /** What the staging directories of all jobs lie in. */
    static String temporary(Storage storage, String output) {
        return storage.child(output, TEMPORARY);
    }

    String temporary(Storage storage) {
        return temporary(storage, output);
    }

    /** The job's own directory. */
    String path(Storage storage) {
        return storage.child(temporary(storage), queryId);
    }

    /** The mark that is there as long as the job is under way. */
    String ownerFile(Storage storage) {
        return storage.child(path(storage), StagingOwner.FILE);
    }

    /** What the owner's mark becomes when the job stops, but leaves what it has finished to the next one. */
    String stoppedFile(Storage storage) {
        return storage.child(path(storage), StagingOwner.STOPPED_FILE);
    }

    /** The directory of a task attempt; task ids are unique in an application, so attempts never share one. */
    String task(Storage storage, int partition, long taskId) {
        return storage.child(path(storage), attempt(partition, taskId));
    }

    /** What the directory of a task attempt is called. */
    static String attempt(int partition, long taskId) {
        return partition + "-" + taskId;
    }
}
