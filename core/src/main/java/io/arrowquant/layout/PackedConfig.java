package io.arrowquant.layout;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.arrowquant.recipe.Layout;
import io.arrowquant.recipe.PlannedTensor;
import io.arrowquant.scheme.Scheme;
import io.arrowquant.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The configs of GPTQ and AWQ checkpoints. */
final class PackedConfig {
    private static final String HEAD = "lm_head";

    private PackedConfig() {}

    static ObjectNode gptq(QuantizationConfig.Subject subject) {
        Scheme scheme = subject.requireOneScheme(Layout.GPTQ);
        ObjectNode config = common(scheme, "gptq");
        config.put("checkpoint_format", "gptq");
        config.put("damp_percent", 0.01);
        config.put("desc_act", false);
        ObjectNode dynamic = JsonNodeFactory.instance.objectNode();
        for (String module : keptLinears(subject)) {
            // A minus takes the modules that match out of quantization.
            dynamic.putObject("-:^" + Pattern.compile("[.]").matcher(module).replaceAll("\\\\.") + "$");
        }
        if (!dynamic.isEmpty()) {
            config.set("dynamic", dynamic);
        }
        config.put("lm_head", isQuantized(subject, HEAD));
        config.put("sym", !scheme.spelling().contains("symmetric=false"));
        config.put("true_sequential", true);
        return config;
    }

    static ObjectNode awq(QuantizationConfig.Subject subject) {
        Scheme scheme = subject.requireOneScheme(Layout.AWQ);
        ObjectNode config = common(scheme, "awq");
        ArrayNode kept = config.putArray("modules_to_not_convert");
        if (!isQuantized(subject, HEAD)) {
            kept.add(HEAD);
        }
        keptLinears(subject).forEach(kept::add);
        config.put("version", "gemm");
        config.put("zero_point", true);
        return config;
    }

    private static ObjectNode common(Scheme scheme, String method) {
        ObjectNode config = JsonNodeFactory.instance.objectNode();
        config.put("bits", scheme.bitWidth());
        config.put("group_size", scheme.groupSize(Shape.of(1, 1)));
        config.put("quant_method", method);
        return config;
    }

    private static boolean isQuantized(QuantizationConfig.Subject subject, String module) {
        for (PlannedTensor tensor : subject.quantized()) {
            if (QuantizationConfig.module(tensor.source().name()).equals(module)) {
                return true;
            }
        }
        return false;
    }

    /** Linear modules, without the head, that loaders would otherwise look for in packed form. */
    private static List<String> keptLinears(QuantizationConfig.Subject subject) {
        List<String> modules = new ArrayList<>(subject.keptLinears());
        modules.remove(HEAD);
        return modules;
    }
}
