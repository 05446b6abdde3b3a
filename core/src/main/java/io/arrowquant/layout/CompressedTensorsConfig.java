package io.arrowquant.layout;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.arrowquant.recipe.PlannedTensor;
import io.arrowquant.scheme.Scheme;
import io.arrowquant.scheme.compressed.CompressedTensors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The config of compressed-tensors, key for key as llm-compressor's model_free_ptq writes it. One scheme targets every
 * Linear that is not ignored; of several, each names its modules, since runtimes take the first group that matches.
 */
final class CompressedTensorsConfig {
    /** The release whose files these equal. */
    private static final String VERSION = "0.19.0";

    private static final String MIXED = "mixed-precision";

    private CompressedTensorsConfig() {}

    static ObjectNode of(QuantizationConfig.Subject subject) {
        Map<String, List<PlannedTensor>> bySpelling = new LinkedHashMap<>();
        for (PlannedTensor tensor : subject.quantized()) {
            bySpelling
                    .computeIfAbsent(tensor.scheme().spelling(), unused -> new ArrayList<>())
                    .add(tensor);
        }
        ObjectNode groups = JsonNodeFactory.instance.objectNode();
        String format = null;
        for (List<PlannedTensor> members : bySpelling.values()) {
            Scheme scheme = members.get(0).scheme();
            ObjectNode group = CompressedTensors.group(scheme);
            ArrayNode targets = group.putArray("targets");
            if (bySpelling.size() == 1) {
                targets.add("Linear");
            } else {
                members.forEach(member ->
                        targets.add(QuantizationConfig.module(member.source().name())));
            }
            groups.set(freeName(groups, CompressedTensors.presetName(scheme)), group);
            String own = group.get("format").textValue();
            format = format == null || format.equals(own) ? own : MIXED;
        }
        ObjectNode config = JsonNodeFactory.instance.objectNode();
        config.set("config_groups", groups);
        config.put("format", format);
        config.putNull("global_compression_ratio");
        ArrayNode ignore = config.putArray("ignore");
        subject.ignore().forEach(ignore::add);
        config.putNull("kv_cache_scheme");
        config.put("quant_method", "compressed-tensors");
        config.put("quantization_status", "compressed");
        config.putObject("transform_config");
        config.put("version", VERSION);
        return config;
    }

    /** Two groups may have one preset with other parameters. */
    private static String freeName(ObjectNode groups, String preset) {
        String name = preset;
        for (int i = 2; groups.has(name); i++) {
            name = preset + "_" + i;
        }
        return name;
    }
}
