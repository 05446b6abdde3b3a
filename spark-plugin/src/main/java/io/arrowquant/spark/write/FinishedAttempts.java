package io.arrowquant.spark.write;

import io.arrowquant.storage.RangeReader;
import io.arrowquant.storage.Storage;
import io.arrowquant.storage.Storage.FileEntry;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directories of a staging area in which a task attempt finished all it had to make. A record beside the files, written
 * last, says so and what they are. A job that stopped can leave such directories to the next one, which moves them into
 * its own area.
 */
final class FinishedAttempts {
    /** Under these names a job has what earlier ones finished; its own attempts have numbers alone. */
    private static final String TAKEN = "taken-";

    private static final String RECORD = "finished.json";
    private static final Pattern DIRECTORY = Pattern.compile("(\\d+|taken)-\\d+");

    /** Larger ones would be of more tensors than a file may have. */
    private static final long LARGEST_RECORD = 256L << 20;

    private static final Logger LOG = LoggerFactory.getLogger(FinishedAttempts.class);

    private FinishedAttempts() {}

    /** Declares the files of an attempt finished. */
    static void declare(Storage storage, String directory, byte[] record) throws IOException {
        try (OutputStream out = storage.create(storage.child(directory, RECORD))) {
            out.write(record);
        }
    }

    static boolean isFinished(Storage storage, FileEntry entry) throws IOException {
        return entry.directory()
                && DIRECTORY.matcher(entry.name()).matches()
                && storage.exists(storage.child(entry.path(), RECORD));
    }

    /** Moves what is finished in one area to another. */
    static void take(Storage storage, String from, String to) throws IOException {
        int next = 0;
        for (FileEntry entry : storage.list(to)) {
            next += entry.name().startsWith(TAKEN) ? 1 : 0;
        }
        for (FileEntry entry : storage.list(from)) {
            if (isFinished(storage, entry)) {
                LOG.info("Taking over {}", entry.path());
                storage.rename(entry.path(), storage.child(to, TAKEN + next++));
            }
        }
    }

    /** What an area has of earlier jobs. */
    static List<FinishedAttempt> taken(Storage storage, String area) throws IOException {
        List<FinishedAttempt> taken = new ArrayList<>();
        for (FileEntry entry : storage.list(area)) {
            if (entry.name().startsWith(TAKEN) && isFinished(storage, entry)) {
                try (RangeReader reader = storage.open(storage.child(entry.path(), RECORD))) {
                    if (reader.size() <= LARGEST_RECORD) {
                        taken.add(new FinishedAttempt(entry.name(), reader.readAll()));
                    }
                }
            }
        }
        return taken;
    }
}
