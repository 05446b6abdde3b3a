package io.arrowquant.spark.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.arrowquant.checkpoint.Checkpoint;
import io.arrowquant.spark.testing.CheckpointFiles;
import io.arrowquant.spark.testing.CheckpointFiles.Stored;
import io.arrowquant.storage.LocalStorage;
import io.arrowquant.tensor.DataType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Schemes that are chosen by what they cost, measured by the cluster; and what recipes leave out. */
class SchemeDecisionTest extends JobTestBase {
    private static final Path MODEL = Path.of("src/test/resources/tiny-llama/model");

    private static Set<String> schemes(Path output) throws IOException {
        Set<String> schemes = new TreeSet<>();
        report(output).get("tensors").forEach(tensor -> {
            if (!tensor.get("scheme").equals(tensor.get("dtype"))) {
                schemes.add(tensor.get("scheme").asText());
            }
        });
        return schemes;
    }

    private static long tensorBytes(Path output) throws IOException {
        return Checkpoint.open(LocalStorage.INSTANCE, output.toString()).tensorBytes();
    }

    private static long planned(String scheme) throws IOException {
        return succeed("quantize", "--input", MODEL, "--output", "no", "--scheme", scheme, "--dry-run", "--json")
                .json()
                .get("totals")
                .get("bytes_after")
                .asLong();
    }

    @Test
    void aTargetIsMetHoweverTheWorkIsShared() throws IOException {
        Path small = directory.resolve("small");
        Path again = directory.resolve("again");
        long between = (planned("W4A16(group_size=32)") + planned("W8A16(group_size=32)")) / 2;
        succeed(
                "quantize",
                "--input",
                MODEL,
                "--output",
                small,
                "--scheme",
                "W4A16(group_size=32)",
                "--target-size",
                between);
        JsonNode report = report(small);
        long target = report.get("choice").get("target_bytes").asLong();
        assertThat(tensorBytes(small)).isLessThanOrEqualTo(target).isGreaterThan(target * 95 / 100);
        assertThat(schemes(small)).contains("W4A16(group_size=32)", "W8A16(group_size=32)");
        assertThat(Files.readString(small.resolve("config.json"))).contains("\"pack-quantized\"");
        succeed("verify", small);
        // Partners share a decision, which the config describes once for all of them.
        report.get("choice").get("units").forEach(unit -> {
            assertThat(unit.get("options")).hasSize(3);
            assertThat(unit.get("options").toString())
                    .contains(unit.get("chosen").asText());
        });

        // The same with smaller files, and with the choice written down as a recipe.
        succeed(
                "quantize",
                "--input",
                MODEL,
                "--output",
                again,
                "--recipe",
                report.get("recipe").get("settings").toString(),
                "--max-shard-size",
                "1MB");
        assertThat(report(again).get("choice")).isEqualTo(report.get("choice"));
    }

    @Test
    void whatWouldComeOutTooBadGetsMoreBits() throws IOException {
        Path output = directory.resolve("raised");
        Outcome outcome =
                succeed("quantize", "--input", model(), "--output", output, "--scheme", "int2", "--min-cosine", "0.98");
        assertThat(schemes(output)).containsExactly("int4");
        assertThat(outcome.out()).contains("int2 with cosine");
        report(output).get("tensors").forEach(tensor -> {
            if (tensor.hasNonNull("cosine")) {
                assertThat(tensor.get("cosine").asDouble()).isGreaterThanOrEqualTo(0.98);
            }
        });

        Path kept = directory.resolve("kept");
        succeed("quantize", "--input", model(), "--output", kept, "--scheme", "int2", "--min-cosine", "0.9999999");
        assertThat(schemes(kept)).isEmpty();
        assertThat(report(kept).get("tensors").toString()).contains("kept for its quality");
    }

    @Test
    void whatARuleHasGivenASchemeGetsMoreBitsAsWell() throws IOException {
        Path output = directory.resolve("ruled");
        String layer = "model.layers.0.mlp.down_proj.weight";
        Outcome outcome = succeed(
                "quantize",
                "--input",
                MODEL,
                "--output",
                output,
                "--scheme",
                "W8A16(group_size=32)",
                "--layer",
                layer + "=W2A16(group_size=32)",
                "--layer",
                "model.layers.1.mlp.down_proj.weight=FP8_DYNAMIC",
                "--min-cosine",
                "0.99");
        JsonNode report = report(output);
        JsonNode ruled = null;
        for (JsonNode unit : report.get("choice").get("units")) {
            ruled = unit.get("layers").get(0).asText().equals(layer) ? unit : ruled;
        }
        assertThat(ruled.get("asked").asText()).isEqualTo("W2A16(group_size=32)");
        assertThat(ruled.get("options")).hasSize(4);
        assertThat(ruled.get("chosen").asText()).isEqualTo("W4A16(group_size=32)");
        assertThat(outcome.out()).contains(layer, "W2A16(group_size=32) with cosine");
        assertThat(schemes(output)).containsExactly("FP8_DYNAMIC", "W4A16(group_size=32)", "W8A16(group_size=32)");
        succeed("verify", output);
    }

