package io.arrowquant.spark.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.arrowquant.recipe.RecipeDocument;
import io.arrowquant.safetensors.SafetensorsWriter;
import io.arrowquant.safetensors.TensorSource;
import io.arrowquant.safetensors.TensorSpec;
import io.arrowquant.scheme.SchemeDocument;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkContext$;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands that need no Spark application. */
class CommandLineTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... arguments) {
        return ArrowQuantJob.run(
                arguments,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void schemesListsTheCatalogInThreeForms() throws IOException {
        assertThat(run("schemes")).isZero();
        assertThat(out()).contains("int2", "int4", "int8", "group_size=128");
        out.reset();

        assertThat(run("schemes", "--markdown")).isZero();
        assertThat(out()).isEqualTo(SchemeDocument.markdown()).contains("| `int4` |");
        out.reset();

        assertThat(run("schemes", "--json")).isZero();
        JsonNode schemes = new ObjectMapper().readTree(out());
        assertThat(schemes).hasSizeGreaterThanOrEqualTo(3);
        assertThat(schemes.get(0).get("parameters").get(0).get("name").asText()).isEqualTo("group_size");
        assertThat(SparkSession.getDefaultSession().isEmpty()).isTrue();
    }

    @Test
    void recipeShowsWhatRecipesCanSay() {
        assertThat(run("recipe")).isZero();
        assertThat(out()).isEqualTo(RecipeDocument.markdown());
        for (String option : List.of("--schema", "--json")) {
            out.reset();
            assertThat(run("recipe", option)).isZero();
            assertThat(out()).isEqualTo(RecipeDocument.schema());
        }
    }

    @Test
    void aDryRunNamesFilesWithoutAnApplication(@TempDir Path directory) throws IOException {
        Path model = Files.createDirectories(directory.resolve("model"));
        TensorSpec spec = new TensorSpec("model.layers.0.mlp.up_proj.weight", DataType.BF16, Shape.of(8, 128));
        try (OutputStream file = Files.newOutputStream(model.resolve("model.safetensors"))) {
            SafetensorsWriter.write(
                    file, Map.of(), List.of(new TensorSource(spec, target -> target.write(new byte[8 * 128 * 2]))));
        }
        String[] request = {
            "quantize",
            "--input",
            model.toString(),
            "--output",
            directory.resolve("out").toString(),
            "--scheme",
            "W4A16",
            "--dry-run",
            "--json"
        };
        assertThat(run(request)).as(err.toString(StandardCharsets.UTF_8)).isZero();
        JsonNode dry = new ObjectMapper().readTree(out());
        assertThat(dry.get("tensors").get(0).get("output_file").asText()).isEqualTo("model.safetensors");
        assertThat(dry.get("output_files_caveat").isNull()).isTrue();
        out.reset();

        // As spark-submit passes it on.
        System.setProperty("spark.master", "yarn");
        try {
            assertThat(run(request)).isZero();
        } finally {
            System.clearProperty("spark.master");
        }
        assertThat(new ObjectMapper().readTree(out()).get("output_files_caveat").asText())
                .isEqualTo("as for 2 tasks at once, but the cluster decides when the job begins;"
                        + " spark.default.parallelism settles it");
        assertThat(SparkContext$.MODULE$.getActive().isEmpty()).isTrue();
    }

    @Test
    void modelsOfOneSchemeAreRefusedSeveralFromHeadersAlone(@TempDir Path directory) throws IOException {
        Path model = Files.createDirectories(directory.resolve("model"));
        List<TensorSource> tensors = new ArrayList<>();
        for (String name : List.of("mlp.down_proj", "self_attn.o_proj")) {
            TensorSpec spec = new TensorSpec("model.layers.0." + name + ".weight", DataType.BF16, Shape.of(128, 128));
            tensors.add(new TensorSource(spec, target -> target.write(new byte[128 * 128 * 2])));
        }
        try (OutputStream file = Files.newOutputStream(model.resolve("model.safetensors"))) {
            SafetensorsWriter.write(file, Map.of(), tensors);
        }
        for (String schemes : List.of("gptq_int4 gptq_int8", "awq_int4 awq_int4(group_size=64)", "nf4 fp4")) {
            String[] both = schemes.split(" ", 2);
            err.reset();
            assertThat(run(
                            "quantize",
                            "--input",
                            model.toString(),
                            "--output",
                            directory.resolve("out").toString(),
                            "--scheme",
                            both[0],
                            "--layer",
                            "*o_proj=" + both[1],
                            "--dry-run"))
                    .isEqualTo(ExitCode.BAD_REQUEST);
            assertThat(err.toString(StandardCharsets.UTF_8)).contains("has one scheme for a model, but the plan has");
        }
    }

    @Test
    void helpNamesEveryCommand() {
        assertThat(run("--help")).isZero();
        assertThat(out())
                .contains("quantize", "inspect", "compare", "dequantize", "verify", "schemes", "demo", "Exit codes");
        out.reset();
        assertThat(run("quantize", "--help")).isZero();
        assertThat(out()).contains("--min-cosine", "--dry-run");
        for (String command : List.of("inspect", "compare", "dequantize", "verify", "schemes", "recipe", "demo")) {
            out.reset();
            assertThat(run(command, "--help")).as(command).isZero();
            assertThat(out()).contains("Usage: arrowquant " + command, "--json");
        }
    }

    @Test
    void tablesShowHostileNamesHarmlessly() {
        PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
        new TextTable("name", ">n").row("a\u001b[31m", 5).row("bb", 12).print(new Streams(stream, stream, false));

        assertThat(out()).isEqualTo("name          n\na\\u001b[31m   5\nbb           12\n");
    }

    @Test
    void directoriesAreEscapedAsPartitionValues() {
        assertThat(SchemeDirectory.of("int4")).isEqualTo("scheme=int4");
        assertThat(SchemeDirectory.of("int4(symmetric=true)")).isEqualTo("scheme=int4(symmetric%3Dtrue)");
    }
}
