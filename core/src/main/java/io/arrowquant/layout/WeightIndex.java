package io.arrowquant.layout;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.arrowquant.json.PythonJson;
import io.arrowquant.tensor.TensorInfo;
import java.nio.charset.StandardCharsets;
import java.util.SortedMap;
import java.util.regex.Pattern;

/** The index of a component: which file holds which tensor. */
public final class WeightIndex {
    /** The name beside weights that are called model. */
    public static final String NAME = nameBeside("model.safetensors");

    /** Buffers that models store beside their parameters, by the names they have in files. */
    private static final Pattern BUFFER = Pattern.compile(
            "(?:^|.*\\.)(?:(?<!(?:moe_statics|experts)\\.)e_score_correction_bias|final_logits_bias"
                    + "|running_mean|running_var|num_batches_tracked|layer_scalar|(?:input|output)_(?:min|max)"
                    + "|std_bias|std_scale|inv_freq|position_ids|relative_position_index)",
            Pattern.DOTALL);

    private WeightIndex() {}

    /** How many parameters Transformers sees in a tensor: none in buffers. */
    public static long parameters(TensorInfo tensor) {
        return BUFFER.matcher(tensor.name()).matches() ? 0 : tensor.elements();
    }

    /** The name of the index beside files of this name. */
    public static String nameBeside(String file) {
        return ModelFiles.stem(file) + ".safetensors.index.json";
    }

    /** The text as llm-compressor and older transformers write it. */
    public static byte[] text(SortedMap<String, String> files, long tensorBytes) {
        return text(files, -1, tensorBytes);
    }

    /** The text; {@code parameters} is the number of weights before quantization, or negative to leave it out. */
    public static byte[] text(SortedMap<String, String> files, long parameters, long tensorBytes) {
        ObjectNode index = JsonNodeFactory.instance.objectNode();
        ObjectNode metadata = index.putObject("metadata");
        if (parameters >= 0) {
            metadata.put("total_parameters", parameters);
        }
        metadata.put("total_size", tensorBytes);
        ObjectNode map = index.putObject("weight_map");
        files.forEach(map::put);
        return (PythonJson.sorted(index) + "\n").getBytes(StandardCharsets.US_ASCII);
    }
}
