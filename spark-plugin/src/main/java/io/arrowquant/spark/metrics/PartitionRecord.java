package io.arrowquant.spark.metrics;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What one task did.
 *
 * @param queryId the SQL execution, or the job, that the task belongs to
 * @param tensors tensors begun in this partition: one that spans partitions counts where its first element lies
 * @param parameters elements read
 * @param readMs time in reading, of {@code totalMs} from the first use of the plugin in the task to its end
 * @param peakMemoryBytes the most that Arrow buffers and tiles of the task took at once
 * @param nonFinite values replaced because they were NaN or infinite
 * @param worstCosine the lowest cosine of a layer in this partition, or NaN when quality was not measured
 * @param layers error statistics for each layer, serialized, when quality was measured
 */
public record PartitionRecord(
        String queryId,
        int stage,
        int stageAttempt,
        int partition,
        int attempt,
        String executor,
        String host,
        long tensors,
        long parameters,
        long bytesRead,
        long bytesWritten,
        double readMs,
        double quantizeMs,
        double writeMs,
        double totalMs,
        long peakMemoryBytes,
        long gcMs,
        long nonFinite,
        double worstCosine,
        Map<String, byte[]> layers) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** The record without the statistics of its layers, as users see it. */
    public ObjectNode toJson() {
        ObjectNode json = JSON.createObjectNode();
        json.put("query_id", queryId);
        json.put("stage", stage);
        json.put("stage_attempt", stageAttempt);
        json.put("partition", partition);
        json.put("attempt", attempt);
        json.put("executor", executor);
        json.put("host", host);
        json.put("tensors", tensors);
        json.put("parameters", parameters);
        json.put("bytes_read", bytesRead);
        json.put("bytes_written", bytesWritten);
        json.put("read_ms", readMs);
        json.put("quantize_ms", quantizeMs);
        json.put("write_ms", writeMs);
        json.put("total_ms", totalMs);
        json.put("peak_memory_bytes", peakMemoryBytes);
        json.put("gc_ms", gcMs);
        json.put("non_finite", nonFinite);
        if (Double.isNaN(worstCosine)) {
            json.putNull("worst_cosine");
        } else {
            json.put("worst_cosine", worstCosine);
        }
        return json;
    }

    /** The whole record as text. */
    public String serialize() {
        ObjectNode json = toJson();
        if (!layers.isEmpty()) {
            ObjectNode encoded = json.putObject("layers");
            for (Map.Entry<String, byte[]> layer : layers.entrySet()) {
                encoded.put(layer.getKey(), Base64.getEncoder().encodeToString(layer.getValue()));
            }
        }
        return json.toString();
    }

    /** A record from what {@link #serialize} made of it. */
    public static PartitionRecord deserialize(String text) {
        JsonNode json;
        try {
            json = JSON.readTree(text);
        } catch (JsonProcessingException malformed) {
            throw new UncheckedIOException(malformed);
        }
        Map<String, byte[]> layers = new LinkedHashMap<>();
        JsonNode encoded = json.path("layers");
        encoded.fieldNames()
                .forEachRemaining(name -> layers.put(
                        name, Base64.getDecoder().decode(encoded.get(name).asText())));
        JsonNode cosine = json.get("worst_cosine");
        return new PartitionRecord(
                json.get("query_id").asText(),
                json.get("stage").asInt(),
                json.get("stage_attempt").asInt(),
                json.get("partition").asInt(),
                json.get("attempt").asInt(),
                json.get("executor").asText(),
                json.get("host").asText(),
                json.get("tensors").asLong(),
                json.get("parameters").asLong(),
                json.get("bytes_read").asLong(),
                json.get("bytes_written").asLong(),
                json.get("read_ms").asDouble(),
                json.get("quantize_ms").asDouble(),
                json.get("write_ms").asDouble(),
                json.get("total_ms").asDouble(),
                json.get("peak_memory_bytes").asLong(),
                json.get("gc_ms").asLong(),
                json.get("non_finite").asLong(),
                cosine.isNull() ? Double.NaN : cosine.asDouble(),
                layers);
    }
}
