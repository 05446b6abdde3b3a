package io.arrowquant.spark.convert;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.arrowquant.spark.metrics.PartitionRecord;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a task attempt leaves beside a file it has finished, so that another job can go on from there.
 *
 * @param work the fingerprint of the task's work
 * @param output which of the outputs the file is for
 * @param record what the task did, the same beside each of its files
 */
public record FinishedFile(String work, int output, ConvertedFile file, PartitionRecord record) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Logger LOG = LoggerFactory.getLogger(FinishedFile.class);

    byte[] toJson() {
        ObjectNode json = JSON.createObjectNode();
        json.put("work", work);
        json.put("output", output);
        json.put("bytes", file.bytes());
        json.put("crc32c", file.checksum());
        ArrayNode tensors = json.putArray("tensors");
        for (ConvertedTensor tensor : file.tensors()) {
            ArrayNode parts = tensors.addArray();
            for (ConvertedTensor.Output part : tensor.outputs()) {
                ObjectNode described = parts.addObject();
                described.put("name", part.name());
                described.put("dtype", part.dtype().name());
                described.set("shape", JSON.valueToTree(part.shape().toArray()));
                described.put("crc32c", part.checksum());
            }
        }
        json.put("record", record.serialize());
        try {
            return JSON.writeValueAsBytes(json);
        } catch (JacksonException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /** What a file says that a dead task may not have written to its end: null when it is not whole. */
    public static FinishedFile parse(byte[] text) {
        try {
            JsonNode json = JSON.readTree(text);
            List<ConvertedTensor> tensors = new ArrayList<>();
            for (JsonNode tensor : json.required("tensors")) {
                tensors.add(tensor(tensor));
            }
            return new FinishedFile(
                    json.required("work").asText(),
                    json.required("output").asInt(),
                    new ConvertedFile(
                            0,
                            "",
                            json.required("bytes").asLong(),
                            json.required("crc32c").asInt(),
                            List.copyOf(tensors)),
                    PartitionRecord.deserialize(json.required("record").asText()));
        } catch (IOException | RuntimeException damaged) {
            LOG.info("A record of a finished file cannot be read", damaged);
            return null;
        }
    }

    private static ConvertedTensor tensor(JsonNode json) {
        List<ConvertedTensor.Output> parts = new ArrayList<>();
        for (JsonNode part : json) {
            long[] shape = new long[part.required("shape").size()];
            for (int i = 0; i < shape.length; i++) {
                shape[i] = part.get("shape").get(i).asLong();
            }
            parts.add(new ConvertedTensor.Output(
                    part.required("name").asText(),
                    DataType.of(part.required("dtype").asText()),
                    Shape.of(shape),
                    part.required("crc32c").asInt()));
        }
        return new ConvertedTensor(List.copyOf(parts));
    }
}
