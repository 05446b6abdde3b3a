package io.arrowquant.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import io.arrowquant.checkpoint.CheckpointTensor;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import io.arrowquant.tensor.TensorInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IgnoreListTest {
    private static final String LAYER = "model.layers.0.";

    private static Recipe recipe(boolean defaults, Rule... rules) {
        return new Recipe("W4A16", null, List.of(rules), defaults, false);
    }

    private static Rule keep(String pattern) {
        return Rule.keep(NamePattern.of(pattern));
    }

    private static List<String> ignore(Recipe recipe, ModelTypes types, String... modules) {
        Shape shape = Shape.of(64, 256);
        List<CheckpointTensor> tensors = new ArrayList<>();
        for (String module : modules) {
            TensorInfo info = new TensorInfo(module + ".weight", DataType.BF16, shape, 0, 2 * shape.elements());
            tensors.add(new CheckpointTensor("model.safetensors", info));
        }
        return IgnoreList.of(Plan.of(tensors, recipe, types).tensors(), recipe, types);
    }

    @Test
    void itRepeatsTheUsersPatterns() {
        String[] llama = {"model.embed_tokens", LAYER + "mlp.down_proj", "lm_head"};
        ModelTypes types = ModelTypes.of("llama");

        assertThat(ignore(recipe(true, keep("lm_head"), keep("re:.*embed_tokens")), types, llama))
                .containsExactly("lm_head", "re:.*embed_tokens");
        assertThat(ignore(recipe(true), types, llama)).containsExactly("model.embed_tokens", "lm_head");
        // Runtimes know no globs.
        assertThat(ignore(recipe(false, keep("*head")), types, llama)).containsExactly("*head", "lm_head");
        // What an earlier rule quantizes must not be hidden by a later pattern.
        Rule head = Rule.scheme(NamePattern.of("lm_head"), "W8A16");
        assertThat(ignore(recipe(false, head, keep("re:.*")), types, llama))
                .containsExactly("model.embed_tokens", LAYER + "mlp.down_proj");
    }

    /** It is not stored, but Transformers makes a module for it all the same. */
    @Test
    void aHeadThatIsTiedIsNamed() {
        String[] tied = {"model.embed_tokens", LAYER + "mlp.down_proj"};
        ModelTypes types = ModelTypes.of("llama");

        assertThat(ignore(recipe(true), types, tied)).containsExactly("model.embed_tokens", "lm_head");
        assertThat(ignore(recipe(true), ModelTypes.of("whisper"), tied))
                .containsExactly("model.embed_tokens", "proj_out");
        assertThat(ignore(recipe(true), ModelTypes.of("gpt_neox"), "embed_out", LAYER + "mlp.down_proj"))
                .containsExactly("embed_out", "lm_head");
        String router = LAYER + "block_sparse_moe.gate";
        assertThat(ignore(recipe(true), ModelTypes.of("phimoe"), router, "lm_head"))
                .containsExactly(router, LAYER + "mlp.router", "lm_head");
        assertThat(ignore(recipe(true), ModelTypes.of("mixtral"), router, "lm_head"))
                .containsExactly(router, "lm_head");
        assertThat(ignore(
                        recipe(true),
                        ModelTypes.of("bert"),
                        "bert.embeddings.word_embeddings",
                        "cls.predictions.transform.dense"))
                .containsExactly("bert.embeddings.word_embeddings", "cls.predictions.decoder");
        assertThat(ignore(recipe(true, keep("re:.*lm_head")), types, tied))
                .containsExactly("re:.*lm_head", "model.embed_tokens");
        assertThat(ignore(recipe(false, keep("*embed*")), types, tied))
                .containsExactly("*embed*", "model.embed_tokens");
        assertThat(ignore(recipe(true), ModelTypes.UNKNOWN, tied)).containsExactly("model.embed_tokens");
        assertThat(ignore(recipe(true), new ModelTypes("llama", Set.of(), ModelTypes.Head.NONE), tied))
                .containsExactly("model.embed_tokens");
        assertThat(ignore(recipe(true), types, LAYER + "mlp.down_proj", LAYER + "router"))
                .containsExactly(LAYER + "router");
    }

    @ParameterizedTest
    @CsvSource({
        "visual.merger.mlp.0, model.visual.merger.mlp.0",
        "vision_tower.layers.0.fc1, model.vision_tower.layers.0.fc1",
        "language_model.model.layers.0.mlp.gate, model.language_model.layers.0.mlp.gate",
        "model.layers.0.mlp.gate, model.language_model.layers.0.mlp.gate",
        "language_model.lm_head, lm_head",
        "model.visual.merger.linear_fc1,",
        "lm_head,",
        "thinker.visual.merger.mlp.0,"
    })
    void modelsWithTowersHaveOtherNamesForModules(String stored, String loaded) {
        List<String> names = loaded == null ? List.of(stored) : List.of(stored, loaded);
        ModelTypes types = new ModelTypes("qwen2_vl", Set.of("qwen2_vl_text"));
        String quantized = LAYER + "mlp.down_proj";

        assertThat(ignore(recipe(true), types, stored, quantized)).isEqualTo(names);
        assertThat(ignore(recipe(true), ModelTypes.of("llama"), stored, quantized))
                .containsExactly(stored);
        assertThat(ignore(recipe(false, keep(stored)), types, stored, quantized))
                .containsExactly(stored);
    }
}
