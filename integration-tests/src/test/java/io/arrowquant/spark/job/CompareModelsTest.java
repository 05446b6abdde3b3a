package io.arrowquant.spark.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.arrowquant.spark.testing.CheckpointFiles;
import io.arrowquant.spark.testing.CheckpointFiles.Stored;
import io.arrowquant.tensor.DataType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** compare, on quantized model directories: their weights count as what they are decoded to. */
class CompareModelsTest extends JobTestBase {
    private static final Path MODEL = Path.of("src/test/resources/tiny-llama/model");

    private Path quantized(String name, String scheme) {
        Path output = directory.resolve(name);
        succeed("quantize", "--input", MODEL, "--output", output, "--scheme", scheme);
        return output;
    }

    private static Map<String, JsonNode> layers(JsonNode compared) {
        Map<String, JsonNode> layers = new TreeMap<>();
        compared.get("layers")
                .forEach(layer -> layers.put(layer.get("layer_name").asText(), layer));
        return layers;
    }

    private static void assertEverythingIsCompared(JsonNode compared) {
        for (String list :
                new String[] {"only_in_a", "only_in_b", "not_comparable", "not_decoded_in_a", "not_decoded_in_b"}) {
            assertThat(compared.get(list)).as(list).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "W4A16(group_size=32)",
                "W4A16(group_size=32,symmetric=false)",
                "W8A8",
                "FP8_DYNAMIC",
                "FP8_BLOCK",
                "FP8_BLOCK_INV",
                "NVFP4A16",
                "MXFP4A16",
                "gptq_int4(group_size=32)",
                "awq_int4(group_size=32)"
            })
    void theErrorsAreThoseThatTheJobMeasured(String scheme) throws IOException {
        Path output = quantized("out", scheme);
        JsonNode report = report(output);

        JsonNode compared = succeed("compare", MODEL, output, "--json").json();

        assertEverythingIsCompared(compared);
        Map<String, JsonNode> layers = layers(compared);
        assertThat(layers).hasSize(report.get("tensors").size());
        int quantized = 0;
        for (JsonNode tensor : report.get("tensors")) {
            JsonNode layer = layers.get(tensor.get("layer_name").asText());
            if (tensor.get("cosine").isNull()) {
                assertThat(layer.get("max_abs_error").asDouble()).isZero();
                assertThat(layer.get("b")).isEqualTo(layer.get("a"));
                continue;
            }
            quantized++;
            for (String figure : new String[] {"cosine", "mse", "max_abs_error", "snr_db"}) {
                if (scheme.startsWith("awq")) {
                    // Loaders round the product to the type of the scales, of which the job knows nothing.
                    double reported = tensor.get(figure).asDouble();
                    assertThat(layer.get(figure).asDouble())
                            .as(figure)
                            .isCloseTo(reported, Offset.offset(reported * 1e-3));
                } else {
                    assertThat(layer.get(figure)).as(figure).isEqualTo(tensor.get(figure));
                }
            }
            assertThat(tensor.get("scheme").asText()).startsWith(layer.get("b").asText());
        }
        assertThat(quantized).isPositive();
    }

