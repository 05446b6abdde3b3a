package io.arrowquant.spark.write;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.Printable;
import io.arrowquant.error.ResourceException;
import io.arrowquant.storage.Storage;
import io.arrowquant.storage.Storage.FileEntry;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A job's own directory below its output, {@code _temporary/<query id>}: all it writes goes there first. On the driver,
 * an area is claimed when the job starts and goes away when it ends, with everything the job made and nothing else.
 */
final class StagingArea {
    /** What the driver itself stages. */
    private static final String DRIVER = "driver";

    private static final long PAUSE_MILLIS = 200;

    private static final int ATTEMPTS_TO_MARK = 3;

    private static final Logger LOG = LoggerFactory.getLogger(StagingArea.class);

    /** The ids of this process's running jobs. */
    private static final Set<String> RUNNING = ConcurrentHashMap.newKeySet();

    /** Jobs of this process start one at a time on an output; a few on different outputs wait for each other, too. */
    private static final Object[] STARTING = new Object[64];

    static {
        for (int i = 0; i < STARTING.length; i++) {
            STARTING[i] = new Object();
        }
    }

    private final Storage storage;
    private final StagingPlace place;
    private final String path;
    private final boolean resumable;
    private boolean kept;

    private StagingArea(Storage storage, StagingPlace place, boolean resumable) {
        this.storage = storage;
        this.place = place;
        this.resumable = resumable;
        this.path = place.path(storage);
    }

    /**
     * Makes the area, after what dead jobs left there is undone and removed. Refuses when another job may be alive. Two
     * jobs that start at the same moment on two hosts may refuse each other; they never both go on.
     */
    static StagingArea claim(Storage storage, String output, String queryId, StagingOwner owner) throws IOException {
        return claim(storage, output, queryId, owner, false);
    }

    /** {@code resumable} is to take over what dead jobs have finished, and to leave it to the next one in turn. */
    static StagingArea claim(Storage storage, String output, String queryId, StagingOwner owner, boolean resumable)
            throws IOException {
        synchronized (STARTING[Math.floorMod(output.hashCode(), STARTING.length)]) {
            boolean exists = storage.exists(output);
            if (exists && !storage.status(output).directory()) {
                throw new InvalidRequestException(
                        "The output '" + Printable.text(output) + "' is a file", "Name a directory to write to");
            }
            StagingArea area = new StagingArea(storage, new StagingPlace(output, queryId, !exists), resumable);
            RUNNING.add(queryId);
            try {
                // Marked before looking at others: of two jobs at least one sees the other.
                area.mark(owner.toJson());
                new Leftovers(storage, output, queryId, resumable ? area.path : null).clear();
            } catch (IOException | RuntimeException e) {
                area.abandon();
                throw e;
            }
            return area;
        }
    }

    /** Tries again: a late task of a job that has just ended may take the empty directories away in the middle of it. */
    private void mark(byte[] owner) throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                writeFile(place.ownerFile(storage), owner);
                return;
            } catch (IOException e) {
                if (attempt == ATTEMPTS_TO_MARK) {
                    throw e;
                }
                LOG.info("Could not begin to write to {}, trying again: {}", path, e.toString());
                pause();
                storage.delete(path);
            }
        }
    }

    static boolean isRunning(String queryId) {
        return RUNNING.contains(queryId);
    }

    Storage storage() {
        return storage;
    }

    StagingPlace place() {
        return place;
    }

    String output() {
        return place.output();
    }

    String queryId() {
        return place.queryId();
    }

    String path() {
        return path;
    }

    /** Where a task attempt left a file. */
    String taskFile(int partition, long taskId, String name) {
        return attemptFile(StagingPlace.attempt(partition, taskId), name);
    }

    /** A file in the directory of an attempt, of this job or taken over from another. */
    String attemptFile(String directory, String name) {
        return storage.child(storage.child(path, directory), name);
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
        Publication publication = new Publication(storage, place.output(), path, moves);
        // Until it is clear how things stand, and for good when not even an exception handler gets to run.
        kept = true;
        try {
            publication.run();
        } catch (IOException | RuntimeException failure) {
            try {
                publication.undo();
            } catch (IOException | RuntimeException unclear) {
                failure.addSuppressed(unclear);
                throw new ResourceException(
                        "Publishing to '" + Printable.text(place.output())
                                + "' failed, and so did restoring what was there:"
                                + " whether the output is complete is unknown",
                        "Nothing was deleted. The output is complete when it holds every file that "
                                + storage.child(path, Publication.JOURNAL)
                                + " lists under arrivals and additions; replaced files are kept beside that file. The"
                                + " next write to this output restores the state before, unless it is complete",
                        failure);
            }
            kept = false;
            throw failure;
        }
        kept = false;
    }

    /** The job is done; its output does not depend on the area any more, so failures are only logged. */
    void release() {
        RUNNING.remove(place.queryId());
        sweep();
    }

    /**
     * The job failed: the area goes, and the output directory if this job made it. Tasks that still run may write until
     * Spark has stopped them, hence the second look.
     */
    void abandon() {
        RUNNING.remove(place.queryId());
        if (kept) {
            LOG.warn("Kept {}: it is needed to find out whether the write to {} is complete", path, place.output());
            return;
        }
        if (resumable && leaveFinished()) {
            return;
        }
        sweep();
        if (stillThere()) {
            pause();
            sweep();
        }
        if (place.createsOutput()) {
            logged(place.output(), () -> storage.deleteIfEmpty(place.output()));
        }
    }

    /** Sweeps all but what tasks have finished; false when there is nothing of the kind. */
    private boolean leaveFinished() {
        try {
            List<FileEntry> other = new ArrayList<>();
            int finished = 0;
            for (FileEntry entry : storage.list(path)) {
                if (FinishedAttempts.isFinished(storage, entry)) {
                    finished++;
                } else {
                    other.add(entry);
                }
            }
            if (finished == 0) {
                return false;
            }
            // The mark first: without it tasks that still run give up.
            storage.rename(place.ownerFile(storage), place.stoppedFile(storage));
            for (FileEntry entry : other) {
                if (!entry.name().equals(StagingOwner.FILE)) {
                    storage.delete(entry.path());
                }
            }
        } catch (IOException | RuntimeException e) {
            LOG.warn("Could not tidy up {}; the next job to this output does", path, e);
        }
        return true;
    }

    private void sweep() {
        logged(path, () -> remove(storage, path));
        String temporary = place.temporary(storage);
        logged(temporary, () -> storage.deleteIfEmpty(temporary));
    }

    /**
     * Removes an area. That its job is over is the last that is forgotten: of an area without any mark nobody could tell,
     * should this be interrupted.
     */
    static void remove(Storage storage, String area) throws IOException {
        if (!storage.exists(area)) {
            return;
        }
        String owner = storage.child(area, StagingOwner.FILE);
        String stopped = storage.child(area, StagingOwner.STOPPED_FILE);
        if (storage.exists(owner) && !storage.exists(stopped)) {
            storage.rename(owner, stopped);
        }
        for (FileEntry entry : storage.list(area)) {
            if (!entry.name().equals(StagingOwner.STOPPED_FILE)) {
                storage.delete(entry.path());
            }
        }
        storage.delete(area);
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
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
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
