package io.arrowquant.spark.job;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.MalformedFileException;
import io.arrowquant.error.Printable;
import io.arrowquant.json.JsonProblem;
import io.arrowquant.spark.metrics.PartitionRecord;
import io.arrowquant.storage.Crc32c;
import io.arrowquant.storage.RangeReader;
import io.arrowquant.storage.Storage;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Reads and writes {@code arrowquant.json}. What is read comes from somebody else and is checked. */
final class ReportFile {
    private static final long LARGEST = 512L << 20;
    private static final String DAMAGED = "The output is damaged: make it again";
    private static final ObjectMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private ReportFile() {}

    static byte[] bytes(Report report) {
        try {
            return (JSON.writeValueAsString(report) + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    static ObjectNode json(Report report) {
        return JSON.valueToTree(report);
    }

    /** One line for each task. */
    static byte[] metrics(List<PartitionRecord> records) {
        StringBuilder lines = new StringBuilder();
        for (PartitionRecord record : records) {
            lines.append(record.toJson()).append('\n');
        }
        return lines.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Writes a file of an output and gives its entry in the report. */
    static Report.OutputFile write(Storage storage, String directory, String name, byte[] content, String role)
            throws IOException {
        try (OutputStream out = storage.create(CarriedFiles.resolve(storage, directory, name))) {
            out.write(content);
        }
        return new Report.OutputFile(name, content.length, Crc32c.text(Crc32c.of(content)), role);
    }

    static boolean exists(Storage storage, String directory) throws IOException {
        return storage.exists(directory)
                && storage.status(directory).directory()
                && storage.exists(storage.child(directory, Report.NAME));
    }

    /** The report of an output; its absence and its damages are errors. */
    static Report read(Storage storage, String directory) throws IOException {
        if (!storage.exists(directory)) {
            throw new InvalidRequestException(
                    "Path does not exist: " + Printable.text(directory), "Check the path and the file system it is on");
        }
        if (!exists(storage, directory)) {
            throw new InvalidRequestException(
                    "'" + Printable.text(directory) + "' holds no " + Report.NAME,
                    "Name the output directory of an ArrowQuant job");
        }
        String path = storage.child(directory, Report.NAME);
        Report report;
        try {
            report = JSON.readValue(content(storage, path), Report.class);
        } catch (JacksonException malformed) {
            throw new MalformedFileException(
                    path,
                    malformed.getLocation() == null
                            ? MalformedFileException.NO_OFFSET
                            : malformed.getLocation().getByteOffset(),
                    null,
                    "it is not the JSON of a report: " + JsonProblem.of(malformed),
                    DAMAGED,
                    malformed);
        }
        check(path, report);
        return report;
    }

    private static byte[] content(Storage storage, String path) throws IOException {
        try (RangeReader reader = storage.open(path)) {
            if (reader.size() > LARGEST) {
                throw MalformedFileException.ofFile(
                        path, "it has " + reader.size() + " bytes, more than the limit of " + LARGEST, DAMAGED);
            }
            return reader.readAll();
        }
    }

    private static void check(String path, Report report) {
        if (report == null || !Report.FORMAT.equals(report.format())) {
            throw MalformedFileException.ofFile(path, "it is no report of ArrowQuant", DAMAGED);
        }
        if (report.formatVersion() > Report.FORMAT_VERSION) {
            throw new InvalidRequestException(
                    "'" + Printable.text(path) + "' has format version " + report.formatVersion()
                            + ", but this ArrowQuant knows versions up to " + Report.FORMAT_VERSION,
                    "Use a newer ArrowQuant");
        }
        boolean complete = report.layout() != null && report.tensors() != null && report.files() != null;
        if (complete) {
            for (Report.Tensor tensor : report.tensors()) {
                complete &= tensor.layerName() != null
                        && tensor.file() != null
                        && tensor.dtype() != null
                        && tensor.shape() != null
                        && tensor.scheme() != null
                        && tensor.crc32c() != null
                        && tensor.outputFiles() != null;
            }
            for (Report.OutputFile file : report.files()) {
                complete &= file.name() != null && file.crc32c() != null && file.role() != null;
            }
        }
        if (!complete) {
            throw MalformedFileException.ofFile(path, "entries are missing in it", DAMAGED);
        }
    }
}