    @Test
    void quantizedModelsAreComparedWithEachOtherAndWithTables() throws IOException {
        Path packed = quantized("packed", "W4A16(group_size=32)");
        Path floats = quantized("floats", "FP8_DYNAMIC");
        Path plain = directory.resolve("plain");
        succeed("dequantize", "--input", floats, "--output", plain);

        JsonNode same = succeed("compare", packed, packed, "--json").json();
        assertThat(layers(same).values())
                .allSatisfy(layer ->
                        assertThat(layer.get("max_abs_error").asDouble()).isZero());

        // Decoded on the way or before: the same values.
        JsonNode both = succeed("compare", packed, floats, "--json").json();
        JsonNode decoded = succeed("compare", packed, plain, "--json").json();
        assertEverythingIsCompared(both);
        assertThat(both.get("layers").get(0).get("cosine").asDouble()).isLessThan(1);
        assertThat(both.get("layers").get(0).get("a").asText()).isEqualTo("W4A16(group_size=32)");
        assertThat(both.get("layers").get(0).get("b").asText()).isEqualTo("FP8_DYNAMIC");
        layers(both)
                .forEach((name, layer) -> assertThat(layer.get("mse"))
                        .as(name)
                        .isEqualTo(layers(decoded).get(name).get("mse")));

        Path table = quantized("table", "int8");
        JsonNode streamed = succeed("compare", table, floats, "--json").json();
        JsonNode fromPlain = succeed("compare", table, plain, "--json").json();
        assertEverythingIsCompared(streamed);
        layers(streamed)
                .forEach((name, layer) -> assertThat(layer.get("mse"))
                        .as(name)
                        .isEqualTo(layers(fromPlain).get(name).get("mse")));
        assertThat(succeed("compare", floats, table).out()).contains("FP8_DYNAMIC", "int8");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nf4", "llm_int8"})
    void whatCannotBeDecodedIsSaidAndTheRestCompared(String scheme) throws IOException {
        Path output = quantized("out", scheme);

        JsonNode compared = succeed("compare", MODEL, output, "--json").json();

        assertThat(compared.get("not_decoded_in_b")).hasSize(1);
        assertThat(compared.get("not_decoded_in_b").get(0).asText())
                .isEqualTo("The model is quantized with bitsandbytes, which is not decoded");
        Map<String, JsonNode> layers = layers(compared);
        for (JsonNode tensor : report(output).get("tensors")) {
            String name = tensor.get("layer_name").asText();
            if (tensor.get("cosine").isNull()) {
                assertThat(layers.get(name).get("max_abs_error").asDouble()).isZero();
            } else {
                assertThat(layers).doesNotContainKey(name);
                assertThat(compared.get("not_comparable").toString()).contains(name);
            }
        }
        assertThat(compared.get("not_comparable").get(0).asText())
                .endsWith("may be codes of bitsandbytes, which are not decoded");
        assertThat(succeed("compare", MODEL, output).out())
                .contains("not decoded in " + output + ": The model is quantized with bitsandbytes");
    }

    @Test
    void anOrderOfActivationsIsSaidAndTheRestCompared() throws IOException {
        Path plain = directory.resolve("plain");
        Path ordered = directory.resolve("ordered");
        Stored norm = CheckpointFiles.gaussian("model.norm.weight", DataType.BF16, 64);
        CheckpointFiles.write(
                plain.resolve("model.safetensors"), norm, CheckpointFiles.gaussian("m.weight", DataType.BF16, 2, 128));
        CheckpointFiles.write(
                ordered.resolve("model.safetensors"),
                norm,
                CheckpointFiles.random("m.weight_packed", DataType.I32, 2, 16),
                CheckpointFiles.gaussian("m.weight_scale", DataType.BF16, 2, 1),
                CheckpointFiles.random("m.weight_g_idx", DataType.I32, 128));
        Files.writeString(ordered.resolve("config.json"), """
                {"quantization_config": {"quant_method": "compressed-tensors", "format": "pack-quantized",
                 "config_groups": {"group_0": {"targets": ["Linear"],
                  "weights": {"num_bits": 4, "strategy": "group", "group_size": 128, "actorder": "group"}}}}}
                """);

        JsonNode compared = succeed("compare", plain, ordered, "--json").json();

        assertThat(layers(compared)).containsOnlyKeys("model.norm.weight");
        assertThat(compared.get("not_decoded_in_b")).hasSize(1);
        assertThat(compared.get("not_decoded_in_b").get(0).asText())
                .contains("m.weight_packed has its columns in an order of activations");
        assertThat(failure(ExitCode.BAD_REQUEST, "dequantize", "--input", ordered, "--output", directory.resolve("no")))
                .contains("order of activations");
    }

    @Test
    void fusedExpertsAreComparedWithSingleOnes() throws IOException {
        Path model = directory.resolve("experts");
        String experts = "model.layers.0.mlp.experts.";
        CheckpointFiles.write(
                model.resolve("model.safetensors"),
                CheckpointFiles.gaussian(experts + "gate_up_proj", DataType.BF16, 3, 128, 64),
                CheckpointFiles.gaussian(experts + "down_proj", DataType.BF16, 3, 64, 64));
        Files.writeString(model.resolve("config.json"), "{\"model_type\": \"qwen3_moe\"}");
        Path output = directory.resolve("out");
        succeed("quantize", "--input", model, "--output", output, "--scheme", "W8A16(group_size=32)");

        JsonNode compared = succeed("compare", model, output, "--json").json();

        assertEverythingIsCompared(compared);
        assertThat(layers(compared)).hasSize(9).containsKey(experts + "2.up_proj.weight");
        assertThat(compared.get("layers").get(0).get("cosine").asDouble()).isBetween(0.999, 1.0);
        JsonNode itself = succeed("compare", model, model, "--json").json();
        assertThat(itself.get("layers")).hasSize(2);

        // A table has them in one tensor, too, perhaps cut elsewhere.
        Path table = directory.resolve("table");
        succeed("quantize", "--input", model, "--output", table, "--scheme", "int8", "--max-partition-bytes", "20KB");
        Path plain = directory.resolve("plain");
        succeed("dequantize", "--input", table, "--output", plain);
        JsonNode streamed = succeed("compare", table, output, "--json").json();
        assertEverythingIsCompared(streamed);
        assertThat(layers(streamed)).hasSize(9);
        layers(succeed("compare", output, plain, "--json").json())
                .forEach((name, layer) -> assertThat(
                                layers(streamed).get(name).get("mse").asDouble())
                        .as(name)
                        .isCloseTo(
                                layer.get("mse").asDouble(),
                                Offset.offset(layer.get("mse").asDouble() * 0.1)));
    }
}
