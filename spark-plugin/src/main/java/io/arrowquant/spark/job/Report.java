package io.arrowquant.spark.job;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * What {@code arrowquant.json} says: where an output comes from, how it was made, and everything needed to check it and
 * to go back. The names of the components are those of the file, in snake case.
 *
 * @param format always {@value #FORMAT}
 * @param layout {@code parquet}, {@code safetensors}, or a layout for runtimes
 * @param created when, as ISO 8601
 * @param seconds how long it took
 * @param tensors every tensor, in the order of the source
 * @param files every file of the output but this one
 */
record Report(
        String format,
        int formatVersion,
        String layout,
        String jobId,
        String created,
        double seconds,
        Software software,
        Source source,
        Asked recipe,
        List<Tensor> tensors,
        List<OutputFile> files,
        Totals totals,
        Choice choice) {

    static final String NAME = "arrowquant.json";
    static final String METRICS_NAME = "arrowquant-metrics.jsonl";
    /** Files of ours; those of the same names in a source are about the source. */
    static final List<String> FILES = List.of(NAME, METRICS_NAME);

    static final String FORMAT = "arrowquant";
    static final int FORMAT_VERSION = 1;
    static final String SAFETENSORS = "safetensors";
    static final String PARQUET = "parquet";

    /** True when the parts of a tensor are tensors of the output, by their names. */
    boolean hasNamedParts() {
        return !layout.equals(PARQUET) && !layout.equals(SAFETENSORS);
    }

    record Software(String arrowquant, String spark, String java) {}

    record Source(String path, List<SourceFile> files) {}

    /** {@code modified} is in milliseconds since 1970. */
    record SourceFile(String name, long bytes, long modified) {}

    /**
     * What the user asked for; null where nothing was said.
     *
     * @param settings all of it, as a recipe that asks for the same
     */
    record Asked(
            String scheme,
            List<String> layers,
            List<String> skip,
            boolean defaults,
            String profile,
            Double minCosine,
            String onNonFinite,
            JsonNode settings) {}

    /**
     * One tensor.
     *
     * @param file where it lies in the source
     * @param dtype its type in the source
     * @param scheme what it was quantized with, as the table's column says it; its type when it was kept
     * @param groupSize elements that share a scale; zero when kept or when the whole tensor does
     * @param reason why it was kept
     * @param crc32c of all parts one after the other, floats little-endian
     * @param snrDb null when nothing differs, too
     */
    record Tensor(
            String layerName,
            String file,
            String dtype,
            List<Long> shape,
            String scheme,
            int bitWidth,
            long groupSize,
            String reason,
            long bytesBefore,
            long bytesAfter,
            String crc32c,
            List<Part> parts,
            List<String> outputFiles,
            Double cosine,
            Double mse,
            Double maxAbsError,
            Double snrDb) {
        TensorKey key() {
            return new TensorKey(file, layerName);
        }

        boolean isQuantized() {
            return !scheme.equals(dtype);
        }
    }

    /**
     * How schemes were chosen by what they cost.
     *
     * @param targetBytes what all tensors may take, or null without a target
     */
    record Choice(Long targetBytes, List<Unit> units) {
        /** Layers that decided together; {@code asked} is what the recipe says of them. */
        record Unit(List<String> layers, String asked, String chosen, List<Option> options) {}

        /** One way to store them; {@code cosine} is that of the worst layer. */
        record Option(String scheme, long bytes, Double squaredError, Double cosine) {}
    }

    /** A column of the table: what a tensor's rows hold there, one after the other. */
    record Part(String name, long bytes, String crc32c) {}

    /** {@code role} is data, carried or report; names are relative, with slashes. */
    record OutputFile(String name, long bytes, String crc32c, String role) {}

    record Totals(
            int tensors,
            int quantized,
            long parameters,
            long bytesBefore,
            long bytesAfter,
            double bitsPerWeight,
            Double worstCosine) {}
}
