package io.arrowquant.recipe;

import io.arrowquant.tensor.Shape;
import io.arrowquant.tensor.TensorInfo;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Tensors that quantization usually harms more than it saves, kept unless the user says otherwise. Each has a reason that
 * the dry run shows.
 */
final class BuiltInKeeps {
    /** One-dimensional tensors up to this long are norms and biases; longer ones are weights stored flat. */
    private static final long LONGEST_VECTOR = 1 << 16;

    private record Keep(Pattern name, String reason) {}

    private static final List<Keep> BY_NAME = List.of(
            keep(
                    "embed_tokens|embed_in|embed_out|embed_positions|wte|wpe|word_embeddings|tok_embeddings|"
                            + "position_embeddings|token_type_embeddings|embeddings?",
                    "embedding"),
            keep("lm_head|output_head|score|classifier", "output head"),
            keep("[a-z0-9_]*norm[0-9a-z_]*|ln_[0-9a-z]+", "norm"),
            keep("router|gate|shared_expert_gate|wg", "router"),
            keep("vision_tower|vision_model|visual|vision_encoder|multi_modal_projector", "vision tower"),
            keep("mtp|mtp_layers|eh_proj", "multi-token prediction"));

    private BuiltInKeeps() {}

    private static Keep keep(String component, String reason) {
        // A whole component of the dotted name.
        return new Keep(
                Pattern.compile("(?:^|.*\\.)(?:" + component + ")(?:\\..*)?$", Pattern.CASE_INSENSITIVE), reason);
    }

    /** Why a tensor is kept, or null when it is not. */
    static String reason(TensorInfo tensor) {
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
        for (Keep keep : BY_NAME) {
            if (keep.name().matcher(tensor.name()).matches()) {
                return keep.reason();
            }
        }
        return null;
    }
}
