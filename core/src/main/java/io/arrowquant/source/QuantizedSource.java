package io.arrowquant.source;

import com.fasterxml.jackson.databind.JsonNode;
import io.arrowquant.checkpoint.CheckpointTensor;
import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.Printable;
import io.arrowquant.tensor.DataType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The tensors of a component that is quantized, as they are decoded. */
public final class QuantizedSource {
    /** The method of a component that is not quantized. */
    public static final String NONE = "";

    private static final String COMPRESSED_TENSORS = "compressed-tensors";
    private static final String GPTQ = "gptq";
    private static final String AWQ = "awq";
    private static final String FP8 = "fp8";
    private static final List<String> DECODABLE = List.of(COMPRESSED_TENSORS, GPTQ, AWQ, FP8);

    private final List<CheckpointTensor> tensors = new ArrayList<>();
    private final Map<CheckpointTensor, QuantizedTensor> quantized = new HashMap<>();
    private final List<CheckpointTensor> leftOut = new ArrayList<>();

    private QuantizedSource() {}

    /**
     * How a component is quantized: what its config calls it, what the names of its tensors tell of one without a
     * description, or {@link #NONE}.
     */
    public static String methodOf(JsonNode quantizationConfig, List<CheckpointTensor> tensors) {
        JsonNode method = quantizationConfig.path("quant_method");
        if (method.isTextual()) {
            return method.textValue();
        }
        if (quantizationConfig.has("config_groups")) {
            return COMPRESSED_TENSORS;
        }
        for (CheckpointTensor tensor : tensors) {
            if (tensor.name().endsWith("." + Float8Finder.SCALE)) {
                return FP8;
            }
        }
        return quantizationConfig.isObject() ? "unknown" : NONE;
    }

    /** True for 8-bit floats, which models are published in: they are decoded without being asked for. */
    public static boolean isPublishedForm(String method) {
        return method.equals(FP8);
    }

    /** Takes the tensors of one component; weights are decoded to {@code dtype}. */
    public static QuantizedSource of(
            List<CheckpointTensor> tensors, JsonNode quantizationConfig, DataType dtype, TensorContent content)
            throws IOException {
        String method = methodOf(quantizationConfig, tensors);
        requireDecodable(method);
        Finder finder = finder(new Siblings(tensors), method, quantizationConfig, dtype, content);
        QuantizedSource source = new QuantizedSource();
        List<QuantizedTensor> found = new ArrayList<>();
        Set<CheckpointTensor> parts = new HashSet<>();
        for (CheckpointTensor tensor : tensors) {
            QuantizedTensor weight = finder.find(tensor);
            found.add(weight);
            if (weight != null) {
                parts.addAll(weight.parts());
            }
        }
        for (int i = 0; i < tensors.size(); i++) {
            QuantizedTensor weight = found.get(i);
            if (weight != null) {
                source.tensors.add(weight.decoded());
                source.quantized.put(weight.decoded(), weight);
            } else if (finder.isAside(tensors.get(i).name())) {
                source.leftOut.add(tensors.get(i));
            } else if (!parts.contains(tensors.get(i))) {
                source.tensors.add(tensors.get(i));
            }
        }
        return source;
    }

    /** Refuses methods that nothing here decodes. */
    public static void requireDecodable(String method) {
        if (!DECODABLE.contains(method)) {
            throw new InvalidRequestException(
                    "The model is quantized with " + Printable.text(method) + ", which is not decoded",
                    "Quantize the original weights. Decoded are " + String.join(", ", DECODABLE));
        }
    }

    private static Finder finder(
            Siblings siblings, String method, JsonNode config, DataType dtype, TensorContent content) {
        int bits = config.path("bits").asInt(4);
        return switch (method) {
            case COMPRESSED_TENSORS ->
                new CompressedTensorsFinder(siblings, dtype, new CompressedTensorsGroups(config), content);
            case FP8 -> new Float8Finder(siblings, dtype);
            case GPTQ -> new WordFinder(siblings, dtype, false, bits, gptqZeroPointOffset(config));
            case AWQ -> new WordFinder(siblings, dtype, true, requireGemm(config, bits), 0);
            default -> throw new IllegalArgumentException(method);
        };
    }

    /** Version 1 stores zero points less one. */
    private static int gptqZeroPointOffset(JsonNode config) {
        String format = config.path("checkpoint_format").asText("gptq");
        return switch (format) {
            case "gptq" -> 1;
            case "gptq_v2" -> 0;
            default ->
                throw new InvalidRequestException(
                        "The model is stored as GPTQ in the format " + format + ", which is not decoded",
                        "Quantize the original weights instead");
        };
    }

    private static int requireGemm(JsonNode config, int bits) {
        String version = config.path("version").asText("gemm");
        if (!version.equalsIgnoreCase("gemm")) {
            throw new InvalidRequestException(
                    "The model is stored as AWQ in the version " + version + ", which is not decoded",
                    "Quantize the original weights instead");
        }
        return bits;
    }

    /** All tensors, weights decoded, in the order of their codes. */
    public List<CheckpointTensor> tensors() {
        return tensors;
    }

    /** The stored form of each of {@link #tensors()} that has to be decoded. */
    public Map<CheckpointTensor, QuantizedTensor> quantized() {
        return quantized;
    }

    /** What only the quantized model needed: scales of its activations, shapes. */
    public List<CheckpointTensor> leftOut() {
        return leftOut;
    }
}