    /** Partners share a scale, which is too coarse for the smaller one: what counts is how it comes out. */
    @Test
    void candidatesAreMeasuredAsTheyComeOut() throws IOException {
        Path model = directory.resolve("model");
        String layer = "model.layers.0.self_attn.";
        Stored query = CheckpointFiles.gaussian(layer + "q_proj.weight", DataType.F32, 64, 64);
        Stored key = CheckpointFiles.gaussian(layer + "k_proj.weight", DataType.F32, 64, 64);
        for (int at = 0; at < key.data().length; at += Float.BYTES) {
            ByteBuffer value = ByteBuffer.wrap(key.data()).order(ByteOrder.LITTLE_ENDIAN);
            value.putFloat(at, value.getFloat(at) * 1e-6f);
        }
        CheckpointFiles.write(model.resolve("model.safetensors"), query, key);
        Files.writeString(model.resolve("config.json"), "{\"model_type\": \"llama\"}");
        Path output = directory.resolve("nvfp4");
        String summary = succeed(
                        "quantize", "--input", model, "--output", output, "--scheme", "NVFP4A16", "--min-cosine", "-1")
                .out();
        assertThat(summary).contains("Chosen by what it costs: all 1 sets of layers as the recipe says\n");
        JsonNode report = report(output);
        double written = 1;
        for (JsonNode tensor : report.get("tensors")) {
            written = Math.min(written, tensor.get("cosine").asDouble());
        }
        JsonNode option =
                report.get("choice").get("units").get(0).get("options").get(0);
        assertThat(option.get("cosine").asDouble()).isEqualTo(written).isLessThan(0.9);

        // Measured alone the key would pass, and the job fail when all is written.
        Path kept = directory.resolve("kept");
        succeed("quantize", "--input", model, "--output", kept, "--scheme", "NVFP4A16", "--min-cosine", "0.9");
        assertThat(schemes(kept)).isEmpty();
    }

    @Test
    void aTableMeetsATargetToo() throws IOException {
        Path output = directory.resolve("table");
        succeed(
                "quantize",
                "--input",
                MODEL,
                "--output",
                output,
                "--scheme",
                "int4",
                "--target-bpw",
                "6",
                "--no-quality");
        JsonNode report = report(output);
        assertThat(report.get("totals").get("bytes_after").asLong())
                .isLessThanOrEqualTo(report.get("choice").get("target_bytes").asLong());
        assertThat(schemes(output)).hasSizeGreaterThan(1);
        assertThat(failure(
                        ExitCode.BAD_REQUEST,
                        "quantize",
                        "--input",
                        MODEL,
                        "--output",
                        directory.resolve("no"),
                        "--scheme",
                        "int4",
                        "--target-size",
                        "1KB"))
                .contains("cannot be met");
    }

    @Test
    void theDryRunSaysWhatMayBeChosen() throws IOException {
        Outcome outcome = succeed(
                "quantize",
                "--input",
                MODEL,
                "--output",
                "no",
                "--scheme",
                "int4",
                "--target-bpw",
                "12",
                "--candidate",
                "int8",
                "--dry-run");
        assertThat(outcome.out())
                .contains("Schemes are chosen when the weights are read, from: int8, and to keep them");
    }

    @Test
    void droppedTensorsAreInNoLayout() throws IOException {
        Path recipe = directory.resolve("recipe.yaml");
        Files.writeString(recipe, """
                defaults: false
                rules:
                  - {match: "*.norm.weight", drop: true}
                  - {match: position_ids, drop: true}
                  - {match: mask, drop: true}
                """);
        Path table = directory.resolve("table");
        succeed("quantize", "--input", model(), "--output", table, "--recipe", recipe, "--scheme", "int8");
        assertThat(report(table).get("tensors")).hasSize(TENSORS - 3);
        assertThat(spark.read()
                        .parquet(table.toString())
                        .select("layer_name")
                        .distinct()
                        .count())
                .isEqualTo(TENSORS - 3);

        Path runtime = directory.resolve("runtime");
        succeed("quantize", "--input", model(), "--output", runtime, "--recipe", recipe, "--scheme", "FP8_DYNAMIC");
        assertThat(Checkpoint.open(LocalStorage.INSTANCE, runtime.toString()).tensors())
                .noneMatch(tensor -> tensor.name().contains("norm"));
        succeed("verify", runtime);
    }
}
