package io.arrowquant.spark.write;

import io.arrowquant.spark.compat.LocalDirectories;
import io.arrowquant.spark.storage.Storages;
import io.arrowquant.storage.Storage;
import java.io.IOException;
import java.io.Serializable;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Where the tasks of a job that has claimed an output leave their files: every attempt has a directory of its own, so that
 * a second copy of a task, or one that outlives its job, does no harm.
 */
public final class TaskStaging implements Serializable {
    private static final long serialVersionUID = 1L;

    private final StagingPlace place;
    private final SerializableConfiguration configuration;

    TaskStaging(StagingPlace place, Configuration configuration) {
        this.place = place;
        this.configuration = new SerializableConfiguration(configuration);
    }

    public Configuration configuration() {
        return configuration.value();
    }

    /** What the directory of a task attempt is called. */
    public static String attempt(int partition, long taskId) {
        return StagingPlace.attempt(partition, taskId);
    }

    /** Declares all files of a task attempt finished; a later job can take them over by what the record says. */
    public void declareFinished(int partition, long taskId, byte[] record) throws IOException {
        Storage storage = Storages.reopen(place.output(), configuration.value());
        new TaskDirectory(storage, place, partition, taskId, null).declareFinished(record);
    }

    /** A new file of a task attempt, of about so many bytes. */
    public PlannedFile create(int partition, long taskId, String name, long bytes) throws IOException {
        Storage storage = Storages.reopen(place.output(), configuration.value());
        return new TaskDirectory(storage, place, partition, taskId, LocalDirectories.forTask(taskId))
                .createPlanned(name, DirectIo.of(configuration.value()).forFile(bytes));
    }
}
