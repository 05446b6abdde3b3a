package io.arrowquant.recipe;

import io.arrowquant.checkpoint.CheckpointTensor;
import io.arrowquant.tensor.Shape;
import io.arrowquant.tensor.TensorInfo;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tensors that quantization usually harms more than it saves, kept unless the user says otherwise. Each has a reason that
 * the dry run shows.
 */
final class BuiltInKeeps {
    /** One-dimensional tensors up to this long are norms and biases; longer ones are weights stored flat. */
    private static final long LONGEST_VECTOR = 1 << 16;

    private static final String MULTI_TOKEN = "multi-token prediction";

    /** {@code linear} is what Transformers has plain Linear modules for. */
    private record Keep(Pattern name, String reason, boolean linear) {}

    /** By a component of the dotted name. The first that matches gives the reason. */
    private static final List<Keep> BY_NAME = List.of(
            keep(
                    "vision_tower|vision_model|visual|vision_encoder|vision_embed_tokens|vpm|image_encoder|"
                            + "multi_modal_projector|mm_projector|embed_vision|resampler|perceiver|vision_adapter",
                    "vision tower"),
            keep(
                    "audio_tower|audio_encoder|audio_model|speech_encoder|embed_audio|audio_adapter|apm|token2wav|"
                            + "code2wav|audio_projection_layer",
                    "audio tower"),
            keep("mtp|mtp_layers|mtp_block|nextn_predict_layers|eh_proj", MULTI_TOKEN),
            keep(
                    "embed_tokens|embed_in|embed_positions|wte|wpe|word_embeddings|tok_embeddings|"
                            + "position_embeddings|token_type_embeddings|embeddings?|embed_tokens_per_layer|"
                            + "relative_attention_bias|[a-z0-9_]+_emb|[a-z0-9_]+_embed|embed_[a-z0-9_]+|"
                            + "[a-z0-9_]+_embeddings?_table",
                    "embedding"),
            linear("per_layer_model_projection", "embedding"),
            keep(
                    "x_embedder|context_embedder|time_text_embed|timestep_embedder|time_embedding|time_embed|"
                            + "guidance_embedder|text_embedder|patch_embed|patch_embedding|pos_embed|add_embedding|"
                            + "class_embedding|caption_projection|time_proj|condition_embedder|adaln_single",
                    "embedder of a diffusion model"),
            keep(
                    "lm_head|embed_out|output_head|score|classifier|qa_outputs|pooler|value_head|v_head|reward_head",
                    "output head"),
            keep("[a-z0-9_]*norm[0-9a-z_]*|ln_[0-9a-z]+|layer_scale[0-9]*", "norm"),
            linear("router|gate|shared_expert_gate|wg|weights_proj", "router"),
            matching("(?:.*\\.)?[a-z_]*conv(?:_in|_out|_shortcut|[0-9]d|[0-9]*)(?:\\.weight)?", "convolution"),
            matching("(?:.*\\.)?shared\\.weight", "embedding"),
            matching("proj_out\\.weight", "output head"),
            linear("a_log|dt_bias|dt_proj|altup[a-z_]*|laurel", "state space or small mixing weights"));

    /** A layer that predicts further tokens is numbered like the others; this is what only it has. */
    private static final Pattern MULTI_TOKEN_LAYER =
            Pattern.compile("(.*\\.layers\\.\\d+\\.)(?:eh_proj|enorm|hnorm)\\..*");

    private final Set<String> multiTokenLayers = new HashSet<>();

    /** What is to be known of all tensors to judge one. */
    BuiltInKeeps(List<CheckpointTensor> tensors) {
        for (CheckpointTensor tensor : tensors) {
            Matcher layer = MULTI_TOKEN_LAYER.matcher(tensor.name());
            if (layer.matches()) {
                multiTokenLayers.add(layer.group(1));
            }
        }
    }

    private static Keep matching(String name, String reason) {
        return new Keep(Pattern.compile(name, Pattern.CASE_INSENSITIVE), reason, false);
    }

    private static Keep keep(String component, String reason) {
        return new Keep(component(component), reason, false);
    }

    private static Keep linear(String component, String reason) {
        return new Keep(component(component), reason, true);
    }

    /** A whole component of the dotted name. */
    private static Pattern component(String component) {
        return Pattern.compile("(?:^|.*\\.)(?:" + component + ")(?:\\..*)?$", Pattern.CASE_INSENSITIVE);
    }

    /**
     * Why a tensor is kept, or null when it is not. With bitsandbytes, routers and the like are what Transformers has of
     * them: a Linear module, which it quantizes, or something else, which it leaves alone.
     */
    String reason(TensorInfo tensor, Layout layout) {
        Shape shape = tensor.shape();
        if (shape.rank() == 0) {
            return "scalar";
        }
        if (tensor.name().endsWith(".bias")) {
            return "bias";
        }
        if (shape.rank() == 1 && shape.elements() <= LONGEST_VECTOR) {
            return "one-dimensional";
        }
        if (shape.rank() >= 4) {
            return "convolution";
        }
        if (isOfMultiTokenLayer(tensor.name())) {
            return MULTI_TOKEN;
        }
        for (Keep keep : BY_NAME) {
            boolean asTransformers = keep.linear() && layout == Layout.BITSANDBYTES;
            if (!asTransformers && keep.name().matcher(tensor.name()).matches()) {
                return keep.reason();
            }
        }
        return null;
    }

    private boolean isOfMultiTokenLayer(String name) {
        for (String layer : multiTokenLayers) {
            if (name.startsWith(layer)) {
                return true;
            }
        }
        return false;
    }
}
