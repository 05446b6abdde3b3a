package io.arrowquant.spark.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.arrowquant.checkpoint.Checkpoint;
import io.arrowquant.checkpoint.CheckpointTensor;
import io.arrowquant.storage.LocalStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Models that are quantized already: refused, or decoded on the way as if they had been decoded before. */
class RequantizeTest extends JobTestBase {
    private static final Path MODEL = Path.of("src/test/resources/tiny-llama/model");

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "W4A16(group_size=32,symmetric=false); compressed-tensors",
                "FP8_BLOCK; compressed-tensors",
                "NVFP4A16; compressed-tensors",
                "gptq_int4(group_size=32); gptq",
                "awq_int4(group_size=32); awq"
            })
    void decodingOnTheWayIsDecodingBefore(String scheme, String method) throws IOException {
        Path quantized = directory.resolve("quantized");
        succeed("quantize", "--input", MODEL, "--output", quantized, "--scheme", scheme);

        assertThat(failure(
                        ExitCode.BAD_REQUEST, "quantize", "--input", quantized, "--output", "no", "--scheme", "W8A16"))
                .contains("is quantized already, with " + method)
                .contains("--allow-requantize");
        assertDecodes(quantized, "--allow-requantize");
    }

    /** No option would help. */
    @Test
    void whatCannotBeDecodedIsRefusedAtOnce() throws IOException {
        Path quantized = directory.resolve("quantized");
        succeed("quantize", "--input", MODEL, "--output", quantized, "--scheme", "nf4");
        assertThat(failure(
                        ExitCode.BAD_REQUEST, "quantize", "--input", quantized, "--output", "no", "--scheme", "W8A16"))
                .contains(
                        "The model is quantized with bitsandbytes, which is not decoded. Quantize the original weights.")
                .doesNotContain("--allow-requantize");
    }

    @Test
    void publishedFloatsAreDecodedWithoutBeingAsked() throws IOException {
        Path quantized = directory.resolve("quantized");
        succeed("quantize", "--input", MODEL, "--output", quantized, "--scheme", "FP8_BLOCK_INV");
        assertDecodes(quantized, "--strict");
    }

    private void assertDecodes(Path quantized, String flag) throws IOException {
        Path plain = directory.resolve("plain");
        succeed("dequantize", "--input", quantized, "--output", plain);
        succeed("verify", plain);
        assertThat(Files.readString(plain.resolve("config.json"))).doesNotContain("quantization_config");
        Map<String, String> original = forms(MODEL);
        assertThat(forms(plain)).isEqualTo(original);

        Path once = directory.resolve("once");
        Path twice = directory.resolve("twice");
        succeed("quantize", "--input", plain, "--output", once, "--scheme", "W8A16(group_size=32)");
        succeed("quantize", "--input", quantized, "--output", twice, "--scheme", "W8A16(group_size=32)", flag);
        succeed("verify", twice);
        assertThat(contents(twice)).isEqualTo(contents(once));
        assertThat(JSON.readTree(twice.resolve("config.json").toFile()).path("quantization_config"))
                .isEqualTo(JSON.readTree(once.resolve("config.json").toFile()).path("quantization_config"));
    }

    @Test
    void whatAnotherSchemeDoesNotTakeIsWrittenDecoded() throws IOException {
        Path quantized = directory.resolve("quantized");
        Path mixed = directory.resolve("mixed");
        succeed("quantize", "--input", MODEL, "--output", quantized, "--scheme", "W8A16(group_size=32)");
        succeed(
                "quantize",
                "--input",
                quantized,
                "--output",
                mixed,
                "--scheme",
                "FP8_DYNAMIC",
                "--skip",
                "*down_proj*",
                "--allow-requantize");
        assertThat(forms(mixed))
                .containsEntry(
                        "model.layers.0.mlp.down_proj.weight", forms(MODEL).get("model.layers.0.mlp.down_proj.weight"));
        assertThat(report(mixed).get("tensors").toString()).contains("dequantized; skip *down_proj*");
    }

    @Test
    void tablesAreMadeOfPlainWeights() throws IOException {
        Path quantized = directory.resolve("quantized");
        succeed("quantize", "--input", MODEL, "--output", quantized, "--scheme", "W8A16(group_size=32)");
        assertThat(failure(
                        ExitCode.BAD_REQUEST,
                        "quantize",
                        "--input",
                        quantized,
                        "--output",
                        "no",
                        "--scheme",
                        "int4",
                        "--allow-requantize"))
                .contains("Decode them first, with: arrowquant dequantize");
        assertThat(failure(ExitCode.BAD_REQUEST, "dequantize", "--input", MODEL, "--output", "no"))
                .contains("Nothing in");
    }

    /** Type and shape of every tensor. */
    private static Map<String, String> forms(Path model) throws IOException {
        Map<String, String> forms = new TreeMap<>();
        for (CheckpointTensor tensor :
                Checkpoint.open(LocalStorage.INSTANCE, model.toString()).tensors()) {
            forms.put(tensor.name(), tensor.info().dtype() + " " + tensor.info().shape());
        }
        return forms;
    }
}
