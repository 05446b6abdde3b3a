package io.arrowquant.spark.job;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.arrowquant.spark.metrics.PartitionRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What lies beside a finished portion of a table, so that another job can go on from there.
 *
 * @param work the fingerprint of what it was made of
 * @param records what its tasks did
 */
record FinishedPortion(String work, List<File> files, List<PartitionRecord> records) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Logger LOG = LoggerFactory.getLogger(FinishedPortion.class);

    /** A file, with its CRC32C. */
    record File(String name, long bytes, int checksum) {}

    byte[] toJson() {
        ObjectNode json = JSON.createObjectNode();
        json.put("work", work);
        ArrayNode listed = json.putArray("files");
        for (File file : files) {
            listed.addObject()
                    .put("name", file.name())
                    .put("bytes", file.bytes())
                    .put("crc32c", file.checksum());
        }
        ArrayNode texts = json.putArray("records");
        records.forEach(record -> texts.add(record.serialize()));
        try {
            return JSON.writeValueAsBytes(json);
        } catch (JacksonException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /** Null for what was not written to its end, or says something else. */
    static FinishedPortion parse(byte[] text) {
        try {
            JsonNode json = JSON.readTree(text);
            List<File> files = new ArrayList<>();
            for (JsonNode file : json.required("files")) {
                files.add(new File(
                        file.required("name").asText(),
                        file.required("bytes").asLong(),
                        file.required("crc32c").asInt()));
            }
            List<PartitionRecord> records = new ArrayList<>();
            for (JsonNode record : json.required("records")) {
                records.add(PartitionRecord.deserialize(record.asText()));
            }
            return new FinishedPortion(json.required("work").asText(), List.copyOf(files), List.copyOf(records));
        } catch (IOException | RuntimeException damaged) {
            LOG.info("A record of a finished portion cannot be read", damaged);
            return null;
        }
    }
}
