package io.arrowquant.spark.write;

import io.arrowquant.spark.write.Publication.Arrival;
import io.arrowquant.storage.Storage;
import io.arrowquant.storage.Storage.FileEntry;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;

/**
 * A job's claim on its output directory, for jobs that make more than one write can: they stage a whole directory and
 * publish it at once. Closing a claim that was not published takes away everything the job made.
 */
public final class OutputClaim implements Closeable {
    /** The directory that becomes the output. Task attempts have names with a dash, so there is no clash. */
    private static final String STAGED = "output";

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
        StagingArea staging = StagingArea.claim(storage, output, jobId, StagingOwner.current(applicationId));
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

    /** Makes a file that a task attempt left a part of what is to be published. */
    public void adopt(int partition, long taskId, String name, String path) throws IOException {
        staging.storage().rename(staging.taskFile(partition, taskId, name), path);
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

    @Override
    public synchronized void close() {
        if (open) {
            open = false;
            staging.abandon();
        }
    }
}
