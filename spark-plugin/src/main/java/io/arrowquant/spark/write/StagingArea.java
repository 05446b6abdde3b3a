package io.arrowquant.spark.write;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.Printable;
import io.arrowquant.error.ResourceException;
import io.arrowquant.storage.LocalStorage;
import io.arrowquant.storage.Storage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A job's own directory below its output, {@code _temporary/<query id>}: all it writes goes there first. On the driver,
 * an area is claimed when the job starts and goes away when it ends, with everything the job made and nothing else.
 */
final class StagingArea {
    static final String TEMPORARY = "_temporary";

    /** What the driver itself stages. */
    private static final String DRIVER = "driver";

    private static final long PAUSE_BEFORE_SECOND_SWEEP_MILLIS = 200;

    private static final Logger LOG = LoggerFactory.getLogger(StagingArea.class);

    /** The ids of this process's running jobs. */
    private static final Set<String> RUNNING = ConcurrentHashMap.newKeySet();

    private final Storage storage;
    private final String output;
    private final String queryId;
    private final boolean createdOutput;
    private final String path;
    private boolean kept;

    private StagingArea(Storage storage, String output, String queryId, boolean createdOutput) {
        this.storage = storage;
        this.output = output;
        this.queryId = queryId;
        this.createdOutput = createdOutput;
        this.path = storage.child(temporary(storage, output), queryId);
    }

    /**
     * Makes the area, after what dead jobs left there is undone and removed. Refuses when another job may be alive. Two
     * jobs that start at the same moment on two hosts may refuse each other; they never both go on.
     */
    static StagingArea claim(Storage storage, String output, String queryId, StagingOwner owner) throws IOException {
        // One at a time in a process, so that of two sessions the first goes on.
        synchronized (RUNNING) {
            boolean exists = storage.exists(output);
            if (exists && !storage.status(output).directory()) {
                throw new InvalidRequestException(
                        "The output '" + Printable.text(output) + "' is a file", "Name a directory to write to");
            }
            StagingArea area = new StagingArea(storage, output, queryId, !exists);
            RUNNING.add(queryId);
            try {
                // Marked before looking at others: of two jobs at least one sees the other.
                area.writeFile(storage.child(area.path, StagingOwner.FILE), owner.toJson());
                new Leftovers(storage, output, queryId).clear();
            } catch (IOException | RuntimeException e) {
                area.abandon();
                throw e;
            }
            return area;
        }
    }

    static boolean isRunning(String queryId) {
        return RUNNING.contains(queryId);
    }

    static String temporary(Storage storage, String output) {
        return storage.child(output, TEMPORARY);
    }

    Storage storage() {
        return storage;
    }

    String output() {
        return output;
    }

    String queryId() {
        return queryId;
    }

    String path() {
        return path;
    }

    /** Where a task attempt left a file. */
    String taskFile(int partition, long taskId, String name) {
        return storage.child(storage.child(path, partition + "-" + taskId), name);
    }

    /** A file the driver stages under the name it will have. */
    String driverFile(String name) {
        return storage.child(storage.child(path, DRIVER), name);
    }

    void writeFile(String file, byte[] content) throws IOException {
        try (OutputStream out = storage.create(file)) {
            out.write(content);
        }
    }

    /** Publishes what is staged. After a failure the output is as before; when even that is unclear, all is kept. */
    void exchange(Publication.Moves moves) throws IOException {
        Publication publication = new Publication(storage, output, path, moves);
        // Until it is clear how things stand, and for good when not even an exception handler gets to run.
        keep(true);
        try {
            publication.run();
        } catch (IOException | RuntimeException failure) {
            try {
                publication.undo();
            } catch (IOException | RuntimeException unclear) {
                failure.addSuppressed(unclear);
                throw new ResourceException(
                        "Publishing to '" + Printable.text(output)
                                + "' failed, and so did restoring what was there:"
                                + " whether the output is complete is unknown",
                        "Nothing was deleted. The output is complete when it holds every file that "
                                + storage.child(path, Publication.JOURNAL)
                                + " lists under arrivals and additions; replaced files are kept beside that file. The"
                                + " next write to this output restores the state before, unless it is complete",
                        failure);
            }
            keep(false);
            throw failure;
        }
        keep(false);
    }

    /** While true, {@link #abandon} deletes nothing: the area holds what is needed to find out what happened. */
    void keep(boolean wanted) {
        kept = wanted;
    }

    /** The job is done; its output does not depend on the area any more, so failures are only logged. */
    void release() {
        RUNNING.remove(queryId);
        sweep();
    }

    /**
     * The job failed: the area goes, and the output directory if this job made it. Tasks that still run may write until
     * Spark has stopped them, hence the second look.
     */
    void abandon() {
        RUNNING.remove(queryId);
        if (kept) {
            LOG.warn("Kept {}: it is needed to find out whether the write to {} is complete", path, output);
            return;
        }
        sweep();
        if (stillThere()) {
            pause();
            sweep();
        }
        if (createdOutput) {
            logged(output, () -> deleteIfEmpty(storage, output));
        }
    }

    private void sweep() {
        logged(path, () -> storage.delete(path));
        String temporary = temporary(storage, output);
        logged(temporary, () -> deleteIfEmpty(storage, temporary));
    }

    private boolean stillThere() {
        try {
            return storage.exists(path);
        } catch (IOException e) {
            LOG.warn("Could not look for {}", path, e);
            return true;
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_BEFORE_SECOND_SWEEP_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Deletes a directory unless something is in it or it does not exist. */
    static void deleteIfEmpty(Storage storage, String directory) throws IOException {
        if (storage instanceof LocalStorage) {
            try {
                Files.deleteIfExists(Paths.get(directory));
            } catch (DirectoryNotEmptyException inUse) {
                LOG.debug("{} is not empty", directory);
            }
        } else if (storage.exists(directory) && storage.list(directory).isEmpty()) {
            storage.delete(directory);
        }
    }

    /** Clean-up that must not hide the error it follows, nor undo a success. */
    private interface CleanUp {
        void run() throws IOException;
    }

    private static void logged(String path, CleanUp cleanUp) {
        try {
            cleanUp.run();
        } catch (IOException | RuntimeException e) {
            LOG.warn("Could not delete {}; it can be deleted by hand", path, e);
        }
    }
}
