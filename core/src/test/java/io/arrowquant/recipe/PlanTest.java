package io.arrowquant.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.arrowquant.checkpoint.CheckpointTensor;
import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.scheme.Scheme;
import io.arrowquant.scheme.SchemeCatalog;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import io.arrowquant.tensor.TensorInfo;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlanTest {
    private static CheckpointTensor tensor(String name, DataType dtype, long... dimensions) {
        Shape shape = Shape.of(dimensions);
        return new CheckpointTensor(
                "model.safetensors", new TensorInfo(name, dtype, shape, 0, dtype.byteLength(shape.elements())));
    }

    private static PlannedTensor plan(CheckpointTensor tensor, Recipe recipe) {
        return Plan.of(List.of(tensor), recipe).tensors().get(0);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "quantized",
            value = {
                "model.layers.0.self_attn.q_proj.weight | quantized",
                "model.layers.0.mlp.gate_proj.weight | quantized",
                "model.layers.0.mlp.experts.3.w1.weight | quantized",
                "w | quantized",
                "model.embed_tokens.weight | embedding",
                "transformer.wte.weight | embedding",
                "lm_head.weight | output head",
                "model.layers.0.input_layernorm.weight | norm",
                "model.layers.0.self_attn.q_norm.weight | norm",
                "transformer.h.0.ln_1.weight | norm",
                "model.layers.0.mlp.gate.weight | router",
                "model.layers.0.block_sparse_moe.router.weight | router",
                "vision_tower.layers.0.q.weight | vision tower",
                "mtp.layers.0.q.weight | multi-token prediction",
                "model.layers.0.self_attn.q_proj.bias | bias"
            })
    void someNamesAreKeptByDefault(String name, String reason) {
        PlannedTensor planned = plan(tensor(name, DataType.BF16, 64, 256), Recipe.ofScheme("int4"));
        assertThat(planned.reason()).isEqualTo(reason);
        assertThat(planned.isQuantized()).isEqualTo(reason == null);
        Recipe bare = new Recipe("int4", List.of(), List.of(), false);
        assertThat(plan(tensor(name, DataType.BF16, 64, 256), bare).isQuantized())
                .isTrue();
    }

    @Test
    void someShapesAndTypesAreKept() {
        Recipe recipe = Recipe.ofScheme("int8");
        assertThat(plan(tensor("a", DataType.F32), recipe).reason()).isEqualTo("scalar");
        assertThat(plan(tensor("a", DataType.F32, 1000), recipe).reason()).isEqualTo("one-dimensional");
        assertThat(plan(tensor("a", DataType.F32, 100_000), recipe).reason()).isNull();
        assertThat(plan(tensor("a", DataType.F32, 8, 8, 3, 3), recipe).reason()).isEqualTo("convolution");
        assertThat(plan(tensor("a", DataType.F32, 8, 64, 64), recipe).reason()).isNull();
        Recipe bare = new Recipe("int8", List.of(), List.of(), false);
        assertThat(plan(tensor("a", DataType.I64, 8, 8), bare).reason()).isEqualTo("type I64");
        assertThat(plan(tensor("a", DataType.F32, 0, 8), bare).reason()).isEqualTo("empty");
        Recipe channel = new Recipe("int8(strategy=channel)", List.of(), List.of(), false);
        assertThat(plan(tensor("a", DataType.F32), channel).reason()).contains("needs rows");
    }

    @Test
    void theUsersRulesComeFirst() {
        Recipe recipe = new Recipe(
                "int4",
                List.of(
                        new LayerRule(NamePattern.of("re:.*lm_head"), "int8(group_size=32)"),
                        new LayerRule(NamePattern.of("*"), "int2"),
                        new LayerRule(NamePattern.of("never"), "int2")),
                NamePattern.listOf(List.of("a.*", "nothing")),
                true);
        Plan plan = Plan.of(
                List.of(
                        tensor("lm_head.weight", DataType.BF16, 10, 128),
                        tensor("a.weight", DataType.BF16, 10, 128),
                        tensor("embed_tokens.weight", DataType.BF16, 10, 128)),
                recipe);
        assertThat(plan.tensors().get(0).scheme().spelling()).isEqualTo("int8(group_size=32)");
        assertThat(plan.tensors().get(1).reason()).isEqualTo("skip a.*");
        assertThat(plan.tensors().get(2).scheme().spelling()).isEqualTo("int2");
        assertThat(plan.unmatchedPatterns()).containsExactly("nothing", "never");
    }

    @Test
    void sizesAreExact() {
        Plan plan = Plan.of(
                List.of(tensor("w", DataType.BF16, 10, 100), tensor("norm", DataType.F32, 5)), Recipe.ofScheme("int4"));
        // 1000 codes of four bits, and eight groups of 128 with a scale and a zero point.
        assertThat(plan.tensors().get(0).bytesAfter()).isEqualTo(500 + 8 * 4 + 8 * 4);
        assertThat(plan.tensors().get(1).parts()).isEmpty();
        assertThat(plan.bytesBefore()).isEqualTo(2020);
        assertThat(plan.bytesAfter()).isEqualTo(564 + 20);
        assertThat(plan.bitsPerWeight()).isEqualTo(584 * 8 / 1005.0);
        assertThat(Plan.of(List.of(), Recipe.ofScheme("int4")).bitsPerWeight()).isZero();
    }

    @Test
    void unknownSchemesAreRefusedAtOnce() {
        assertThatThrownBy(() -> Recipe.ofScheme("int5")).isInstanceOf(InvalidRequestException.class);
        assertThatThrownBy(
                        () -> new Recipe("int4", List.of(new LayerRule(NamePattern.of("a"), "int5")), List.of(), true))
                .isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void mostSchemesMakeTheSamePartsOfEveryType() {
        Scheme scheme = SchemeCatalog.parse("int4");
        Shape shape = Shape.of(4, 128);
        assertThat(scheme.parts(shape, DataType.BF16)).isEqualTo(scheme.parts(shape));
        assertThat(scheme.decoder(shape, DataType.BF16).tileUnit())
                .isEqualTo(scheme.decoder(shape).tileUnit());
    }
}
