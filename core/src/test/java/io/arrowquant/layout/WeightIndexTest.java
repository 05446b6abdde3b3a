package io.arrowquant.layout;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

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

    @Test
    void theIndexIsNamedAfterItsFiles() {
        assertThat(WeightIndex.nameBeside("model-00001-of-00002.safetensors"))
                .isEqualTo("model.safetensors.index.json");
        assertThat(WeightIndex.nameBeside("diffusion_pytorch_model.safetensors"))
                .isEqualTo("diffusion_pytorch_model.safetensors.index.json");
    }
}
