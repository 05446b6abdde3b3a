package io.arrowquant.layout;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** The config of checkpoints in 8-bit floats by blocks, as DeepSeek publishes them and runtimes know as "fp8". */
final class Float8Config {
    private static final int BLOCK_SIDE = 128;

    private Float8Config() {}

    static ObjectNode of(QuantizationConfig.Subject subject) {
        ObjectNode config = JsonNodeFactory.instance.objectNode();
        config.put("activation_scheme", "dynamic");
        config.put("fmt", "e4m3");
        List<String> kept = subject.keptLinears();
        if (!kept.isEmpty()) {
            ArrayNode modules = config.putArray("modules_to_not_convert");
            kept.forEach(modules::add);
        }
        config.put("quant_method", "fp8");
        config.putArray("weight_block_size").add(BLOCK_SIDE).add(BLOCK_SIDE);
        return config;
    }
}
