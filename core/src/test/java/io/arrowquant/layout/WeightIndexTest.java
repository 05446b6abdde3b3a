package io.arrowquant.layout;

import static org.assertj.core.api.Assertions.assertThat;

import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import io.arrowquant.tensor.TensorInfo;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WeightIndexTest {
    private static String text(long parameters) {
        TreeMap<String, String> files = new TreeMap<>(
                Map.of("b.weight", "model-00001-of-00002.safetensors", "a.weight", "model-00002-of-00002.safetensors"));
        return new String(WeightIndex.text(files, parameters, 12345678901L), StandardCharsets.US_ASCII);
    }

    @Test
    void tensorsAreSortedAndTheLineEnds() {
        assertThat(text(-1)).isEqualTo("""
                        {
                          "metadata": {
                            "total_size": 12345678901
                          },
                          "weight_map": {
                            "a.weight": "model-00002-of-00002.safetensors",
                            "b.weight": "model-00001-of-00002.safetensors"
                          }
                        }
                        """);
    }

    @Test
    void parametersAreCountedWhenTheyAreKnown() {
        assertThat(text(77)).contains("    \"total_parameters\": 77,\n    \"total_size\": 12345678901\n");
        assertThat(text(0)).contains("\"total_parameters\": 0");
    }

    @ParameterizedTest
    @CsvSource({
        "model.layers.3.mlp.gate.e_score_correction_bias, 0",
        "model.layers.3.mlp.experts.e_score_correction_bias, 6",
        "model.layers.3.mlp.moe_statics.e_score_correction_bias, 6",
        "final_logits_bias, 0",
        "backbone.bn1.running_mean, 0",
        "model.layers.0.self_attn.q_proj.bias, 6",
        "lm_head.weight, 6"
    })
    void buffersAreNoParameters(String name, long parameters) {
        assertThat(WeightIndex.parameters(new TensorInfo(name, DataType.F32, Shape.of(2, 3), 0, 24)))
                .isEqualTo(parameters);
    }

    @Test
    void theIndexIsNamedAfterItsFiles() {
        assertThat(WeightIndex.nameBeside("model-00001-of-00002.safetensors"))
                .isEqualTo("model.safetensors.index.json");
        assertThat(WeightIndex.nameBeside("diffusion_pytorch_model.safetensors"))
                .isEqualTo("diffusion_pytorch_model.safetensors.index.json");
    }
}
