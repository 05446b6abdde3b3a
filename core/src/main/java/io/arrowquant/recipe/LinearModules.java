package io.arrowquant.recipe;

import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which matrices are weights of plain Linear modules in Transformers, the only ones it has bitsandbytes quantize: not heads
 * and embeddings, and not what some families have instead of Linear modules or keep in 32 bits.
 */
public final class LinearModules {
    /** Families that hold the experts of a layer in joined parameters: values of model_type in config.json. */
    private static final Set<String> JOINED_EXPERTS = Set.of(
            "afmoe",
            "aria",
            "aria_text",
            "axk1",
            "axk2",
            "cohere2_moe",
            "dbrx",
            "deepseek_v2",
            "deepseek_v3",
            "deepseek_v32",
            "deepseek_v4",
            "dots1",
            "ernie4_5_moe",
            "ernie4_5_vl_moe",
            "exaone_moe",
            "flex_olmo",
            "glm4_moe",
            "glm4_moe_lite",
            "glm4v_moe",
            "glm5_next",
            "glm_moe_dsa",
            "gpt_oss",
            "granitemoe",
            "granitemoe_swa",
            "granitemoehybrid",
            "granitemoeshared",
            "hunyuan_v1_moe",
            "hy_v3",
            "hy_v4",
            "inkling_mm_model",
            "inkling_text",
            "jamba",
            "jetmoe",
            "kimi_k25",
            "kimi_linear",
            "laguna",
            "lfm2_moe",
            "llama4",
            "llama4_text",
            "longcat_flash",
            "mellum",
            "mimo_v2_flash",
            "minimax",
            "minimax_m2",
            "minimax_m3_vl",
            "minimax_m3_vl_text",
            "mistral4",
            "mixtral",
            "nemotron_h",
            "olmoe",
            "phimoe",
            "qwen2_moe",
            "qwen3_5_moe",
            "qwen3_5_moe_text",
            "qwen3_moe",
            "qwen3_next",
            "qwen3_omni_moe",
            "qwen3_omni_moe_thinker",
            "qwen3_vl_moe",
            "qwen3_vl_moe_text",
            "qwen4_exp",
            "qwen4_exp_text",
            "solar_open",
            "step3p7",
            "zaya");

    /** Those of them whose router is a Linear module all the same. */
    private static final Set<String> LINEAR_ROUTER =
            Set.of("afmoe", "aria", "aria_text", "jamba", "jetmoe", "longcat_flash");

    /** Families whose layers are of a class of their own. */
    private static final Set<String> NO_LINEAR = Set.of("falcon", "ibert");

    /** Families that store their Linear weights with a row for each input: Transformers calls the module Conv1D. */
    private static final Set<String> TURNED =
            Set.of("gpt2", "gpt-sw3", "openai-gpt", "imagegpt", "decision_transformer");

    private static final Pattern TURNED_WEIGHT =
            weight("(?:attn|crossattention)\\.(?:c_attn|q_attn|c_proj)|mlp\\.(?:c_fc|c_proj)");

    /** Families with a layer that many places use, which Transformers leaves alone like other tied weights. */
    private static final Set<String> SHARING_LAYERS = Set.of("zamba", "zamba2");

    private static final Pattern SHARED_LAYER =
            Pattern.compile("(?:.*\\.)?shared_transf(?:ormer)?\\..*", Pattern.DOTALL);

    private static final Pattern T5_OUTPUT = weight("wo");
    private static final Pattern INDEXER = weight("indexer\\.weights_proj");

    /** What a family keeps in 32 bits, or would if its type had fewer than bfloat16. */
    private static final Map<String, Pattern> WIDE = Map.of(
            "t5", T5_OUTPUT,
            "mt5", T5_OUTPUT,
            "umt5", T5_OUTPUT,
            "udop", T5_OUTPUT,
            "pop2piano", T5_OUTPUT,
            "axk2", INDEXER,
            "deepseek_v32", INDEXER,
            "glm_moe_dsa", INDEXER,
            "blip-2", Pattern.compile("(?:.*\\.)?qformer\\..*", Pattern.DOTALL));

