package io.arrowquant.layout;

import static io.arrowquant.layout.PlannedTensors.source;
import static org.assertj.core.api.Assertions.assertThat;

import io.arrowquant.checkpoint.CheckpointTensor;
import io.arrowquant.recipe.ModelTypes;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import io.arrowquant.tensor.TensorInfo;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class FusedExpertsTest {
    private static final String FILE = "model.safetensors";
    private static final String EXPERTS = "model.layers.3.mlp.experts.";

    /** A fused tensor that lies behind others in its file. */
    private static CheckpointTensor fused(String name, long offset, long... dimensions) {
        Shape shape = Shape.of(dimensions);
        return new CheckpointTensor(
                FILE, new TensorInfo(name, DataType.BF16, shape, offset, DataType.BF16.byteLength(shape.elements())));
    }

    @Test
    void expertsAreRangesOfTheFusedTensor() {
        CheckpointTensor norm = source(FILE, "model.norm.weight", DataType.BF16, 5);
        List<CheckpointTensor> split = FusedExperts.split(
                List.of(
                        fused(EXPERTS + "gate_up_proj", 1000, 2, 6, 5),
                        norm,
                        fused(EXPERTS + "down_proj", 2000, 2, 5, 3)),
                ModelTypes.of("qwen3_moe"));

        assertThat(split)
                .containsExactly(
                        fused(EXPERTS + "0.gate_proj.weight", 1000, 3, 5),
                        fused(EXPERTS + "0.up_proj.weight", 1030, 3, 5),
                        fused(EXPERTS + "1.gate_proj.weight", 1060, 3, 5),
                        fused(EXPERTS + "1.up_proj.weight", 1090, 3, 5),
                        norm,
                        fused(EXPERTS + "0.down_proj.weight", 2000, 5, 3),
                        fused(EXPERTS + "1.down_proj.weight", 2030, 5, 3));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt_oss", "llama4", "llama4_text"})
    void transposedExpertsStayTogether(String modelType) {
        List<CheckpointTensor> tensors = List.of(fused(EXPERTS + "gate_up_proj", 0, 2, 6, 4));
        assertThat(FusedExperts.split(tensors, ModelTypes.of(modelType))).isEqualTo(tensors);
        assertThat(FusedExperts.split(tensors, new ModelTypes("internvl", Set.of(modelType))))
                .isEqualTo(tensors);
        assertThat(FusedExperts.split(tensors, ModelTypes.UNKNOWN)).hasSize(4);
        assertThat(FusedExperts.splitAll(tensors)).hasSize(4);
    }

    static List<CheckpointTensor> others() {
        return List.of(
                fused(EXPERTS + "gate_up_proj", 0, 2, 7, 4),
                fused(EXPERTS + "gate_up_proj", 0, 12, 4),
                fused(EXPERTS + "gate_up_proj", 0, 0, 6, 4),
                fused(EXPERTS + "down_proj_bias", 0, 2, 6, 4),
                fused("model.layers.3.mlp.output_linear.weight", 0, 2, 6, 4),
                source(FILE, EXPERTS + "down_proj", DataType.U8, 2, 6, 4));
    }

    /** Odd rows, other ranks, no elements, other names, and codes. */
    @ParameterizedTest
    @MethodSource("others")
    void whatIsNoSetOfExpertsStaysAsItIs(CheckpointTensor tensor) {
        assertThat(FusedExperts.split(List.of(tensor), ModelTypes.of("qwen3_moe")))
                .containsExactly(tensor);
    }
}
