package io.arrowquant.spark.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.arrowquant.spark.testing.CheckpointFiles;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

/** The files that a dry run names are those that the job then writes, in the same session: local[2]. */
class DryRunTest extends JobTestBase {
    private static final Path MODEL = Path.of("src/test/resources/tiny-llama/model");

    /** Where every tensor goes, of each output: what the dry run says must be what the report of the job says. */
    private static void assertFilesAreAsNamed(List<Object> request, Path... outputs) throws IOException {
        JsonNode dry =
                succeed(QuantizeJobTest.with(request, "--dry-run", "--json")).json();
        assertThat(outputs[0]).doesNotExist();
        succeed(request.toArray());
        for (int i = 0; i < outputs.length; i++) {
            JsonNode document = outputs.length == 1 ? dry : dry.get(i);
            Map<String, String> planned = new TreeMap<>();
            document.get("tensors")
                    .forEach(tensor -> planned.put(
                            tensor.get("layer_name").asText(),
                            tensor.get("output_file").asText()));
            Map<String, String> written = new TreeMap<>();
            report(outputs[i]).get("tensors").forEach(tensor -> {
                assertThat(tensor.get("output_files")).hasSize(1);
                written.put(
                        tensor.get("layer_name").asText(),
                        tensor.get("output_files").get(0).asText());
            });
            assertThat(planned).isEqualTo(written);
            assertThat(weights(outputs[i])).isEqualTo(new HashSet<>(planned.values()));
            assertThat(document.get("output_files_caveat").isNull()).isTrue();
            assertThat(document.get("sizes_caveat").isNull()).isTrue();
            Map<String, Long> sizes = new TreeMap<>();
            document.get("output_files")
                    .forEach(file -> sizes.put(
                            file.get("name").asText(), file.get("bytes").asLong()));
            document.get("carried_files")
                    .forEach(file -> sizes.put(
                            file.get("name").asText(), file.get("bytes").asLong()));
            long bytes = 0;
            for (String name : files(outputs[i])) {
                if (!Report.FILES.contains(name)) {
                    long size = Files.size(outputs[i].resolve(name));
                    assertThat(sizes.remove(name)).as(name).isEqualTo(size);
                    bytes += size;
                }
            }
            assertThat(sizes).isEmpty();
            assertThat(document.get("totals").get("directory_bytes").asLong()).isEqualTo(bytes);
        }
    }

    private static Set<String> weights(Path output) throws IOException {
        Set<String> names = new HashSet<>(files(output));
        names.removeIf(name -> !name.endsWith(".safetensors"));
        return names;
    }

    private Path out(String name) {
        return directory.resolve(name);
    }

    @Test
    void oneLargeFileIsCutForTheTasksThereAre() throws IOException {
        Path model = directory.resolve("large");
        // 280 MiB: a task takes 128 MiB at least.
        List<CheckpointFiles.Stored> tensors = new ArrayList<>();
        Shape shape = Shape.of(4096, 7168);
        byte[] zeros = new byte[Math.toIntExact(DataType.BF16.byteLength(shape.elements()))];
        for (int layer = 0; layer < 5; layer++) {
            tensors.add(new CheckpointFiles.Stored(
                    "model.layers." + layer + ".mlp.up_proj.weight", DataType.BF16, shape, zeros));
        }
        CheckpointFiles.write(model.resolve("model.safetensors"), tensors.toArray(CheckpointFiles.Stored[]::new));

        assertFilesAreAsNamed(
                List.of("quantize", "--input", model, "--output", out("large-out"), "--scheme", "FP8_DYNAMIC"),
                out("large-out"));
        assertThat(weights(out("large-out"))).hasSize(2);
    }

    @Test
    void severalShardsAreCutAlikeForAllOutputs() throws IOException {
        assertFilesAreAsNamed(
                List.of(
                        "quantize",
                        "--input",
                        MODEL,
                        "--output",
                        out("small"),
                        "--scheme",
                        "W4A16(group_size=32)",
                        "--also",
                        "W8A16(group_size=32)=" + out("also"),
                        "--max-shard-size",
                        "1MB"),
                out("small"),
                out("also"));
        // By what the larger one needs, though alone the smaller would be of fewer.
        assertThat(weights(out("small"))).isEqualTo(weights(out("also"))).hasSizeGreaterThan(3);
        assertFilesAreAsNamed(
                List.of(
                        "quantize",
                        "--input",
                        MODEL,
                        "--output",
                        out("alone"),
                        "--scheme",
                        "W4A16(group_size=32)",
                        "--max-shard-size",
                        "1MB"),
                out("alone"));
        assertThat(weights(out("alone"))).hasSizeLessThan(weights(out("small")).size());

        List<Row> rows = spark.read()
                .format("arrowquant-plan")
                .option("scheme", "W4A16(group_size=32)")
                .option("also", "W8A16(group_size=32)=" + out("no"))
                .option("maxShardSize", "1MB")
                .load(MODEL.toString())
                .select("output_file")
                .distinct()
                .collectAsList();
        assertThat(rows).extracting(row -> row.getString(0)).containsExactlyInAnyOrderElementsOf(weights(out("small")));
    }

    /** The text that describes nested scales holds a number, which has as many digits as it happens to have. */
    @Test
    void sizesThatFollowFromTheWeightsAreUpperBounds() throws IOException {
        List<Object> request =
                List.of("quantize", "--input", MODEL, "--output", out("nested"), "--scheme", "nf4(nested=true)");
        assertThat(succeed(QuantizeJobTest.with(request, "--dry-run")).out()).contains("Bytes after are upper bounds");
        JsonNode dry =
                succeed(QuantizeJobTest.with(request, "--dry-run", "--json")).json();
        succeed(request.toArray());
        assertThat(report(out("nested")).get("totals").get("bytes_after").asLong())
                .isBetween(1L, dry.get("totals").get("bytes_after").asLong());
        for (JsonNode file : dry.get("output_files")) {
            assertThat(Files.size(out("nested").resolve(file.get("name").asText())))
                    .isBetween(1L, file.get("bytes").asLong());
        }
    }

    @Test
    void whatChosenSchemesDecideIsSaid() throws IOException {
        List<Object> request = List.of(
                "quantize",
                "--input",
                MODEL,
                "--output",
                out("chosen"),
                "--scheme",
                "W4A16(group_size=32)",
                "--target-bpw",
                "9",
                "--max-shard-size",
                "1MB",
                "--dry-run");
        assertThat(succeed(request.toArray()).out())
                .contains("Schemes are chosen when the weights are read")
                .contains("Output files are as for the sizes shown, but those of the schemes to be chosen decide");
    }
}
