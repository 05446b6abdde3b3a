package io.arrowquant.spark.write;

import io.arrowquant.storage.LocalStorage;
import io.arrowquant.storage.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.Paths;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The staging directory of one task attempt. Tasks may outlive their job: Spark neither waits for the others when one
 * fails, nor always stops a second copy of a task. Such a latecomer must not bring the staging area back to life, so
 * everything here first looks for the owner's mark that the driver set there and takes away with the area.
 */
final class TaskDirectory {
    private static final Logger LOG = LoggerFactory.getLogger(TaskDirectory.class);

    private final Storage storage;
    private final String temporary;
    private final String staging;
    private final String path;
    private final Path spoolDirectory;
    private boolean created;

    /** {@code temporary} holds the job's staging directory; {@code spoolDirectory} is a directory of this machine. */
    TaskDirectory(Storage storage, String temporary, String queryId, String name, Path spoolDirectory) {
        this.storage = storage;
        this.temporary = temporary;
        this.staging = storage.child(temporary, queryId);
        this.path = storage.child(staging, name);
        this.spoolDirectory = spoolDirectory;
    }

    ShardFile create(String name) throws IOException {
        if (!created) {
            makeDirectory();
        }
        if (storage instanceof LocalStorage) {
            return new ReservedFile(Paths.get(storage.child(path, name)));
        }
        return new SpooledFile(spoolDirectory, storage, storage.child(path, name));
    }

    private void makeDirectory() throws IOException {
        requireJobAlive();
        created = true;
        if (storage instanceof LocalStorage) {
            try {
                Files.createDirectory(Paths.get(path));
            } catch (NoSuchFileException gone) {
                throw jobOver(gone);
            }
        }
        // Other stores make directories as files come into being.
    }

    /** Fails when the job has ended, and with it the use of what this task writes. */
    void requireJobAlive() throws IOException {
        if (!storage.exists(storage.child(staging, StagingOwner.FILE))) {
            throw jobOver(null);
        }
    }

    private IOException jobOver(Throwable cause) {
        return new IOException("The write this task belongs to has ended: " + staging + " is gone", cause);
    }

    /** Deletes the directory, if there is one, and what a job that ended meanwhile could not take away. */
    void delete() throws IOException {
        if (!created) {
            return;
        }
        storage.delete(path);
        if (!storage.exists(storage.child(staging, StagingOwner.FILE)) && storage.exists(staging)) {
            LOG.info("The job of {} has ended: deleting what is left of it", staging);
            StagingArea.deleteIfEmpty(storage, staging);
            StagingArea.deleteIfEmpty(storage, temporary);
        }
    }

    @Override
    public String toString() {
        return path;
    }
}
