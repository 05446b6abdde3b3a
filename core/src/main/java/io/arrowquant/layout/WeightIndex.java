package io.arrowquant.layout;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.arrowquant.json.PythonJson;
import java.nio.charset.StandardCharsets;
import java.util.SortedMap;

/** The index of a component: which file holds which tensor. */
public final class WeightIndex {
    /** The name beside weights that are called model. */
    public static final String NAME = nameBeside("model.safetensors");

    private WeightIndex() {}

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
