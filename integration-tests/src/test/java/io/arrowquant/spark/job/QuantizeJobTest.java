package io.arrowquant.spark.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.arrowquant.spark.testing.CheckpointFiles;
import io.arrowquant.tensor.DataType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The quantize command, from a checkpoint to a table. */
class QuantizeJobTest extends JobTestBase {
    private static final String BYTES = "sum(length(quantized_data) + 4 * (size(scales) + size(zero_points))) AS bytes";

    @Test
    void theOutputIsATableWithEverythingBeside() throws IOException {
        Path output = directory.resolve("out put");
        succeed("quantize", "--input", model(), "--output", output, "--scheme", "int4");

        Dataset<Row> table = spark.read().parquet(output.toString());
        assertThat(table.columns())
                .containsExactlyInAnyOrder(
                        "layer_name",
                        "quantized_data",
                        "scales",
                        "zero_points",
                        "shape",
                        "bit_width",
                        "scheme",
                        "group_size",
                        "element_start",
                        "element_count",
                        "dtype",
                        "file");
        assertThat(table.select("layer_name").distinct().count()).isEqualTo(TENSORS);
        assertThat(table.where("layer_name = 'model.layers.0.q_proj.weight'")
                        .selectExpr("scheme", "bit_width", "group_size", "dtype", "file")
                        .first()
                        .mkString(" "))
                .isEqualTo("int4 4 128 BF16 model-00001-of-00002.safetensors");
        assertThat(table.where("layer_name = 'position_ids'")
                        .selectExpr("scheme", "bit_width", "group_size", "size(scales)", "length(quantized_data)")
                        .first()
                        .mkString(" "))
                .isEqualTo("I64 64 0 0 264");
        assertThat(files(output))
                .contains("arrowquant.json", "arrowquant-metrics.jsonl", "config.json", "tokenizer.json")
                .noneMatch(name -> name.contains("_temporary"));
    }

    @Test
    void theReportSaysWhatWasMade() throws IOException {
        Path output = directory.resolve("out");
        Path copies = directory.resolve("reports");
        succeed(
                "quantize",
                "--input",
                model(),
                "--output",
                output,
                "--scheme",
                "INT4(group_size=64)",
                "--layer",
                "*.1.q_proj=int8",
                "--report",
                copies);

        JsonNode report = report(output);
        assertThat(report.get("recipe").get("scheme").asText()).isEqualTo("int4(group_size=64)");
        assertThat(report.get("source").get("files")).hasSize(2);
        assertThat(report.get("software").get("spark").asText()).isEqualTo(spark.version());
        assertThat(report.get("tensors")).hasSize(TENSORS);
        for (JsonNode tensor : report.get("tensors")) {
            boolean quantized = tensor.get("reason").isNull();
            assertThat(tensor.get("cosine").isNull()).isEqualTo(!quantized);
            assertThat(tensor.get("crc32c").asText()).matches("[0-9a-f]{8}");
            if (tensor.get("layer_name").asText().equals("model.layers.1.q_proj.weight")) {
                assertThat(tensor.get("scheme").asText()).isEqualTo("int8");
                assertThat(tensor.get("cosine").asDouble()).isGreaterThan(0.999);
            }
        }
        assertThat(report.get("totals").get("worst_cosine").asDouble()).isBetween(0.9, 1.0);
        assertThat(JSON.readTree(copies.resolve("arrowquant.json").toFile())).isEqualTo(report);
    }

    @Test
    void theDryRunKnowsEverySizeToTheByte() throws IOException {
        Path output = directory.resolve("out");
        List<Object> request =
                List.of("quantize", "--input", model(), "--output", output, "--scheme", "int2(symmetric=true)");
        JsonNode dry = succeed(with(request, "--dry-run", "--json")).json();
        assertThat(output).doesNotExist();
        succeed(request.toArray());

        Map<String, Long> planned = new HashMap<>();
        for (JsonNode tensor : dry.get("tensors")) {
            planned.put(
                    tensor.get("layer_name").asText(), tensor.get("bytes_after").asLong());
        }
        Map<String, Long> written = new HashMap<>();
        for (Row row : spark.read()
                .parquet(output.toString())
                .groupBy("layer_name")
                .agg(org.apache.spark.sql.functions.expr(BYTES))
                .collectAsList()) {
            written.put(row.getString(0), row.getLong(1));
        }
        assertThat(written).isEqualTo(planned);
        assertThat(dry.get("totals").get("bytes_after").asLong())
                .isEqualTo(report(output).get("totals").get("bytes_after").asLong());
    }

    @Test
    void theDryRunShowsReasonsAndPatternsThatMatchNothing() throws IOException {
        Outcome outcome = succeed(
                "quantize",
                "--input",
                model(),
                "--output",
                directory.resolve("out"),
                "--scheme",
                "int4",
                "--skip",
                "*.0.q_proj",
                "--skip",
                "re:nothing",
                "--dry-run");

        assertThat(outcome.out())
                .contains("skip *.0.q_proj", "embedding", "type BOOL", "no tensor matches: re:nothing", "config.json");
    }

