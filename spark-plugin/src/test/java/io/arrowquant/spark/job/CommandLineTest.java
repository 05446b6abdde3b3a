package io.arrowquant.spark.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.arrowquant.recipe.RecipeDocument;
import io.arrowquant.scheme.SchemeDocument;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;

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
        out.reset();
        assertThat(run("recipe", "--schema")).isZero();
        assertThat(out()).isEqualTo(RecipeDocument.schema());
    }

    @Test
    void helpNamesEveryCommand() {
        assertThat(run("--help")).isZero();
        assertThat(out())
                .contains("quantize", "inspect", "compare", "dequantize", "verify", "schemes", "demo", "Exit codes");
        out.reset();
        assertThat(run("quantize", "--help")).isZero();
        assertThat(out()).contains("--min-cosine", "--dry-run");
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
