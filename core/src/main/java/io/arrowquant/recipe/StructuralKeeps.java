package io.arrowquant.recipe;

import io.arrowquant.tensor.TensorInfo;
import java.util.Set;
import java.util.regex.Pattern;

/** What a layout for runtimes cannot quantize, whatever the recipe says. */
final class StructuralKeeps {
    static final String WEIGHT = ".weight";

    /** Values of model_type in config.json whose experts Transformers holds in joined parameters. */
    private static final Set<String> JOINED_EXPERTS = Set.of(
            "mixtral",
            "qwen2_moe",
            "qwen3_moe",
            "qwen3_next",
            "qwen3_vl_moe",
            "qwen3_5_moe",
            "deepseek_v2",
            "deepseek_v3",
            "gpt_oss",
            "llama4",
            "llama4_text",
            "olmoe",
            "phimoe",
            "glm4_moe",
            "minimax",
            "jamba",
            "jetmoe",
            "granitemoe",
            "hunyuan_v1_moe",
            "ernie4_5_moe",
            "dots1",
            "lfm2_moe",
            "flex_olmo",
            "dbrx");

    private static final Pattern EXPERTS = Pattern.compile("(?:^|.*\\.)experts\\..*", Pattern.DOTALL);
    private static final Pattern ROUTER = Pattern.compile("(?:^|.*\\.)(?:gate|router)\\.weight", Pattern.DOTALL);
    private static final Pattern HEAD = Pattern.compile("(?:^|.*\\.)(?:lm_head|embed_out)\\.weight", Pattern.DOTALL);
    private static final Pattern EMBEDDING = Pattern.compile(
            "(?:^|.*\\.)(?:embed_tokens|embed_in|embed_positions|wte|wpe|word_embeddings|tok_embeddings|"
                    + "position_embeddings|token_type_embeddings)\\.weight",
            Pattern.DOTALL);

    private StructuralKeeps() {}

    /** Why a tensor stays as it is, or null when it need not. */
    static String reason(TensorInfo tensor, Layout layout, String modelType) {
        if (!layout.isForRuntimes()) {
            return null;
        }
        if (!isMatrix(tensor)) {
            return tensor.shape().rank() == 2
                    ? "not a module's weight"
                    : tensor.shape().rank() + " dimensions";
        }
        if (tensor.name().endsWith("norm" + WEIGHT)) {
            return "norm";
        }
        return layout == Layout.BITSANDBYTES ? notLinear(tensor.name(), modelType) : null;
    }

    static boolean isMatrix(TensorInfo tensor) {
        return tensor.shape().rank() == 2 && tensor.name().endsWith(WEIGHT);
    }

    private static String notLinear(String name, String modelType) {
        if (HEAD.matcher(name).matches()) {
            return "output head";
        }
        if (EMBEDDING.matcher(name).matches()) {
            return "embedding";
        }
        boolean joined = modelType != null && JOINED_EXPERTS.contains(modelType);
        if (joined && EXPERTS.matcher(name).matches()) {
            return "experts that Transformers joins";
        }
        return joined && ROUTER.matcher(name).matches() ? "router" : null;
    }
}
