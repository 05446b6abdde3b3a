package io.arrowquant.recipe;

import java.util.List;
import java.util.Map;

/** The head of a model that has the weights of its embedding: it is not stored, but Transformers makes a module for it. */
public final class TiedHead {
    /** What most families call it. */
    public static final String USUAL = "lm_head";

    /** Families whose head has another name. */
    private static final Map<String, String> HEADS = Map.ofEntries(
            Map.entry("blip-2", "language_model.lm_head"),
            Map.entry("instructblip", "language_model.lm_head"),
            Map.entry("whisper", "proj_out"),
            Map.entry("electra", "generator_lm_head"),
            Map.entry("modernbert", "decoder"),
            Map.entry("modernbert-decoder", "decoder"));

    /** Heads of which another part is stored, by the beginning of its name. */
    private static final Map<String, String> REST_OF_HEADS =
            Map.of("cls.predictions.", "cls.predictions.decoder", "lm_head.dense.", "lm_head.decoder");

    private TiedHead() {}

    /** The name of the module, or null when the head is stored, or there is none. */
    public static String of(List<PlannedTensor> tensors, ModelTypes types) {
        boolean embeds = false;
        String head = null;
        for (PlannedTensor tensor : tensors) {
            String name = tensor.source().name();
            if (LinearModules.isHead(name, types)) {
                return null;
            }
            embeds |= LinearModules.isEmbedding(name);
            for (Map.Entry<String, String> rest : REST_OF_HEADS.entrySet()) {
                head = name.startsWith(rest.getKey()) ? rest.getValue() : head;
            }
        }
        if (!embeds || !types.isKnown() || types.head() != ModelTypes.Head.USUAL) {
            return null;
        }
        return head == null ? HEADS.getOrDefault(types.own(), USUAL) : head;
    }
}
