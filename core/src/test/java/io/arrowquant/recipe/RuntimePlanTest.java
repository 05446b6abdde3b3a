package io.arrowquant.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.arrowquant.checkpoint.CheckpointTensor;
import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import io.arrowquant.tensor.TensorInfo;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Plans for layouts that a runtime loads. */
class RuntimePlanTest {
    private static final String LAYER = "model.layers.0.";

    private static CheckpointTensor tensor(String name, long... dimensions) {
        Shape shape = Shape.of(dimensions);
        return new CheckpointTensor(
                "model.safetensors",
                new TensorInfo(name, DataType.BF16, shape, 0, DataType.BF16.byteLength(shape.elements())));
    }

    private static List<CheckpointTensor> matrices(String... names) {
        List<CheckpointTensor> tensors = new ArrayList<>();
        for (String name : names) {
            tensors.add(tensor(name + ".weight", 64, 256));
        }
        return tensors;
    }

    private static Recipe recipe(String scheme, boolean defaults, boolean strict, Rule... rules) {
        return new Recipe(scheme, null, List.of(rules), defaults, strict);
    }

    private static Rule keep(String pattern) {
        return Rule.keep(NamePattern.of(pattern));
    }

    private static List<String> quantized(Plan plan) {
        List<String> names = new ArrayList<>();
        for (PlannedTensor tensor : plan.tensors()) {
            if (tensor.isQuantized()) {
                names.add(tensor.source().name());
            }
        }
        return names;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "int4; PARQUET",
                "W4A16(group_size=64); COMPRESSED_TENSORS",
                "FP8_BLOCK; COMPRESSED_TENSORS",
                "NVFP4A16; COMPRESSED_TENSORS",
                "MXFP4A16; COMPRESSED_TENSORS",
                "Q4_K; GGUF"
            })
    void everySchemeHasAUsualLayout(String scheme, Layout layout) {
        assertThat(Recipe.ofScheme(scheme).effectiveLayout()).isEqualTo(layout);
    }

    @Test
    void whatNoRuntimeWouldLoadStays() {
        assertThat(reasons("FP8_BLOCK", "a.o_proj.weight", 128, 704)).contains("multiple of 128");
        assertThat(reasons("FP8_BLOCK", "a.o_proj.weight", 3, 256)).contains("Transformers does not load");
        assertThat(reasons(recipe("FP8_BLOCK", false, false), "a.gate.weight", 3, 256))
                .isEqualTo("null");
        assertThat(reasons(recipe("FP8_BLOCK", false, false), "a.gate.weight", 256, 3))
                .contains("multiple of 128");
        assertThat(reasons("FP8_BLOCK", "a.o_proj.weight", 128, 256)).isEqualTo("null");
        assertThat(reasons("FP8_BLOCK_INV", "a.o_proj.weight", 128, 704)).isEqualTo("null");
        assertThat(reasons("NVFP4A16", "l.0.block_sparse_moe.experts.3.w1.weight", 128, 256))
                .isEqualTo("null");
        assertThat(reasons("NVFP4A16", "l.0.feed_forward.w1.weight", 128, 256)).isEqualTo("null");
        assertThat(reasons("W4A16", "l.0.block_sparse_moe.experts.3.w1.weight", 128, 256))
                .isEqualTo("null");
    }

    private static String reasons(String scheme, String name, long rows, long columns) {
        return reasons(Recipe.ofScheme(scheme), name, rows, columns);
    }

    private static String reasons(Recipe recipe, String name, long rows, long columns) {
        Shape shape = Shape.of(rows, columns);
        CheckpointTensor tensor = new CheckpointTensor(
                "model.safetensors", new TensorInfo(name, DataType.BF16, shape, 0, shape.elements() * 2));
        return String.valueOf(Plan.of(List.of(tensor), recipe).tensors().get(0).reason());
    }

    @Test
    void layoutsAreFoundByName() {
        assertThat(Layout.of("Compressed-Tensors")).isEqualTo(Layout.COMPRESSED_TENSORS);
        assertThatThrownBy(() -> Layout.of("parket")).hasMessageContaining("Did you mean 'parquet'?");
    }

    @Test
    void structureDecidesEvenWithoutDefaults() {
        Plan plan = Plan.of(
                List.of(
                        tensor("a.q_norm.weight", 64, 256),
                        tensor("a.experts.gate_up_proj", 64, 256),
                        tensor("conv.weight", 8, 4, 128),
                        tensor("model.embed_tokens.weight", 64, 256)),
                recipe("W4A16", false, false));

        assertThat(plan.tensors())
                .extracting(PlannedTensor::reason)
                .containsExactly("norm", "not a module's weight", "3 dimensions", null);
    }

    @Test
    void partnersShareADecision() {
        List<CheckpointTensor> tensors =
                matrices(LAYER + "self_attn.q_proj", LAYER + "self_attn.k_proj", LAYER + "self_attn.o_proj");

        Plan plan = Plan.of(tensors, recipe("W4A16", true, false, keep("*k_proj")));
        assertThat(quantized(plan)).containsExactly(LAYER + "self_attn.o_proj.weight");
        assertThat(plan.tensors().get(0).reason())
                .isEqualTo("shares a module with " + LAYER + "self_attn.k_proj.weight, which stays as it is");

        Rule other = Rule.scheme(NamePattern.of("*k_proj"), "W8A16");
        Plan mixed = Plan.of(tensors, recipe("W4A16", true, false, other));
        assertThat(mixed.tensors().get(0).reason()).endsWith("which has another scheme");
        assertThatThrownBy(() -> Plan.of(tensors, recipe("W4A16", true, true, other)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("differ in scheme");
    }

    @Test
    void shapesThatDoNotFitAreKeptOrRefused() {
        List<CheckpointTensor> odd = List.of(tensor(LAYER + "mlp.down_proj.weight", 64, 704));

        assertThat(Plan.of(odd, recipe("W4A16", true, false)).tensors().get(0).reason())
                .contains("704 elements");
        assertThatThrownBy(() -> Plan.of(odd, recipe("W4A16", true, true)))
                .hasMessageContaining(LAYER + "mlp.down_proj.weight");
    }

    @Test
    void whatCannotBeQuantizedIsSaid() {
        String q = LAYER + "self_attn.q_proj";
        String k = LAYER + "self_attn.k_proj";
        Rule wider = Rule.scheme(NamePattern.of("*q_proj"), "W8A16");
        Plan plan = Plan.of(matrices(q, k, LAYER + "self_attn.v_proj"), recipe("W4A16", true, false, wider));

        assertThat(quantized(plan)).isEmpty();
        assertThat(plan.unfit())
                .containsExactly(q + ".weight and " + k + ".weight are joined by runtimes, but differ in scheme");
        assertThat(plan.tensors())
                .extracting(PlannedTensor::reason)
                .containsExactly(
                        "shares a module with " + k + ".weight, which has another scheme",
                        "shares a module with " + q + ".weight, which has another scheme",
                        "shares a module with " + q + ".weight, which has another scheme");
        Plan kept = Plan.of(matrices(q, k), recipe("W4A16", true, false, keep("*k_proj")));
        assertThat(kept.tensors().get(0).reason())
                .isEqualTo("shares a module with " + k + ".weight, which stays as it is");
    }

    @Test
    void expertsOfALayerAreOneSetButHaveScalesOfTheirOwn() {
        Plan qwen = Plan.of(
                matrices(
                        LAYER + "mlp.experts.0.gate_proj",
                        LAYER + "mlp.experts.0.up_proj",
                        LAYER + "mlp.experts.1.down_proj",
                        LAYER + "mlp.shared_experts.gate_proj",
                        LAYER + "mlp.shared_experts.up_proj",
                        LAYER + "mlp.gate"),
                recipe("W4A16", true, false));
        assertThat(qwen.fusedSets()).extracting(List::size).containsExactly(3, 2);
        assertThat(qwen.scaleSets()).isEmpty();

        Plan mixtral = Plan.of(
                matrices(LAYER + "block_sparse_moe.experts.0.w1", LAYER + "block_sparse_moe.experts.0.w3"),
                recipe("NVFP4A16", true, false));
        assertThat(mixtral.scaleSets()).hasSize(1);

        Plan deepseek = Plan.of(
                matrices(LAYER + "self_attn.q_a_proj", LAYER + "self_attn.kv_a_proj_with_mqa"),
                recipe("W4A16", true, false));
        assertThat(deepseek.fusedSets()).hasSize(1);
    }

    @Test
    void bitsandbytesTakesPlainLinearModules() {
        Recipe recipe = new Recipe("W4A16", Layout.BITSANDBYTES, List.of(), false, false);
        List<CheckpointTensor> tensors = matrices(
                "model.embed_tokens",
                LAYER + "self_attn.o_proj",
                LAYER + "mlp.gate",
                LAYER + "mlp.experts.0.w2",
                "lm_head");

        assertThat(quantized(Plan.of(tensors, recipe, ModelTypes.of("mixtral"))))
                .containsExactly(LAYER + "self_attn.o_proj.weight");
        assertThat(quantized(Plan.of(tensors, recipe, ModelTypes.of("llama")))).hasSize(3);
    }

    @Test
    void bitsandbytesTakesRoutersThatAreLinear() {
        Recipe recipe = Recipe.ofScheme("nf4");
        List<CheckpointTensor> tensors =
                matrices(LAYER + "mlp.gate", LAYER + "mlp.shared_expert_gate", LAYER + "mamba.dt_proj");

        assertThat(quantized(Plan.of(tensors, recipe, ModelTypes.of("qwen2_moe"))))
                .containsExactly(LAYER + "mlp.shared_expert_gate.weight", LAYER + "mamba.dt_proj.weight");
        assertThat(quantized(Plan.of(tensors, Recipe.ofScheme("W4A16"), ModelTypes.of("qwen2_moe"))))
                .isEmpty();
    }

    @Test
    void bitsandbytesTakesVisionTowersOnlyWithoutDefaults() {
        List<CheckpointTensor> tensors = matrices(
                "vision_tower.layers.0.mlp.fc1",
                "vision_tower.head.attention.out_proj",
                "vision_tower.embeddings.position_embedding");

        assertThat(quantized(Plan.of(tensors, Recipe.ofScheme("nf4"), ModelTypes.of("gemma3"))))
                .isEmpty();
        assertThat(quantized(Plan.of(
                        tensors,
                        new Recipe("nf4", Layout.BITSANDBYTES, List.of(), false, false),
                        ModelTypes.of("gemma3"))))
                .containsExactly("vision_tower.layers.0.mlp.fc1.weight");
    }

    @Test
    void attentionOfAnyNameSharesItsScale() {
        String cross = "model.decoder.layers.0.encoder_attn.";
        Plan whisper = Plan.of(
                matrices(cross + "q_proj", cross + "k_proj", cross + "v_proj"), recipe("NVFP4A16", false, false));
        assertThat(whisper.scaleSets()).hasSize(1);
        assertThat(whisper.scaleSets().get(0)).hasSize(3);

        // The reference knows these to be partners, but gives each a scale.
        Plan other = Plan.of(
                matrices(LAYER + "feed_forward.gate_proj", LAYER + "feed_forward.up_proj"),
                recipe("NVFP4A16", false, false));
        assertThat(other.scaleSets()).isEmpty();
    }

    @Test
    void expertsWhosePartnersLieApartStay() {
        String experts = LAYER + "block_sparse_moe.experts.";
        Recipe recipe = recipe("NVFP4A16", false, false);
        // By numbers 9 comes before 10, so that each w1 is followed by its w3.
        List<CheckpointTensor> whole = List.of(
                inFile("a", experts + "10.w1"),
                inFile("a", experts + "10.w3"),
                inFile("a", experts + "9.w1"),
                inFile("a", experts + "9.w3"),
                inFile("b", experts + "11.w1"),
                inFile("c", experts + "11.w3"));
        assertThat(quantized(Plan.of(whole, recipe, ModelTypes.of("mixtral")))).hasSize(6);

        List<CheckpointTensor> apart = List.of(
                inFile("a", experts + "0.w1"),
                inFile("a", experts + "1.w1"),
                inFile("b", experts + "0.w3"),
                inFile("b", experts + "1.w3"));
        assertThat(Plan.of(apart, recipe, ModelTypes.of("mixtral")).tensors())
                .allSatisfy(tensor -> assertThat(tensor.reason()).contains("hold apart"));
        assertThat(quantized(Plan.of(apart, recipe("W4A16", false, false), ModelTypes.of("mixtral"))))
                .hasSize(4);
    }

    private static CheckpointTensor inFile(String file, String module) {
        Shape shape = Shape.of(128, 256);
        return new CheckpointTensor(
                file + ".safetensors",
                new TensorInfo(module + ".weight", DataType.BF16, shape, 0, shape.elements() * 2));
    }

    @Test
    void onlyARuleDropsATensor() {
        Plan plan = Plan.of(matrices("a", "b"), recipe("int4", true, false, Rule.drop(NamePattern.of("a"))));
        assertThat(plan.tensors()).hasSize(1);
        assertThat(plan.dropped()).extracting(CheckpointTensor::name).containsExactly("a.weight");
    }
}
