package io.arrowquant.spark.write;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.Printable;
import io.arrowquant.storage.RangeReader;
import io.arrowquant.storage.Storage;
import io.arrowquant.storage.Storage.FileEntry;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The staging areas a new job finds beside its own. Those of dead jobs are removed; a half-done exchange of old files
 * for new ones is undone before, and a job that resumes takes over what is finished in them. Others mean that somebody is
 * at work here, and the new job is refused.
 */
final class Leftovers {
    private static final Logger LOG = LoggerFactory.getLogger(Leftovers.class);
    private static final Duration PATIENCE = Duration.ofHours(24);
    private static final int LARGEST_OWNER_FILE = 64 * 1024;

    /** Query ids are UUIDs; other directories below _temporary are not ours. */
    private static final Pattern QUERY_ID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    private final Storage storage;
    private final String output;
    private final String ownQueryId;
    private final String takenTo;
    private final long oldBefore = Instant.now().minus(PATIENCE).toEpochMilli();

    /** {@code takenTo} is the area that what dead jobs have finished goes to, or null. */
    Leftovers(Storage storage, String output, String ownQueryId, String takenTo) {
        this.storage = storage;
        this.output = output;
        this.ownQueryId = ownQueryId;
        this.takenTo = takenTo;
    }

    void clear() throws IOException {
        List<FileEntry> dead = new ArrayList<>();
        for (FileEntry area : areas(storage, output)) {
            if (!area.name().equals(ownQueryId) && isDead(area)) {
                dead.add(area);
            }
        }
        // Only now that nobody else is at it: of two jobs that start at once, none takes what the other is taking.
        for (FileEntry area : dead) {
            LOG.info("Removing what a dead job left in {}", area.path());
            Publication.undoInterrupted(storage, output, area.path());
            if (takenTo != null) {
                FinishedAttempts.take(storage, area.path(), takenTo);
            }
            StagingArea.remove(storage, area.path());
        }
    }

    /** The areas of all jobs, where there are any. */
    static List<FileEntry> areas(Storage storage, String output) throws IOException {
        List<FileEntry> areas = new ArrayList<>();
        for (FileEntry area : storage.list(StagingPlace.temporary(storage, output))) {
            if (area.directory() && QUERY_ID.matcher(area.name()).matches()) {
                areas.add(area);
            }
        }
        return areas;
    }

    /** False for areas of no consequence; an error when a job may be alive. */
    private boolean isDead(FileEntry area) throws IOException {
        if (storage.exists(storage.child(area.path(), StagingOwner.STOPPED_FILE))) {
            return true;
        }
        String ownerFile = storage.child(area.path(), StagingOwner.FILE);
        if (!storage.exists(ownerFile)) {
            // A late task of a job that has ended made this; it may still be at it.
            return newestFile(area) < oldBefore;
        }
        StagingOwner owner = read(ownerFile);
        StagingOwner.Life life = owner == null ? StagingOwner.Life.UNKNOWN : owner.life();
        boolean dead = switch (life) {
            case DEAD -> true;
            case ALIVE -> owner.isThisProcess() && !StagingArea.isRunning(area.name());
            case UNKNOWN -> (owner == null || owner.started() < oldBefore) && newestFile(area) < oldBefore;
        };
        if (!dead) {
            throw new InvalidRequestException(
                    "Another job is writing to '" + Printable.text(output) + "': "
                            + (owner == null ? "an unknown one" : owner.describe()),
                    "Wait until it is done. If it no longer runs, delete " + area.path()
                            + (takenTo == null
                                    ? ""
                                    : " or, to go on with what it has finished, rename " + StagingOwner.FILE
                                            + " in it to " + StagingOwner.STOPPED_FILE));
        }
        return true;
    }

    private StagingOwner read(String file) throws IOException {
        try (RangeReader reader = storage.open(file)) {
            byte[] text = new byte[(int) Math.min(reader.size(), LARGEST_OWNER_FILE)];
            reader.readFully(0, text, 0, text.length);
            return StagingOwner.parse(text);
        }
    }

    /** When something was last written there. Only files count: object stores make up the times of directories. */
    private long newestFile(FileEntry directory) throws IOException {
        long newest = 0;
        try {
            for (FileEntry child : storage.list(directory.path())) {
                newest = Math.max(newest, child.directory() ? newestFile(child) : child.modifiedMillis());
            }
        } catch (FileNotFoundException | NoSuchFileException goneMeanwhile) {
            return Long.MAX_VALUE; // Somebody is at it this very moment.
        }
        return newest;
    }
}
