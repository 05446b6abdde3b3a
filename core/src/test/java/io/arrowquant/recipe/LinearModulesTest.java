package io.arrowquant.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LinearModulesTest {
    @ParameterizedTest
    @CsvSource({
        "llama, model.layers.0.mlp.down_proj.weight",
        "bert, bert.encoder.layer.0.attention.self.query.weight",
        "gpt2, transformer.h.0.attn.c_attn.weight",
        "t5, encoder.block.0.layer.1.DenseReluDense.wi.weight",
        "jamba, model.layers.0.feed_forward.router.weight",
        "jetmoe, model.layers.0.self_attention.experts.router.layer.weight",
        "deepseek_v3, model.layers.1.mlp.shared_experts.up_proj.weight",
        "siglip2, vision_model.embeddings.patch_embedding.weight",
        "llama, model.decoder.output.weight",
        ", model.layers.1.mlp.experts.0.up_proj.weight"
    })
    void plain(String modelType, String tensor) {
        assertThat(LinearModules.leftAlone(tensor, ModelTypes.of(modelType))).isNull();
    }

    @Test
    void headsThatAreLikeAnyOtherModule() {
        ModelTypes types = new ModelTypes("llama", Set.of(), ModelTypes.Head.LINEAR);
        assertThat(LinearModules.leftAlone("score.weight", types)).isNull();
        assertThat(LinearModules.isHead("score.weight", types)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "llama, lm_head.weight, output head",
        "llama, score.weight, output head",
        "whisper, proj_out.weight, output head",
        "bert, cls.predictions.decoder.weight, output head",
        "mamba, backbone.embeddings.weight, embedding",
        "t5, shared.weight, embedding",
        "t5, decoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight, embedding",
        "gemma3, vision_tower.embeddings.position_embedding.weight, embedding",
        "gemma3, vision_tower.head.attention.out_proj.weight, attention of PyTorch",
        "falcon, transformer.h.0.mlp.dense_h_to_4h.weight, Transformers has no Linear module here",
        "t5, encoder.block.0.layer.1.DenseReluDense.wo.weight, Transformers keeps it in 32 bits",
        "deepseek_v32, model.layers.0.self_attn.indexer.weights_proj.weight, Transformers keeps it in 32 bits",
        "minimax_m2, model.layers.0.block_sparse_moe.experts.1.w1.weight, experts that Transformers joins",
        "granitemoe, model.layers.0.block_sparse_moe.router.layer.weight, router",
        "nemotron_h, backbone.layers.1.mixer.gate.weight, router"
    })
    void leftAlone(String modelType, String tensor, String reason) {
        assertThat(LinearModules.leftAlone(tensor, ModelTypes.of(modelType))).isEqualTo(reason);
    }

    @Test
    void partsCountAsTheModelDoes() {
        ModelTypes types = new ModelTypes("internvl", Set.of("qwen3_moe", "t5", "falcon"));
        assertThat(LinearModules.noLinear("language_model.model.layers.0.mlp.experts.1.up_proj.weight", types))
                .isEqualTo("experts that Transformers joins");
        assertThat(LinearModules.noLinear("language_model.decoder.block.0.layer.2.DenseReluDense.wo.weight", types))
                .isEqualTo("Transformers keeps it in 32 bits");
        assertThat(LinearModules.noLinear("vision_tower.layers.0.fc1.weight", types))
                .isNull();
    }

    @Test
    void conv1dIsTurned() {
        assertThat(LinearModules.isTurned("transformer.h.0.mlp.c_fc.weight", ModelTypes.of("gpt2")))
                .isTrue();
        assertThat(LinearModules.isTurned("h.11.attn.c_proj.weight", ModelTypes.of("gpt2")))
                .isTrue();
        assertThat(LinearModules.isTurned("transformer.wte.weight", ModelTypes.of("gpt2")))
                .isFalse();
        assertThat(LinearModules.isTurned("model.layers.0.mlp.c_fc.weight", ModelTypes.of("starcoder2")))
                .isFalse();
        assertThat(LinearModules.isTurned("h.0.mlp.c_fc.weight", ModelTypes.UNKNOWN))
                .isFalse();
    }
}
