package io.arrowquant.spark.write;

import io.arrowquant.storage.LocalStorage;
import io.arrowquant.storage.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.UUID;

/**
 * The staging directory of one task attempt. Tasks may outlive their job: Spark neither waits for the others when one
 * fails, nor always stops a second copy of a task. Such a latecomer must not bring the staging area back to life, so
 * everything here first looks for the owner's mark that the driver set there and takes away with the area.
 */
final class TaskDirectory {
    private final Storage storage;
    private final StagingPlace place;
    private final String path;
    private final Path spoolDirectory;
    private boolean created;

    /** {@code spoolDirectory} is a directory of this machine, or null for who makes no files. */
    TaskDirectory(Storage storage, StagingPlace place, int partition, long taskId, Path spoolDirectory) {
        this.storage = storage;
        this.place = place;
        this.path = place.task(storage, partition, taskId);
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

    /** {@code direct} is to write past the page cache, where the output is on this machine. */
    PlannedFile createPlanned(String name, DirectIo direct) throws IOException {
        if (!created) {
            makeDirectory();
        }
        String target = storage.child(path, name);
        if (storage instanceof LocalStorage) {
            return new PlannedFile(this, Paths.get(target), null, target, direct);
        }
        Path spool = spoolDirectory.resolve("arrowquant-" + UUID.randomUUID() + ".spool");
        return new PlannedFile(this, spool, storage, target, DirectIo.OFF);
    }

    /** Says that all files of this attempt, perhaps made by another of these, are finished. */
    void declareFinished(byte[] record) throws IOException {
        requireJobAlive();
        FinishedAttempts.declare(storage, path, record);
        // Stores make directories as files come into being, which may have brought back one that was removed meanwhile.
        if (isJobOver() && !storage.exists(place.stoppedFile(storage))) {
            created = true;
            delete();
            throw jobOver(null);
        }
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
        if (isJobOver()) {
            throw jobOver(null);
        }
    }

    private boolean isJobOver() throws IOException {
        return !storage.exists(place.ownerFile(storage));
    }

    private IOException jobOver(Throwable cause) {
        return new IOException("The write this task belongs to has ended: " + place.path(storage) + " is gone", cause);
    }

    /** Deletes the directory, if there is one, and what a job that ended meanwhile could not take away. */
    void delete() throws IOException {
        if (!created) {
            return;
        }
        storage.delete(path);
        if (isJobOver()) {
            storage.deleteIfEmpty(place.path(storage));
            storage.deleteIfEmpty(place.temporary(storage));
            if (place.createsOutput()) {
                storage.deleteIfEmpty(place.output());
            }
        }
    }

    @Override
    public String toString() {
        return path;
    }
}
