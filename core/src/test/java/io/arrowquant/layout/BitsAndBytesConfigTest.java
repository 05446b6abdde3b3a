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
import io.arrowquant.recipe.ModelTypes;
import io.arrowquant.recipe.PlannedTensor;
import io.arrowquant.tensor.DataType;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BitsAndBytesConfigTest {
    private static final String LAYER = "model.layers.0.";

    private static ObjectNode config(PlannedTensor... tensors) {
        return QuantizationConfig.of(
                Layout.BITSANDBYTES,
                new QuantizationConfig.Subject(List.of(tensors), List.of(), DataType.BF16, ModelTypes.UNKNOWN));
    }

    /** A model of the usual tensors, whose layers have a scheme. */
    private static ObjectNode model(String scheme) {
        return config(
                keptLinear("model.embed_tokens"),
                kept(LAYER + "input_layernorm.weight", 64),
                linear(LAYER + "mlp.down_proj", scheme),
                linear(LAYER + "mlp.up_proj", scheme),
                keptLinear("lm_head"));
    }

    private static JsonNode skipped(PlannedTensor... tensors) {
        return config(tensors).get("llm_int8_skip_modules");
    }

    private static JsonNode skipped(List<PlannedTensor> tensors, String family) {
        return skipped(tensors, ModelTypes.of(family));
    }

    private static JsonNode skipped(List<PlannedTensor> tensors, ModelTypes types) {
        return QuantizationConfig.of(
                        Layout.BITSANDBYTES, new QuantizationConfig.Subject(tensors, List.of(), DataType.BF16, types))
                .get("llm_int8_skip_modules");
    }

    @Test
    void fourBitsAreDescribedAsTransformersDoes() {
        assertThat(PythonJson.sorted(model("nf4"))).isEqualTo("""
                        {
                          "_load_in_4bit": true,
                          "_load_in_8bit": false,
                          "bnb_4bit_compute_dtype": "bfloat16",
                          "bnb_4bit_quant_storage": "uint8",
                          "bnb_4bit_quant_type": "nf4",
                          "bnb_4bit_use_double_quant": false,
                          "llm_int8_enable_fp32_cpu_offload": false,
                          "llm_int8_has_fp16_weight": false,
                          "llm_int8_skip_modules": null,
                          "llm_int8_threshold": 6.0,
                          "load_in_4bit": true,
                          "load_in_8bit": false,
                          "quant_method": "bitsandbytes"
                        }""");
    }

    @Test
    void eightBitsAreDescribedAsTransformersDoes() {
        assertThat(PythonJson.sorted(model("llm_int8"))).isEqualTo("""
                        {
                          "_load_in_4bit": false,
                          "_load_in_8bit": true,
                          "bnb_4bit_compute_dtype": "float32",
                          "bnb_4bit_quant_storage": "uint8",
                          "bnb_4bit_quant_type": "fp4",
                          "bnb_4bit_use_double_quant": false,
                          "llm_int8_enable_fp32_cpu_offload": false,
                          "llm_int8_has_fp16_weight": false,
                          "llm_int8_skip_modules": null,
                          "llm_int8_threshold": 6.0,
                          "load_in_4bit": false,
                          "load_in_8bit": true,
                          "quant_method": "bitsandbytes"
                        }""");
    }

    @ParameterizedTest
    @CsvSource({"nf4, nf4, false", "nf4(nested=true), nf4, true", "fp4, fp4, false", "fp4(nested=true), fp4, true"})
    void theKindOfFourBitsIsTold(String scheme, String type, boolean nested) {
        ObjectNode config = model(scheme);
        assertThat(config.get("bnb_4bit_quant_type").textValue()).isEqualTo(type);
        assertThat(config.get("bnb_4bit_use_double_quant").booleanValue()).isEqualTo(nested);
    }

    @Test
    void aListIsOnlyGivenWhenItNamesMoreThanTheHead() {
        assertThat(skipped(linear("a", "nf4"), keptLinear("lm_head")).isNull()).isTrue();
        assertThat(skipped(linear("a", "nf4")).isNull()).isTrue();
        // Loaders that are given a list no longer leave the head alone by themselves.
        assertThat(skipped(linear("a", "nf4"), keptLinear("b")))
                .extracting(JsonNode::textValue)
                .containsExactly("b", "lm_head");
        assertThat(skipped(keptLinear("lm_head"), linear("a", "nf4"), keptLinear("b")))
                .extracting(JsonNode::textValue)
                .containsExactly("lm_head", "b");
    }

    @Test
    void onlyLinearModulesAreSkipped() {
        assertThat(skipped(
                                linear("a", "nf4"),
                                keptLinear("transformer.wte"),
                                keptLinear("visual.pos_embed"),
                                kept("a.norm.weight", 64),
                                kept("a.conv.weight", 4, 4, 3),
                                kept("a.table", 4, 4))
                        .isNull())
                .isTrue();
    }

    @Test
    void joinedExpertsAndTheirRouterAreNotLinear() {
        List<PlannedTensor> tensors = List.of(
                linear("q_proj", "nf4"), keptLinear("moe.experts.0.w1"), keptLinear("moe.gate"), keptLinear("lm_head"));
        assertThat(skipped(tensors, "mixtral").isNull()).isTrue();
        assertThat(skipped(tensors, "llama"))
                .extracting(JsonNode::textValue)
                .containsExactly("moe.experts.0.w1", "moe.gate", "lm_head");
    }

    @Test
    void aModelHasOneScheme() {
        assertThatThrownBy(() -> config(linear("a", "nf4"), linear("b", "nf4(nested=true)")))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("nf4 and nf4(nested=true)");
    }

    @Test
    void whatTransformersLeavesAloneNeedsNoMention() {
        PlannedTensor wide = keptLinear("encoder.block.0.layer.1.DenseReluDense.wo");
        PlannedTensor linear = linear(LAYER + "mlp.up_proj", "nf4");

        assertThat(skipped(List.of(linear, wide, keptLinear("shared")), "t5").isNull())
                .isTrue();
        assertThat(skipped(List.of(linear, keptLinear("score")), "llama").isNull())
                .isTrue();
        assertThat(skipped(List.of(linear, wide), "llama")).hasSize(2);
    }

    /** Transformers would make a quantized module of it, which the file has no codes for. */
    @Test
    void aHeadThatIsLikeAnyOtherModuleIsNamed() {
        ModelTypes types = new ModelTypes("llama", Set.of(), ModelTypes.Head.LINEAR);
        List<PlannedTensor> tensors = List.of(linear(LAYER + "mlp.up_proj", "nf4"), keptLinear("score"));
        assertThat(skipped(tensors, types)).extracting(JsonNode::textValue).containsExactly("score", "lm_head");
        assertThat(skipped(tensors, ModelTypes.of("llama")).isNull()).isTrue();
    }
}
