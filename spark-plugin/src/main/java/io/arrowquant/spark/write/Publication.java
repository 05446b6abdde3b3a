package io.arrowquant.spark.write;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.arrowquant.storage.RangeReader;
import io.arrowquant.storage.Storage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The exchange of an output's files, by renaming, in three steps: additions, which nobody looks for yet, move in; files
 * that are replaced move out, into the staging area; arrivals move in, the one that makes the output whole last. A
 * journal in the staging area, written first, allows a later job to undo what a killed driver left half done.
 */
final class Publication {
    static final String JOURNAL = "publish.json";

    /** Exists once all that leaves has left. */
    private static final String ARRIVING_MARK = "arriving";

    private static final String REPLACED = "replaced";
    private static final Logger LOG = LoggerFactory.getLogger(Publication.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    /** A file of the staging area and its name in the output. */
    record Arrival(String name, String staged) {}

    /** What moves; names are unique within each list, and only arrivals may have names that leave. */
    record Moves(List<Arrival> additions, List<String> leaving, List<Arrival> arrivals) {}

    private final Storage storage;
    private final String output;
    private final String staging;
    private final Moves moves;
    private int additionsTried;
    private int arrivalsTried;

    Publication(Storage storage, String output, String staging, Moves moves) {
        this.storage = storage;
        this.output = output;
        this.staging = staging;
        this.moves = moves;
    }

    /** Carries everything out. After a failure {@link #undo} restores what was there before. */
    void run() throws IOException {
        writeJournal();
        for (Arrival addition : moves.additions()) {
            requireFree(addition);
            additionsTried++;
            move(addition.staged(), inOutput(addition.name()));
        }
        if (!moves.leaving().isEmpty()) {
            storage.makeDirectories(storage.child(staging, REPLACED));
        }
        for (String name : moves.leaving()) {
            move(inOutput(name), inReplaced(name));
        }
        storage.create(storage.child(staging, ARRIVING_MARK)).close();
        for (Arrival arrival : moves.arrivals()) {
            requireFree(arrival);
            arrivalsTried++;
            move(arrival.staged(), inOutput(arrival.name()));
        }
    }

    /**
     * Takes back what {@link #run} did. Where a move went wrong, what is there decides, not what was reported. Who is
     * interrupted here leaves to the next what can be undone once more.
     */
    void undo() throws IOException {
        for (int i = arrivalsTried - 1; i >= 0; i--) {
            storage.delete(inOutput(moves.arrivals().get(i).name()));
        }
        // With the mark, restored files would be taken for arrivals of the same names.
        storage.delete(storage.child(staging, ARRIVING_MARK));
        for (String name : moves.leaving()) {
            // Stores that copy and delete may have left both; then the original is whole.
            if (storage.exists(inReplaced(name)) && !storage.exists(inOutput(name))) {
                move(inReplaced(name), inOutput(name));
            }
        }
        for (int i = additionsTried - 1; i >= 0; i--) {
            storage.delete(inOutput(moves.additions().get(i).name()));
        }
        storage.delete(storage.child(staging, JOURNAL));
    }

    /** Undoes what a job that was killed left in its staging area, unless all its files had arrived. */
    static void undoInterrupted(Storage storage, String output, String staging) throws IOException {
        Publication interrupted = interrupted(storage, output, staging);
        if (interrupted != null) {
            LOG.info("Restoring the files of {} as they were before an interrupted write", output);
            interrupted.undo();
        }
    }

    /** Makes of the names of what an output has those of what it has when {@link #undoInterrupted} is done. */
    static void undoneNames(Storage storage, String output, String staging, Set<String> names) throws IOException {
        Publication interrupted = interrupted(storage, output, staging);
        if (interrupted != null) {
            interrupted.moves.additions().forEach(addition -> names.remove(addition.name()));
            if (interrupted.arrivalsTried > 0) {
                interrupted.moves.arrivals().forEach(arrival -> names.remove(arrival.name()));
            }
            for (String name : interrupted.moves.leaving()) {
                if (storage.exists(interrupted.inReplaced(name))) {
                    names.add(name);
                }
            }
        }
    }

    /** What a job that was killed has left half done in its staging area, or null. */
    private static Publication interrupted(Storage storage, String output, String staging) throws IOException {
        String journal = storage.child(staging, JOURNAL);
        Moves moves = storage.exists(journal) ? readJournal(storage, journal) : null;
        if (moves == null) {
            return null;
        }
        Publication interrupted = new Publication(storage, output, staging, moves);
        interrupted.additionsTried = moves.additions().size();
        if (storage.exists(storage.child(staging, ARRIVING_MARK))) {
            if (interrupted.hasArrived()) {
                return null;
            }
            interrupted.arrivalsTried = moves.arrivals().size();
        }
        return interrupted;
    }

    private boolean hasArrived() throws IOException {
        for (Arrival arrival : moves.arrivals()) {
            if (storage.exists(arrival.staged()) || !storage.exists(inOutput(arrival.name()))) {
                return false;
            }
        }
        return true;
    }

    /** Before it counts as tried: a file somebody else has put there must not fall to {@link #undo}. */
    private void requireFree(Arrival arrival) throws IOException {
        if (storage.exists(inOutput(arrival.name()))) {
            throw new FileAlreadyExistsException(inOutput(arrival.name()));
        }
    }

    private void move(String from, String to) throws IOException {
        try {
            storage.rename(from, to);
        } catch (IOException reported) {
            // The answer may have been lost on the way, rather than the request.
            if (storage.exists(from) || !storage.exists(to)) {
                throw reported;
            }
            LOG.info("{} did move to {}, though the store reported a failure", from, to, reported);
        }
    }

    private String inOutput(String name) {
        return storage.child(output, name);
    }

    private String inReplaced(String name) {
        return storage.child(storage.child(staging, REPLACED), name);
    }

    private void writeJournal() throws IOException {
        ObjectNode json = JSON.createObjectNode();
        write(json.putArray("additions"), moves.additions());
        ArrayNode leaving = json.putArray("leaving");
        for (String name : moves.leaving()) {
            leaving.add(name);
        }
        write(json.putArray("arrivals"), moves.arrivals());
        try (OutputStream out = storage.create(storage.child(staging, JOURNAL))) {
            out.write(json.toPrettyString().getBytes(StandardCharsets.UTF_8));
        }
    }

    private static void write(ArrayNode array, List<Arrival> arrivals) {
        for (Arrival arrival : arrivals) {
            array.addObject().put("name", arrival.name()).put("staged", arrival.staged());
        }
    }

    /** Null when the journal is incomplete: then nothing had been moved yet. */
    private static Moves readJournal(Storage storage, String journal) throws IOException {
        JsonNode json;
        try (RangeReader reader = storage.open(journal)) {
            byte[] text = new byte[Math.toIntExact(reader.size())];
            reader.readFully(0, text, 0, text.length);
            json = JSON.readTree(text);
        } catch (JacksonException incomplete) {
            return null;
        }
        List<String> leaving = new ArrayList<>();
        for (JsonNode name : json.path("leaving")) {
            leaving.add(name.asText());
        }
        return new Moves(read(json.path("additions")), leaving, read(json.path("arrivals")));
    }

    private static List<Arrival> read(JsonNode array) {
        List<Arrival> arrivals = new ArrayList<>();
        for (JsonNode entry : array) {
            arrivals.add(new Arrival(
                    entry.path("name").asText(), entry.path("staged").asText()));
        }
        return arrivals;
    }
}
