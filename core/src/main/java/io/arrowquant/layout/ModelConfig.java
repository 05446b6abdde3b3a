package io.arrowquant.layout;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.arrowquant.checkpoint.CheckpointTensor;
import io.arrowquant.error.MalformedFileException;
import io.arrowquant.json.JsonProblem;
import io.arrowquant.json.PythonJson;
import io.arrowquant.recipe.IgnoreList;
import io.arrowquant.recipe.Layout;
import io.arrowquant.recipe.ModelTypes;
import io.arrowquant.recipe.PlannedTensor;
import io.arrowquant.recipe.Recipe;
import io.arrowquant.tensor.DataType;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** A {@code config.json}, of a model or of a component: what it says, and the same with a quantization_config. */
public final class ModelConfig {
    public static final String NAME = "config.json";

    private static final String MODEL_TYPE = "model_type";
    private static final String QUANTIZATION = "quantization_config";

    /** Types a whole model can be loaded in. */
    private static final Set<DataType> WIDTHS = EnumSet.of(DataType.BF16, DataType.F16, DataType.F32, DataType.F64);

    /** Classes of Transformers such as LlamaModel and CLIPTextModel, but not GPT2LMHeadModel and MarianMTModel. */
    private static final Pattern HEADLESS = Pattern.compile("(?!.*LMHead)\\w*(?<!MT)Model");

    /** Of these Transformers finds the bias last in the model, and leaves only that alone. */
    private static final Pattern LINEAR_HEAD = Pattern.compile("\\w*For(?:TokenClassification|CTC)");

    private final String path;
    private final ObjectNode content;
    private final ModelTypes types;

    private ModelConfig(String path, ObjectNode content) {
        this.path = path;
        this.content = content;
        this.types = typesOf(content);
    }

    /** Reads a config; {@code path} is for errors. */
    public static ModelConfig read(String path, byte[] text) {
        JsonNode json;
        try {
            json = PythonJson.read(text);
        } catch (JacksonException malformed) {
            throw MalformedFileException.ofFile(
                    path, "it is not JSON: " + JsonProblem.of(malformed), "Download the model again");
        }
        if (!json.isObject()) {
            throw MalformedFileException.ofFile(path, "it is no JSON object", "Download the model again");
        }
        return new ModelConfig(path, (ObjectNode) json);
    }

    /** A config for weights that came without one. */
    public static ModelConfig empty() {
        return new ModelConfig(NAME, JsonNodeFactory.instance.objectNode());
    }

    /** The architectures, as transformers calls them. */
    public ModelTypes types() {
        return types;
    }

    private static ModelTypes typesOf(ObjectNode content) {
        Set<String> parts = new LinkedHashSet<>();
        for (JsonNode member : content) {
            addTypes(member, parts);
        }
        String architecture = content.path("architectures").path(0).asText("");
        return new ModelTypes(content.path(MODEL_TYPE).textValue(), parts, headOf(architecture));
    }

    private static ModelTypes.Head headOf(String architecture) {
        if (HEADLESS.matcher(architecture).matches()) {
            return ModelTypes.Head.NONE;
        }
        return LINEAR_HEAD.matcher(architecture).matches() ? ModelTypes.Head.LINEAR : ModelTypes.Head.USUAL;
    }

    private static void addTypes(JsonNode member, Set<String> types) {
        if (!member.isObject()) {
            return;
        }
        if (member.path(MODEL_TYPE).isTextual()) {
            types.add(member.get(MODEL_TYPE).textValue());
        }
        for (JsonNode part : member) {
            addTypes(part, types);
        }
    }

    /** The description of how the weights are quantized already; a missing node when there is none. */
    public JsonNode quantization() {
        JsonNode described = content.path(QUANTIZATION);
        if (!described.isObject()) {
            // Models of several parts describe the one for text, and old ones of compressed-tensors have another name.
            described = content.path("compression_config");
        }
        if (!described.isObject()) {
            described = content.path("text_config").path(QUANTIZATION);
        }
        return described.isObject() ? described : MissingNode.getInstance();
    }

    /** The text without such a description. */
    public byte[] plain() {
        ObjectNode copy = content.deepCopy();
        removeDescriptions(copy);
        return (PythonJson.sorted(copy) + "\n").getBytes(StandardCharsets.US_ASCII);
    }

    private static void removeDescriptions(ObjectNode config) {
        config.remove(QUANTIZATION);
        config.remove("compression_config");
        if (config.path("text_config") instanceof ObjectNode text) {
            text.remove(QUANTIZATION);
        }
    }

    /** The text with a description of what was done; unchanged but for that. */
    public byte[] quantized(List<PlannedTensor> tensors, Recipe recipe) {
        Layout layout = recipe.effectiveLayout();
        QuantizationConfig.Subject subject = new QuantizationConfig.Subject(
                tensors, IgnoreList.of(tensors, recipe, types), computeType(sources(tensors)), types);
        ObjectNode described = QuantizationConfig.of(layout, subject);
        ObjectNode copy = content.deepCopy();
        removeDescriptions(copy);
        if (described != null) {
            copy.set(QUANTIZATION, described);
        }
        // llm-compressor dumps the config as it is; what saves for bitsandbytes ends the line.
        String end = layout == Layout.COMPRESSED_TENSORS ? "" : "\n";
        return (PythonJson.sorted(copy) + end).getBytes(StandardCharsets.US_ASCII);
    }

    private static List<CheckpointTensor> sources(List<PlannedTensor> tensors) {
        return tensors.stream().map(PlannedTensor::source).toList();
    }

    /**
     * The type Transformers gives all weights: what the config says, or else that of the first floats, by file and name.
     */
    public DataType computeType(List<CheckpointTensor> tensors) {
        DataType named = namedType();
        if (named != null) {
            return named;
        }
        return tensors.stream()
                .filter(tensor -> WIDTHS.contains(tensor.info().dtype()))
                .min(Comparator.comparing(CheckpointTensor::file).thenComparing(CheckpointTensor::name))
                .map(tensor -> tensor.info().dtype())
                .orElse(DataType.F32);
    }

    /** False for a stand-in of a config that is not there. */
    public boolean isThere() {
        return !content.isEmpty();
    }

    /** The type of the weights, as the config names it, or null. */
    public DataType namedType() {
        String named = content.path("dtype").asText(content.path("torch_dtype").asText(""));
        switch (named.replace("torch.", "")) {
            case "bfloat16":
                return DataType.BF16;
            case "float16":
                return DataType.F16;
            case "float32":
                return DataType.F32;
            default:
                return null;
        }
    }

    @Override
    public String toString() {
        return path;
    }
}
