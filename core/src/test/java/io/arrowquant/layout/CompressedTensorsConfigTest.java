package io.arrowquant.layout;

import static io.arrowquant.layout.PlannedTensors.keptLinear;
import static io.arrowquant.layout.PlannedTensors.linear;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.arrowquant.json.PythonJson;
import io.arrowquant.recipe.Layout;
import io.arrowquant.recipe.PlannedTensor;
import io.arrowquant.tensor.DataType;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CompressedTensorsConfigTest {
    private static ObjectNode config(List<String> ignore, PlannedTensor... tensors) {
        return QuantizationConfig.of(
                Layout.COMPRESSED_TENSORS,
                new QuantizationConfig.Subject(List.of(tensors), ignore, DataType.BF16, null));
    }

    /** What llm-compressor wrote for a small model, with all layers in one scheme. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "W4A16",
                "W4A16_ASYM",
                "W8A16",
                "W8A8",
                "FP8_DYNAMIC",
                "FP8_BLOCK",
                "NVFP4A16",
                "MXFP4A16",
                "MXFP4A4",
                "MXFP8A16",
                "MXFP8A8"
            })
    void presetsAreDescribedAsTheReferenceDoes(String scheme) throws IOException {
        JsonNode expected;
        try (InputStream in = getClass().getResourceAsStream("/compressed-tensors/quantization-configs.json")) {
            expected = PythonJson.read(in.readAllBytes()).get(scheme);
        }
        ObjectNode actual = config(
                List.of("lm_head", "re:.*embed_tokens"),
                keptLinear("model.embed_tokens"),
                linear("model.layers.0.mlp.down_proj", scheme),
                linear("model.layers.0.mlp.up_proj", scheme),
                keptLinear("lm_head"));

        assertThat(PythonJson.sorted(actual)).isEqualTo(PythonJson.sorted(expected));
    }

    @Test
    void severalSchemesNameTheirModules() {
        ObjectNode config = config(
                List.of(),
                linear("layers.0.down_proj", "W4A16"),
                linear("layers.0.o_proj", "FP8_DYNAMIC"),
                linear("layers.1.down_proj", "W4A16"));

        assertThat(config.get("format").textValue()).isEqualTo("mixed-precision");
        JsonNode groups = config.get("config_groups");
        assertThat(groups.fieldNames()).toIterable().containsExactly("W4A16", "FP8_DYNAMIC");
        assertThat(groups.get("W4A16").get("format").textValue()).isEqualTo("pack-quantized");
        assertThat(groups.get("W4A16").get("targets"))
                .extracting(JsonNode::textValue)
                .containsExactly("layers.0.down_proj", "layers.1.down_proj");
        assertThat(groups.get("FP8_DYNAMIC").get("targets"))
                .extracting(JsonNode::textValue)
                .containsExactly("layers.0.o_proj");
        assertThat(config.get("ignore")).isEmpty();
    }

    /** The first and the last of three formats are the same. */
    @Test
    void onceMixedTheFormatStaysMixed() {
        ObjectNode config = config(List.of(), linear("a", "W4A16"), linear("b", "W8A8"), linear("c", "W8A16"));
        assertThat(config.get("format").textValue()).isEqualTo("mixed-precision");
    }

    @Test
    void schemesOfOneFormatKeepIt() {
        ObjectNode config = config(List.of(), linear("a", "W4A16"), linear("b", "W8A16"));
        assertThat(config.get("format").textValue()).isEqualTo("pack-quantized");
    }

    @Test
    void groupsOfOnePresetHaveNamesOfTheirOwn() {
        JsonNode groups = config(
                        List.of(),
                        linear("a", "W4A16"),
                        linear("b", "W4A16(group_size=64)"),
                        linear("c", "W4A16(group_size=32)"))
                .get("config_groups");
        assertThat(groups.fieldNames()).toIterable().containsExactly("W4A16", "W4A16_2", "W4A16_3");
        assertThat(groups.get("W4A16_2").get("weights").get("group_size").intValue())
                .isEqualTo(64);
    }
}
