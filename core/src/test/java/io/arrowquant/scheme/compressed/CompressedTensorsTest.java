package io.arrowquant.scheme.compressed;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.arrowquant.scheme.SchemeCatalog;
import io.arrowquant.scheme.SchemeEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Groups of schemes whose parameters are not those of a preset; presets themselves are compared with the reference's. */
class CompressedTensorsTest {
    private static JsonNode group(String scheme) {
        return CompressedTensors.group(SchemeCatalog.parse(scheme));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            nullValues = "none",
            value = {
                // scheme; format; bits; type; strategy; group size; strategy of activations
                "W3A16(group_size=32); pack-quantized; 3; int; group; 32; none",
                "W4A16(strategy=channel); pack-quantized; 4; int; channel; none; none",
                "W8A16(strategy=tensor); pack-quantized; 8; int; tensor; none; none",
                "W8A8(strategy=tensor); int-quantized; 8; int; tensor; none; token",
                "W4A8; int-quantized; 4; int; group; 128; token",
                "W4A8(strategy=channel); int-quantized; 4; int; channel; none; token",
                "FP8; float-quantized; 8; float; tensor; none; none",
                "FP8_DYNAMIC(strategy=group,group_size=64); float-quantized; 8; float; group; 64; token",
                "NVFP4; nvfp4-pack-quantized; 4; float; tensor_group; 16; none"
            })
    void weightsAreDescribed(
            String scheme,
            String format,
            int bits,
            String type,
            String strategy,
            Integer groupSize,
            String activations) {
        JsonNode group = group(scheme);
        JsonNode weights = group.get("weights");
        assertThat(group.get("format").textValue()).isEqualTo(format);
        assertThat(weights.get("num_bits").intValue()).isEqualTo(bits);
        assertThat(weights.get("type").textValue()).isEqualTo(type);
        assertThat(weights.get("strategy").textValue()).isEqualTo(strategy);
        assertThat(
                        weights.get("group_size").isNull()
                                ? null
                                : weights.get("group_size").intValue())
                .isEqualTo(groupSize);
        assertThat(group.get("input_activations").path("strategy").textValue()).isEqualTo(activations);
        assertThat(group.get("output_activations").isNull()).isTrue();
    }

    /** Activations are eight bits wide even where weights are four. */
    @Test
    void activationsHaveAWidthOfTheirOwn() {
        assertThat(group("W4A8").get("input_activations").get("num_bits").intValue())
                .isEqualTo(8);
    }

    @Test
    void aSearchForTheLeastErrorIsTold() {
        JsonNode weights = group("W4A16(observer=mse,symmetric=false)").get("weights");
        assertThat(weights.get("observer").textValue()).isEqualTo("memoryless_mse");
        assertThat(weights.get("zp_dtype").textValue()).isEqualTo("torch.int8");
        assertThat(weights.get("symmetric").booleanValue()).isFalse();
        assertThat(group("W4A16").get("weights").get("observer").isNull()).isTrue();
    }

    @Test
    void everySchemeOfTheFamilyHasAGroupAndAName() {
        for (SchemeEntry entry : SchemeCatalog.entries()) {
            if (entry.family().equals(CompressedTensors.FAMILY)) {
                assertThat(group(entry.name()).fieldNames())
                        .toIterable()
                        .containsExactly("format", "input_activations", "output_activations", "weights");
            }
        }
        assertThat(CompressedTensors.presetName(SchemeCatalog.parse("MXFP4A4"))).isEqualTo("MXFP4");
        assertThat(CompressedTensors.presetName(SchemeCatalog.parse("mxfp8"))).isEqualTo("MXFP8");
        assertThat(CompressedTensors.presetName(SchemeCatalog.parse("W4A16(group_size=32)")))
                .isEqualTo("W4A16");
    }
}
