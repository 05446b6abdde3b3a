package io.arrowquant.spark.write;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.arrowquant.error.Printable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.time.Instant;
import java.util.Optional;

/**
 * Whose staging directory it is: the driver process and its application. Later jobs read it to tell what a dead job
 * left behind from what a living one is working on.
 *
 * @param processSpace the process id's name space, since containers of one host may share its name but not its ids
 * @param processStart when the process began, since systems use process ids again
 * @param started when the job began
 */
record StagingOwner(String host, String processSpace, long pid, long processStart, String applicationId, long started) {
    static final String FILE = "owner.json";
    static final String STOPPED_FILE = "stopped.json";

    /** Systems compute start times from a clock that may be set meanwhile. */
    private static final long START_TOLERANCE_MILLIS = 60_000;

    private static final ObjectMapper JSON = new ObjectMapper();

    /** What can be said of an owner from here. */
    enum Life {
        ALIVE,
        DEAD,
        /** It runs, or ran, where we cannot look. */
        UNKNOWN
    }

    /** This process, on behalf of an application. */
    static StagingOwner current(String applicationId) {
        ProcessHandle process = ProcessHandle.current();
        return new StagingOwner(
                hostName(),
                processSpaceName(),
                process.pid(),
                startOf(process),
                applicationId,
                System.currentTimeMillis());
    }

    Life life() {
        StagingOwner here = current("");
        if (!host.equals(here.host) || !processSpace.equals(here.processSpace)) {
            return Life.UNKNOWN;
        }
        Optional<ProcessHandle> process = ProcessHandle.of(pid);
        boolean runs = process.isPresent()
                && process.get().isAlive()
                && Math.abs(startOf(process.get()) - processStart) <= START_TOLERANCE_MILLIS;
        return runs ? Life.ALIVE : Life.DEAD;
    }

    boolean isThisProcess() {
        return pid == ProcessHandle.current().pid() && life() == Life.ALIVE;
    }

    byte[] toJson() {
        ObjectNode json = JSON.createObjectNode();
        json.put("host", host);
        json.put("process_space", processSpace);
        json.put("pid", pid);
        json.put("process_start", processStart);
        json.put("application_id", applicationId);
        json.put("started", started);
        return json.toPrettyString().getBytes(StandardCharsets.UTF_8);
    }

    /** The owner a file names; null when the file is damaged or was being written. */
    static StagingOwner parse(byte[] text) throws IOException {
        JsonNode json;
        try {
            json = JSON.readTree(text);
        } catch (JacksonException malformed) {
            return null;
        }
        if (!json.path("host").isTextual() || !json.path("pid").isIntegralNumber()) {
            return null;
        }
        return new StagingOwner(
                json.get("host").asText(),
                json.path("process_space").asText(),
                json.get("pid").asLong(),
                json.path("process_start").asLong(),
                json.path("application_id").asText(),
                json.path("started").asLong());
    }

    /** For messages: which job, where, since when. */
    String describe() {
        return "application " + Printable.text(applicationId) + " on host " + Printable.text(host) + " (process " + pid
                + "), started " + Instant.ofEpochMilli(started);
    }

    private static long startOf(ProcessHandle process) {
        return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException unnamed) {
            return "unknown";
        }
    }

    private static String processSpaceName() {
        Path link = Paths.get("/proc/self/ns/pid");
        try {
            return Files.isSymbolicLink(link) ? Files.readSymbolicLink(link).toString() : "";
        } catch (IOException unreadable) {
            return "";
        }
    }
}
