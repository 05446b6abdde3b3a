package io.arrowquant.layout;

import static io.arrowquant.layout.PlannedTensors.kept;
import static io.arrowquant.layout.PlannedTensors.keptLinear;
import static io.arrowquant.layout.PlannedTensors.linear;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.json.PythonJson;
import io.arrowquant.recipe.Layout;
import io.arrowquant.recipe.PlannedTensor;
import io.arrowquant.tensor.DataType;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PackedConfigTest {
    private static ObjectNode config(Layout layout, PlannedTensor... tensors) {
        return QuantizationConfig.of(
                layout, new QuantizationConfig.Subject(List.of(tensors), List.of(), DataType.BF16, null));
    }

    private static PlannedTensor[] model(String scheme) {
        return new PlannedTensor[] {
            keptLinear("model.embed_tokens"),
            kept("model.norm.weight", 64),
            linear("model.layers.0.mlp.up_proj", scheme),
            keptLinear("lm_head")
        };
    }

    @Test
    void gptqIsDescribedAsItsToolsDo() {
        assertThat(PythonJson.sorted(config(Layout.GPTQ, model("gptq_int4")))).isEqualTo("""
                        {
                          "bits": 4,
                          "checkpoint_format": "gptq",
                          "damp_percent": 0.01,
                          "desc_act": false,
                          "group_size": 128,
                          "lm_head": false,
                          "quant_method": "gptq",
                          "sym": true,
                          "true_sequential": true
                        }""");
    }

    @Test
    void awqIsDescribedAsItsToolsDo() {
        assertThat(PythonJson.sorted(config(Layout.AWQ, model("awq_int4")))).isEqualTo("""
                        {
                          "bits": 4,
                          "group_size": 128,
                          "modules_to_not_convert": [
                            "lm_head"
                          ],
                          "quant_method": "awq",
                          "version": "gemm",
                          "zero_point": true
                        }""");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {"gptq_int8; 8; 128; true", "gptq_int4(group_size=64,symmetric=false); 4; 64; false"})
    void theParametersOfTheSchemeAreTold(String scheme, int bits, int groupSize, boolean symmetric) {
        ObjectNode config = config(Layout.GPTQ, model(scheme));
        assertThat(config.get("bits").intValue()).isEqualTo(bits);
        assertThat(config.get("group_size").intValue()).isEqualTo(groupSize);
        assertThat(config.get("sym").booleanValue()).isEqualTo(symmetric);
    }

    @Test
    void gptqExcludesKeptModulesByPattern() {
        ObjectNode config = config(
                Layout.GPTQ,
                linear("model.layers.0.o_proj", "gptq_int4"),
                keptLinear("model.layers.10.o_proj"),
                linear("lm_head", "gptq_int4"));

        assertThat(config.get("dynamic").fieldNames()).toIterable().containsExactly("-:^model\\.layers\\.10\\.o_proj$");
        assertThat(config.get("lm_head").booleanValue()).isTrue();
    }

    @Test
    void awqListsKeptModules() {
        JsonNode modules = config(Layout.AWQ, linear("lm_head", "awq_int4"), keptLinear("b.o_proj"), keptLinear("wte"))
                .get("modules_to_not_convert");
        assertThat(modules).extracting(JsonNode::textValue).containsExactly("b.o_proj");
        assertThat(config(Layout.AWQ, linear("a", "awq_int4"), keptLinear("b")).get("modules_to_not_convert"))
                .extracting(JsonNode::textValue)
                .containsExactly("lm_head", "b");
    }

    @Test
    void aModelHasOneScheme() {
        assertThatThrownBy(() -> config(Layout.GPTQ, linear("a", "gptq_int4"), linear("b", "gptq_int8")))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("The layout gptq has one scheme for a model")
                .hasMessageContaining("gptq_int4 and gptq_int8");
        assertThatThrownBy(() -> config(Layout.AWQ, linear("a", "awq_int4"), linear("b", "awq_int4(group_size=64)")))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("The layout awq has one scheme");
    }
}
