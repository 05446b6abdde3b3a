package io.arrowquant.layout;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.recipe.Layout;
import io.arrowquant.recipe.LinearModules;
import io.arrowquant.recipe.ModelTypes;
import io.arrowquant.recipe.PlannedTensor;
import io.arrowquant.scheme.Scheme;
import io.arrowquant.tensor.DataType;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** What a config says of how its model was quantized, for one component of a checkpoint. */
public final class QuantizationConfig {
    private static final Pattern EMBEDDING =
            Pattern.compile("(?:^|.*\\.)(?:(?![a-z_]*proj)[a-z_]*embed[a-z_]*|wte|wpe)$", Pattern.CASE_INSENSITIVE);

    private QuantizationConfig() {}

    /**
     * What there is to describe.
     *
     * @param tensors of the component, in the order of the checkpoint
     * @param ignore modules and patterns that stay as they are
     * @param modelType the type the model computes in
     * @param types the architectures
     */
    record Subject(List<PlannedTensor> tensors, List<String> ignore, DataType modelType, ModelTypes types) {
        List<PlannedTensor> quantized() {
            List<PlannedTensor> quantized = new ArrayList<>();
            for (PlannedTensor tensor : tensors) {
                if (tensor.isQuantized()) {
                    quantized.add(tensor);
                }
            }
            return quantized;
        }

        /** Linear modules that stay as they are, by their names: loaders of most layouts know no patterns. */
        List<String> keptLinears() {
            List<String> modules = new ArrayList<>();
            for (PlannedTensor tensor : tensors) {
                if (!tensor.isQuantized() && isLinear(tensor)) {
                    modules.add(module(tensor.source().name()));
                }
            }
            return modules;
        }

        /** The scheme of all that is quantized; such layouts describe only one. */
        Scheme requireOneScheme(Layout layout) {
            List<PlannedTensor> quantized = quantized();
            Scheme first = quantized.get(0).scheme();
            for (PlannedTensor tensor : quantized) {
                if (!tensor.scheme().spelling().equals(first.spelling())) {
                    throw new InvalidRequestException(
                            "The layout " + layout.spelling() + " has one scheme for a model, but the plan has "
                                    + first.spelling() + " and "
                                    + tensor.scheme().spelling(),
                            "Give all layers one scheme, or keep some");
                }
            }
            return first;
        }
    }

    /** The {@code quantization_config}, or null when nothing is quantized. */
    static ObjectNode of(Layout layout, Subject subject) {
        if (subject.quantized().isEmpty()) {
            return null;
        }
        return switch (layout) {
            case COMPRESSED_TENSORS -> CompressedTensorsConfig.of(subject);
            case BITSANDBYTES -> BitsAndBytesConfig.of(subject);
            case GPTQ -> PackedConfig.gptq(subject);
            case AWQ -> PackedConfig.awq(subject);
            case FP8 -> Float8Config.of(subject);
            case PARQUET, GGUF -> throw new IllegalArgumentException(layout + " has no quantization_config");
        };
    }

    /** True for the weights of modules that loaders know as Linear: matrices that are no embedding. */
    static boolean isLinear(PlannedTensor tensor) {
        return tensor.source().info().shape().rank() == 2
                && tensor.source().name().endsWith(".weight")
                && !EMBEDDING.matcher(module(tensor.source().name())).matches()
                && !LinearModules.isEmbedding(tensor.source().name());
    }

    /** The module a tensor belongs to, as configs name it. */
    static String module(String tensor) {
        return tensor.endsWith(".weight") ? tensor.substring(0, tensor.length() - ".weight".length()) : tensor;
    }
}
