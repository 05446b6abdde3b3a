package io.arrowquant.layout;

import static io.arrowquant.layout.PlannedTensors.keptLinear;
import static io.arrowquant.layout.PlannedTensors.linear;
import static io.arrowquant.layout.PlannedTensors.source;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.arrowquant.error.MalformedFileException;
import io.arrowquant.recipe.Layout;
import io.arrowquant.recipe.ModelTypes;
import io.arrowquant.recipe.PlannedTensor;
import io.arrowquant.recipe.Recipe;
import io.arrowquant.scheme.SchemeCatalog;
import io.arrowquant.tensor.DataType;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelConfigTest {
    private static ModelConfig read(String text) {
        return ModelConfig.read("m/config.json", text.getBytes(StandardCharsets.UTF_8));
    }

    private static String quantized(ModelConfig config, Layout layout, PlannedTensor... tensors) {
        Recipe recipe = new Recipe("W4A16", layout, List.of(), true, false);
        return new String(config.quantized(List.of(tensors), recipe), StandardCharsets.US_ASCII);
    }

    @Test
    void aConfigSaysWhatTheModelIs() {
        ModelConfig config = read("{\"model_type\": \"llama\", \"quantization_config\": {\"quant_method\": \"gptq\"}}");
        assertThat(config.types()).isEqualTo(ModelTypes.of("llama"));
        assertThat(config.quantization().path("quant_method").asText()).isEqualTo("gptq");
        assertThat(config).hasToString("m/config.json");
        assertThat(ModelConfig.empty()).hasToString("config.json");
    }

    @Test
    void partsOfAModelHaveArchitecturesToo() {
        ModelConfig config =
                read("{\"model_type\": \"omni\", \"vision_config\": {\"model_type\": \"siglip\"}, \"layers\": [3],"
                        + "\"thinker_config\": {\"text_config\": {\"model_type\": \"qwen3_moe\"}, \"model_type\": 4}}");
        assertThat(config.types()).isEqualTo(new ModelTypes("omni", Set.of("siglip", "qwen3_moe")));
    }

    @ParameterizedTest
    @CsvSource({
        "LlamaForCausalLM, USUAL",
        "GPT2LMHeadModel, USUAL",
        "MarianMTModel, USUAL",
        "LlamaForSequenceClassification, USUAL",
        "LlamaModel, NONE",
        "CLIPTextModel, NONE",
        "LlamaForTokenClassification, LINEAR",
        "Wav2Vec2ForCTC, LINEAR"
    })
    void theClassTellsWhatFollowsTheLastLayer(String architecture, ModelTypes.Head head) {
        assertThat(read("{\"architectures\": [\"" + architecture + "\"]}")
                        .types()
                        .head())
                .isEqualTo(head);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"quantization_config\": {\"bits\": 4}, \"hidden\": 8}",
                "{\"compression_config\": {\"bits\": 4}, \"hidden\": 8}",
                "{\"hidden\": 8, \"text_config\": {\"quantization_config\": {\"bits\": 4}}}"
            })
    void whatIsQuantizedAlreadyIsSeenAndCanBeTakenOut(String text) {
        ModelConfig config = read(text);
        assertThat(config.quantization().path("bits").asInt()).isEqualTo(4);
        assertThat(config.types()).isEqualTo(ModelTypes.UNKNOWN);
        assertThat(new String(config.plain(), StandardCharsets.US_ASCII))
                .contains("\"hidden\": 8")
                .doesNotContain("bits");
    }

    @Test
    void aPlainConfigDescribesNoQuantization() {
        assertThat(read("{\"quantization_config\": 3}").quantization().isObject())
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({"bfloat16,BF16", "torch.float16,F16", "float32,F32", "int7,"})
    void theTypeOfTheWeightsIsNamed(String name, DataType type) {
        assertThat(read("{\"torch_dtype\": \"" + name + "\"}").namedType()).isEqualTo(type);
        assertThat(read("{\"dtype\": \"" + name + "\"}").namedType()).isEqualTo(type);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "3", "\"text\"", "{} {}"})
    void whatIsNoConfigIsRefusedByName(String text) {
        assertThatThrownBy(() -> read(text))
                .isInstanceOf(MalformedFileException.class)
                .hasMessageContaining("m/config.json")
                .hasMessageContaining("Download the model again");
    }

    @Test
    void nothingElseChanges() {
        ModelConfig config = read("{\"z\": 1e-05, \"rope\": 10000.0, \"name\": \"\u00e9\", \"list\": []}");
        String expected = "{\n  \"list\": [],\n  \"name\": \"\\u00e9\",\n  \"rope\": 10000.0,\n  \"z\": 1e-05\n}";

        assertThat(quantized(config, Layout.COMPRESSED_TENSORS, keptLinear("a")))
                .isEqualTo(expected);
        assertThat(quantized(config, Layout.BITSANDBYTES, keptLinear("a"))).isEqualTo(expected + "\n");
    }

    @Test
    void aDescriptionReplacesAnother() {
        ModelConfig config = read("{\"quantization_config\": {\"quant_method\": \"old\"}}");
        assertThat(quantized(config, Layout.FP8, linear("a", "FP8_BLOCK_INV"))).isEqualTo("""
                        {
                          "quantization_config": {
                            "activation_scheme": "dynamic",
                            "fmt": "e4m3",
                            "quant_method": "fp8",
                            "weight_block_size": [
                              128,
                              128
                            ]
                          }
                        }
                        """);
        assertThat(quantized(config, Layout.FP8, keptLinear("a"))).isEqualTo("{}\n");
        // The config itself stays as it was read.
        assertThat(config.quantization().path("quant_method").asText()).isEqualTo("old");
    }

    @Test
    void fp8NamesTheModulesThatStay() {
        assertThat(quantized(ModelConfig.empty(), Layout.FP8, linear("a", "FP8_BLOCK_INV"), keptLinear("lm_head")))
                .contains("    \"modules_to_not_convert\": [\n      \"lm_head\"\n    ],\n");
    }

    @ParameterizedTest
    @EnumSource(
            value = Layout.class,
            names = {"PARQUET", "GGUF"})
    void layoutsWithoutAConfigHaveNone(Layout layout) {
        assertThatThrownBy(() -> quantized(ModelConfig.empty(), layout, linear("a", "int4")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{\"dtype\": \"float32\", \"torch_dtype\": \"float16\"}; float32",
                "{\"torch_dtype\": \"float16\"}; float16",
                "{\"torch_dtype\": \"torch.bfloat16\"}; bfloat16",
                "{\"dtype\": null, \"torch_dtype\": \"float16\"}; float16",
                "{\"torch_dtype\": \"auto\"}; bfloat16",
                "{}; bfloat16"
            })
    void theTypeToComputeInIsTheModels(String text, String type) {
        assertThat(quantized(read(text), Layout.BITSANDBYTES, linear("a", "nf4")))
                .contains("\"bnb_4bit_compute_dtype\": \"" + type + "\"");
    }

    @Test
    void withoutAnyWordTheFirstFloatsDecideAsTransformersHasIt() {
        PlannedTensor single = planned("b.weight", DataType.F32, "model-1.safetensors");
        PlannedTensor half = planned("a.weight", DataType.F16, "model-2.safetensors");
        PlannedTensor halfBefore = planned("a.weight", DataType.F16, "model-1.safetensors");
        PlannedTensor count =
                new PlannedTensor(source("model-1.safetensors", "a", DataType.I64, 64, 64), null, "no floats");

        assertThat(quantized(ModelConfig.empty(), Layout.BITSANDBYTES, half, single, count))
                .contains("\"bnb_4bit_compute_dtype\": \"float32\"");
        assertThat(quantized(ModelConfig.empty(), Layout.BITSANDBYTES, single, halfBefore, count))
                .contains("\"bnb_4bit_compute_dtype\": \"float16\"");
    }

    private static PlannedTensor planned(String name, DataType type, String file) {
        return new PlannedTensor(source(file, name, type, 64, 64), SchemeCatalog.parse("nf4"), null);
    }
}
