package io.arrowquant.recipe;

import java.util.Set;
import java.util.regex.Pattern;

/** The families whose experts Transformers holds in joined parameters: to bitsandbytes they are no Linear modules. */
public final class JoinedExperts {
    /** Values of model_type in config.json. */
    private static final Set<String> FAMILIES = Set.of(
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

    private JoinedExperts() {}

    /** What a tensor of a model is, when it is none of a Linear module for that; otherwise null. */
    public static String role(String tensor, String modelType) {
        if (modelType == null || !FAMILIES.contains(modelType)) {
            return null;
        }
        if (EXPERTS.matcher(tensor).matches()) {
            return "experts that Transformers joins";
        }
        return ROUTER.matcher(tensor).matches() ? "router" : null;
    }
}
