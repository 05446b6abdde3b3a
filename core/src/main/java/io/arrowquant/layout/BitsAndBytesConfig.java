package io.arrowquant.layout;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.arrowquant.recipe.Layout;
import io.arrowquant.recipe.LinearModules;
import io.arrowquant.recipe.TiedHead;
import io.arrowquant.scheme.Scheme;
import io.arrowquant.tensor.DataType;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The config of bitsandbytes as transformers saves it. */
final class BitsAndBytesConfig {
    private BitsAndBytesConfig() {}

    static ObjectNode of(QuantizationConfig.Subject subject) {
        Scheme scheme = subject.requireOneScheme(Layout.BITSANDBYTES);
        boolean eightBits = scheme.bitWidth() == 8;
        boolean nested = scheme.spelling().contains("nested=true");
        ObjectNode config = JsonNodeFactory.instance.objectNode();
        config.put("_load_in_4bit", !eightBits);
        config.put("_load_in_8bit", eightBits);
        config.put("bnb_4bit_compute_dtype", eightBits ? "float32" : computeType(subject.modelType()));
        config.put("bnb_4bit_quant_storage", "uint8");
        config.put("bnb_4bit_quant_type", eightBits ? "fp4" : scheme.name());
        config.put("bnb_4bit_use_double_quant", nested);
        config.put("llm_int8_enable_fp32_cpu_offload", false);
        config.put("llm_int8_has_fp16_weight", false);
        List<String> skipped = skipped(subject);
        if (skipped.isEmpty()) {
            config.putNull("llm_int8_skip_modules");
        } else {
            ArrayNode modules = config.putArray("llm_int8_skip_modules");
            skipped.forEach(modules::add);
        }
        config.put("llm_int8_threshold", 6.0);
        config.put("load_in_4bit", !eightBits);
        config.put("load_in_8bit", eightBits);
        config.put("quant_method", "bitsandbytes");
        return config;
    }

    private static String computeType(DataType modelType) {
        return switch (modelType) {
            case BF16 -> "bfloat16";
            case F16 -> "float16";
            default -> "float32";
        };
    }

    /**
     * The linear modules that stay as they are. Loaders leave most heads alone by themselves, but only while they are given
     * no list; so the list is left out when it would name nothing else. What Transformers has no Linear module for, or
     * never quantizes, needs no mention.
     */
    private static List<String> skipped(QuantizationConfig.Subject subject) {
        List<String> modules = new ArrayList<>(subject.keptLinears());
        modules.removeIf(module -> LinearModules.noLinear(weight(module), subject.types()) != null);
        if (modules.stream().allMatch(module -> LinearModules.isHeadLeftAlone(weight(module), subject.types()))) {
            return List.of();
        }
        Set<String> skipped = new LinkedHashSet<>(modules);
        skipped.add(TiedHead.USUAL);
        String tied = TiedHead.of(subject.tensors(), subject.types());
        if (tied != null) {
            skipped.add(tied);
        }
        return List.copyOf(skipped);
    }

    private static String weight(String module) {
        return module + ".weight";
    }
}
