package io.arrowquant.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import io.arrowquant.checkpoint.CheckpointTensor;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import io.arrowquant.tensor.TensorInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What is quantized by default of the model families people have, by the names of their tensors. */
class FamilyKeepsTest {
    private record Family(String name, List<String> quantized, List<String> kept) {}

    private static final List<Family> FAMILIES = List.of(
            new Family(
                    "Llama, Mistral, Qwen2",
                    List.of("model.layers.0.self_attn.q_proj.weight", "model.layers.0.mlp.gate_proj.weight"),
                    List.of("model.embed_tokens.weight", "lm_head.weight", "model.norm.weight")),
            new Family(
                    "Mixtral",
                    List.of("model.layers.0.block_sparse_moe.experts.7.w2.weight"),
                    List.of("model.layers.0.block_sparse_moe.gate.weight")),
            new Family(
                    "Qwen3-MoE and Qwen3-Next",
                    List.of(
                            "model.layers.0.mlp.experts.0.gate_proj.weight",
                            "model.layers.0.linear_attn.out_proj.weight",
                            "model.layers.0.mlp.shared_expert.up_proj.weight"),
                    List.of(
                            "model.layers.0.mlp.gate.weight",
                            "model.layers.0.mlp.shared_expert_gate.weight",
                            "model.layers.0.linear_attn.conv1d.weight",
                            "model.layers.0.linear_attn.A_log",
                            "model.layers.0.self_attn.q_norm.weight",
                            "mtp.layers.0.mlp.gate_proj.weight")),
            new Family(
                    "DeepSeek-V3",
                    List.of(
                            "model.layers.3.self_attn.kv_a_proj_with_mqa.weight",
                            "model.layers.3.mlp.shared_experts.down_proj.weight"),
                    List.of(
                            "model.layers.3.mlp.gate.weight",
                            "model.layers.61.eh_proj.weight",
                            "model.layers.61.self_attn.o_proj.weight",
                            "model.layers.61.mlp.experts.0.up_proj.weight",
                            "model.layers.61.shared_head.head.weight")),
            new Family(
                    "gpt-oss, Llama 4",
                    List.of("language_model.model.layers.0.feed_forward.shared_expert.up_proj.weight"),
                    List.of(
                            "language_model.model.layers.0.feed_forward.router.weight",
                            "model.layers.0.mlp.router.weight",
                            "vision_model.model.layers.0.mlp.fc1.weight",
                            "multi_modal_projector.linear_1.weight")),
            new Family(
                    "Gemma 3, Qwen-VL and Omni",
                    List.of(
                            "model.language_model.layers.0.mlp.up_proj.weight",
                            "thinker.model.layers.0.mlp.up_proj.weight"),
                    List.of(
                            "model.vision_tower.vision_model.encoder.layers.0.mlp.fc1.weight",
                            "visual.blocks.0.attn.qkv.weight",
                            "model.embed_vision.embedding_projection.weight",
                            "thinker.audio_tower.layers.0.fc1.weight",
                            "model.language_model.embed_tokens_per_layer.weight",
                            "model.language_model.layers.0.altup.modality_router.weight")),
            new Family(
                    "Mamba, Jamba, LFM2",
                    List.of(
                            "model.layers.0.mamba.in_proj.weight",
                            "model.layers.0.conv.in_proj.weight",
                            "model.layers.0.mamba.x_proj.weight"),
                    List.of(
                            "model.layers.0.mamba.conv1d.weight",
                            "model.layers.0.mamba.A_log",
                            "model.layers.0.mamba.dt_proj.weight",
                            "model.layers.0.conv.conv.weight")),
            new Family(
                    "GPT-2, Falcon, BERT",
                    List.of("transformer.h.0.attn.c_attn.weight", "encoder.layer.0.attention.self.query.weight"),
                    List.of(
                            "transformer.wte.weight",
                            "transformer.wpe.weight",
                            "transformer.h.0.ln_1.weight",
                            "transformer.word_embeddings.weight",
                            "embeddings.token_type_embeddings.weight",
                            "pooler.dense.weight",
                            "classifier.weight")),
            new Family(
                    "T5",
                    List.of("encoder.block.0.layer.0.SelfAttention.q.weight"),
                    List.of("shared.weight", "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight")),
            new Family(
                    "FLUX, SD3, Wan",
                    List.of("transformer_blocks.0.attn.to_q.weight", "single_transformer_blocks.0.proj_out.weight"),
                    List.of(
                            "x_embedder.weight",
                            "context_embedder.weight",
                            "time_text_embed.timestep_embedder.linear_1.weight",
                            "norm_out.linear.weight",
                            "proj_out.weight",
                            "patch_embedding.weight",
                            "condition_embedder.time_proj.weight")));

    private static CheckpointTensor tensor(String name) {
        Shape shape = Shape.of(64, 256);
        return new CheckpointTensor(
                "model.safetensors",
                new TensorInfo(name, DataType.BF16, shape, 0, DataType.BF16.byteLength(shape.elements())));
    }

    @TestFactory
    Stream<DynamicTest> familiesKeepWhatQuantizationHarms() {
        return FAMILIES.stream().map(family -> DynamicTest.dynamicTest(family.name(), () -> check(family)));
    }

    private static void check(Family family) {
        List<CheckpointTensor> tensors = new ArrayList<>();
        family.quantized().forEach(name -> tensors.add(tensor(name)));
        family.kept().forEach(name -> tensors.add(tensor(name)));
        for (String scheme : List.of("int4", "FP8_DYNAMIC")) {
            for (PlannedTensor planned :
                    Plan.of(tensors, Recipe.ofScheme(scheme)).tensors()) {
                boolean expected = family.quantized().contains(planned.source().name());
                assertThat(planned.isQuantized())
                        .as("%s with %s: %s", planned.source().name(), scheme, planned.reason())
                        .isEqualTo(expected);
            }
        }
    }
}