    @Test
    void theFiguresOfThePartitionsAddUpToTheCheckpoint() throws IOException {
        Path output = directory.resolve("out");
        succeed("quantize", "--input", model(), "--output", output, "--scheme", "int4");

        long tensors = 0;
        long parameters = 0;
        long bytesRead = 0;
        for (String line : Files.readAllLines(output.resolve("arrowquant-metrics.jsonl"))) {
            JsonNode record = JSON.readTree(line);
            tensors += record.get("tensors").asLong();
            parameters += record.get("parameters").asLong();
            bytesRead += record.get("bytes_read").asLong();
        }
        JsonNode totals = report(output).get("totals");
        assertThat(tensors).isEqualTo(TENSORS);
        assertThat(parameters).isEqualTo(totals.get("parameters").asLong());
        assertThat(bytesRead).isEqualTo(totals.get("bytes_before").asLong());
    }

    @Test
    void theBytesDoNotDependOnPartitions() throws IOException {
        Path model = model();
        Path whole = directory.resolve("whole");
        Path cut = directory.resolve("cut");
        succeed("quantize", "--input", model, "--output", whole, "--scheme", "int4");
        succeed("quantize", "--input", model, "--output", cut, "--scheme", "int4", "--max-partition-bytes", "64KiB");

        JsonNode a = report(whole).get("tensors");
        JsonNode b = report(cut).get("tensors");
        for (int i = 0; i < TENSORS; i++) {
            for (String field : List.of("layer_name", "crc32c", "cosine", "mse", "max_abs_error")) {
                assertThat(b.get(i).get(field)).isEqualTo(a.get(i).get(field));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"int4(strategy=channel)", "int8(strategy=tensor)", "int4(group_size=96)"})
    void groupsOfAnyKindComeOutAsPlanned(String scheme) throws IOException {
        Path output = directory.resolve("out");
        succeed("quantize", "--input", model(), "--output", output, "--scheme", scheme, "--no-defaults");

        assertThat(report(output).get("totals").get("quantized").asInt()).isEqualTo(5);
        assertThat(succeed("verify", output).out()).contains(TENSORS + " tensors");
    }

    @Test
    void anOutputThatExistsIsOnlyReplacedOnDemand() throws IOException {
        Path output = directory.resolve("out");
        Path model = model();
        succeed("quantize", "--input", model, "--output", output, "--scheme", "int8");
        Files.writeString(output.resolve("stale.txt"), "old");

        assertThat(failure(2, "quantize", "--input", model, "--output", output, "--scheme", "int4"))
                .isEqualTo("The output '" + output + "' exists already and is not empty. Use --overwrite to replace all"
                        + " it holds, or choose another directory");
        assertThat(report(output).get("recipe").get("scheme").asText()).isEqualTo("int8");

        succeed("quantize", "--input", model, "--output", output, "--scheme", "int4", "--overwrite");
        assertThat(report(output).get("recipe").get("scheme").asText()).isEqualTo("int4");
        assertThat(output.resolve("stale.txt")).doesNotExist();
        assertThat(succeed("verify", output).exitCode()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"int4", "W4A16"})
    void whatTheReportDoesNotKnowIsFound(String scheme) throws IOException {
        Path output = directory.resolve("out");
        succeed("quantize", "--input", model(), "--output", output, "--scheme", scheme, "--no-quality");

        // Spark takes a directory in a table for a partition, and then reads none of it.
        Path extra = Files.writeString(
                Files.createDirectories(output.resolve("notes")).resolve("a.txt"), "");
        Outcome beside = run("verify", output);
        assertThat(beside.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(beside.out()).contains("file notes/a.txt does not belong to the output");
        Files.delete(extra);

        ObjectNode emptied = (ObjectNode) report(output);
        emptied.putArray("tensors");
        Files.writeString(output.resolve("arrowquant.json"), emptied.toString());
        Outcome unknown = run("verify", output);
        assertThat(unknown.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(unknown.out()).contains("is not in the report");
    }

    @Test
    void componentsKeepTheirNamesApart() throws IOException {
        Path model = directory.resolve("pipeline");
        for (String component : List.of("unet", "vae")) {
            CheckpointFiles.write(
                    model.resolve(component)
                            .resolve(
                                    component.equals("unet")
                                            ? "diffusion_pytorch_model.safetensors"
                                            : "model.safetensors"),
                    CheckpointFiles.gaussian("proj.weight", DataType.F32, component.equals("vae") ? 256 : 128, 64));
            Files.writeString(model.resolve(component).resolve("config.json"), "{\"of\": \"" + component + "\"}");
        }
        Files.writeString(model.resolve("model_index.json"), "{}");
        Path output = directory.resolve("out");
        Path back = directory.resolve("back");

        succeed("quantize", "--input", model, "--output", output, "--scheme", "int8");
        assertThat(spark.read().parquet(output.toString()).count()).isEqualTo(2);
        assertThat(report(output).get("tensors").get(0).get("cosine").asDouble())
                .isGreaterThan(0.99);

        succeed("dequantize", "--input", output, "--output", back);
        assertThat(files(back))
                .contains(
                        "model_index.json",
                        "unet/config.json",
                        "unet/diffusion_pytorch_model.safetensors",
                        "vae/config.json",
                        "vae/model.safetensors");
        JsonNode compared = succeed("compare", model, back, "--json").json();
        assertThat(compared.get("layers")).hasSize(2);
    }

    static Object[] with(List<Object> arguments, Object... more) {
        Object[] all = java.util.Arrays.copyOf(arguments.toArray(), arguments.size() + more.length);
        System.arraycopy(more, 0, all, arguments.size(), more.length);
        return all;
    }
}
