package io.arrowquant.spark.write;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.spark.write.Publication.Arrival;
import io.arrowquant.storage.Storage;
import io.arrowquant.storage.Storage.FileEntry;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A job's claim on its output directory, for jobs that make more than one write can: they stage a whole directory and
 * publish it at once. Closing a claim that was not published takes away everything the job made.
 */
public final class OutputClaim implements Closeable {
    /** The directory that becomes the output. Task attempts have names with a dash, so there is no clash. */
    private static final String STAGED = "output";

    private static final Logger LOG = LoggerFactory.getLogger(OutputClaim.class);

    private final StagingArea staging;
    private boolean open = true;

    private OutputClaim(StagingArea staging) {
        this.staging = staging;
    }

    /** A job's id, in the form that claims go by. */
    public static String newJobId() {
        return UUID.randomUUID().toString();
    }

    /** Claims an output for a job; refuses when another job is writing to it, and cleans up after dead ones. */
    public static OutputClaim of(Storage storage, String output, String jobId, String applicationId)
            throws IOException {
        return of(storage, output, jobId, applicationId, false);
    }

    /**
     * As above, for a job that goes on where dead ones stopped: {@link #finished} has what their tasks finished, and if
     * this claim is closed without being published, what is finished by then stays for the next.
     */
    public static OutputClaim resuming(Storage storage, String output, String jobId, String applicationId)
            throws IOException {
        return of(storage, output, jobId, applicationId, true);
    }

    private static OutputClaim of(Storage storage, String output, String jobId, String applicationId, boolean resumable)
            throws IOException {
        StagingArea staging = StagingArea.claim(storage, output, jobId, StagingOwner.current(applicationId), resumable);
        OutputClaim claim = new OutputClaim(staging);
        try {
            storage.makeDirectories(claim.directory());
        } catch (IOException | RuntimeException e) {
            claim.close();
            throw e;
        }
        return claim;
    }

    /** Where to write what is to become the output. */
    public String directory() {
        return staging.storage().child(staging.path(), STAGED);
    }

    /** Where tasks leave their files, for {@link #adopt} to take up. */
    public TaskStaging taskStaging(Configuration configuration) {
        return new TaskStaging(staging.place(), configuration);
    }

    /** What earlier jobs to this output finished, for a job that resumes. */
    public List<FinishedAttempt> finished() throws IOException {
        return FinishedAttempts.taken(staging.storage(), staging.path());
    }

    /** Declares what lies in the directory of an attempt finished, as tasks do by {@link TaskStaging#declareFinished}. */
    public void declareFinished(String attempt, byte[] record) throws IOException {
        FinishedAttempts.declare(staging.storage(), staging.storage().child(staging.path(), attempt), record);
    }

    /** Where a task attempt left a file; {@code attempt} is the name of its directory. */
    public String stagedFile(String attempt, String name) {
        return staging.attemptFile(attempt, name);
    }

    /** Makes a file that a task attempt left a part of what is to be published. */
    public void adopt(String attempt, String name, String path) throws IOException {
        staging.storage().rename(stagedFile(attempt, name), path);
    }

    /** Bytes that jobs before have left beside an output; whoever claims it gets them back, or uses them. */
    public static long bytesLeftBy(Storage storage, String output) throws IOException {
        String temporary = StagingPlace.temporary(storage, output);
        return storage.exists(temporary) ? bytesBelow(storage, temporary) : 0;
    }

    private static long bytesBelow(Storage storage, String directory) throws IOException {
        long bytes = 0;
        for (FileEntry entry : storage.list(directory)) {
            bytes += entry.directory() ? bytesBelow(storage, entry.path()) : entry.size();
        }
        return bytes;
    }

    /**
     * What a directory holds beside the staging areas of jobs. Hidden entries belong to somebody else, but for the
     * checksums that Hadoop keeps beside local files.
     */
    public static List<String> entries(Storage storage, String output) throws IOException {
        List<String> names = new ArrayList<>();
        for (FileEntry entry : storage.list(output)) {
            boolean checksum = entry.name().startsWith(".") && entry.name().endsWith(".crc");
            boolean hidden = entry.name().startsWith(".") && !checksum;
            if (!hidden && !entry.name().equals(StagingPlace.TEMPORARY)) {
                names.add(entry.name());
            }
        }
        return names;
    }

    /** The same, once what a job that was killed has published half is undone: whoever claims the output does that. */
    public static List<String> entriesWhenClaimed(Storage storage, String output) throws IOException {
        Set<String> names = new TreeSet<>(entries(storage, output));
        String temporary = StagingPlace.temporary(storage, output);
        if (storage.exists(temporary)) {
            for (FileEntry area : Leftovers.areas(storage, output)) {
                Publication.undoneNames(storage, output, area.path(), names);
            }
        }
        return List.copyOf(names);
    }

    /**
     * Clears away what dead jobs have left beside an output that is complete, which nobody has to be able to write to. What
     * belongs to a job that may be at work stays.
     */
    public static void clearLeftovers(Storage storage, String output) {
        String temporary = StagingPlace.temporary(storage, output);
        try {
            if (storage.exists(temporary)) {
                of(storage, output, newJobId(), "").close();
            }
        } catch (InvalidRequestException | IOException reason) {
            LOG.info("What lies in {} stays", temporary, reason);
        }
    }

    /**
     * Lets everything staged appear in the output; what was there goes, once the new files are complete beside it.
     *
     * @param last the file whose presence tells readers that the output is whole
     */
    public synchronized void publish(String last) throws IOException {
        Storage storage = staging.storage();
        List<Arrival> arrivals = new ArrayList<>();
        for (FileEntry entry : storage.list(directory())) {
            if (!entry.name().equals(last)) {
                arrivals.add(new Arrival(entry.name(), entry.path()));
            }
        }
        arrivals.add(new Arrival(last, storage.child(directory(), last)));
        List<String> leaving = entries(storage, staging.output());
        staging.exchange(new Publication.Moves(List.of(), leaving, arrivals));
        open = false;
        staging.release();
    }

    /** Whether this claim has been neither published nor closed. */
    public synchronized boolean isOpen() {
        return open;
    }

    @Override
    public synchronized void close() {
        if (open) {
            open = false;
            staging.abandon();
        }
    }
}