    private static final Pattern EXPERTS = Pattern.compile("(?:^|.*\\.)experts\\.\\d+\\..*", Pattern.DOTALL);
    private static final Pattern ROUTER = weight("gate|router|router\\.layer");

    /** A part of the attention of PyTorch, in the vision towers of SigLIP. */
    private static final Pattern POOLING_HEAD = weight("(?:vision_tower|vision_model)\\.head\\.attention\\.out_proj");

    private static final Pattern HEAD = weight(
            "lm_head|embed_out|lm_head\\.decoder|lm_head\\.out_proj|generator_lm_head|"
                    + "cls\\.predictions\\.decoder|output_projection|pred_layer\\.proj|lm_loss|vocab_projector|logits_dense");
    /** Heads by names that mean other things further down in a model, or in one that is not of Transformers. */
    private static final Pattern TOP_HEAD =
            Pattern.compile("(?:score|head|decoder|output|proj_out|predictions\\.decoder)\\.weight");

    private static final Pattern EMBEDDING = weight("(?!patch_)(?:[a-z0-9_]*_)?embeddings?(?:\\.\\d+)?|"
            + "embed_tokens|embed_in|embed_positions|embed_tokens_per_layer|pos_embed|tokens_embed|positions_embed|"
            + "wte|wpe|shared|relative_attention_bias");

    private LinearModules() {}

    private static Pattern weight(String modules) {
        return Pattern.compile("(?:^|.*\\.)(?:" + modules + ")\\.weight", Pattern.DOTALL);
    }

    /**
     * Why Transformers leaves a matrix alone without being told, or null when it does not.
     */
    public static String leftAlone(String tensor, ModelTypes types) {
        if (isHeadLeftAlone(tensor, types)) {
            return "output head";
        }
        if (isEmbedding(tensor)) {
            return "embedding";
        }
        return noLinear(tensor, types);
    }

    /** A head that Transformers leaves alone, while it is given no list of what to skip. */
    public static boolean isHeadLeftAlone(String tensor, ModelTypes types) {
        return isHead(tensor, types) && types.head() != ModelTypes.Head.LINEAR;
    }

    /** The last layer of a model. */
    public static boolean isHead(String tensor, ModelTypes types) {
        return HEAD.matcher(tensor).matches()
                || (types.isKnown() && TOP_HEAD.matcher(tensor).matches());
    }

    public static boolean isEmbedding(String tensor) {
        return EMBEDDING.matcher(tensor).matches();
    }

    /** What a matrix is, when it is none of a Linear module and no embedding or head either; otherwise null. */
    public static String noLinear(String tensor, ModelTypes types) {
        if (POOLING_HEAD.matcher(tensor).matches()) {
            return "attention of PyTorch";
        }
        if (types.isKnown() && NO_LINEAR.contains(types.own())) {
            return "Transformers has no Linear module here";
        }
        for (String type : types.all()) {
            Pattern wide = WIDE.get(type);
            if (wide != null && wide.matcher(tensor).matches()) {
                return "Transformers keeps it in 32 bits";
            }
        }
        if (types.anyOf(SHARING_LAYERS) && SHARED_LAYER.matcher(tensor).matches()) {
            return "a layer that others share";
        }
        if (!types.anyOf(JOINED_EXPERTS)) {
            return null;
        }
        if (EXPERTS.matcher(tensor).matches()) {
            return "experts that Transformers joins";
        }
        return ROUTER.matcher(tensor).matches() && !types.anyOf(LINEAR_ROUTER) ? "router" : null;
    }

    /** True for the weights of Conv1D modules: Transformers turns them round when it quantizes them. */
    public static boolean isTurned(String tensor, ModelTypes types) {
        return types.anyOf(TURNED) && TURNED_WEIGHT.matcher(tensor).matches();
    }
}
