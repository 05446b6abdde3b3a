package io.arrowquant.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class RecipeDocumentTest {
    private static final Path DOCS = Path.of("../docs");

    @Test
    void thePageIsThatOfTheSettings() throws IOException {
        assertThat(Files.readString(DOCS.resolve("recipe.md")))
                .as("docs/recipe.md; make it anew with: arrowquant recipe --markdown > docs/recipe.md")
                .isEqualTo(RecipeDocument.markdown());
    }

    @Test
    void theSchemaIsThatOfTheSettings() throws IOException {
        assertThat(Files.readString(DOCS.resolve("recipe.schema.json")))
                .as("docs/recipe.schema.json; make it anew with: arrowquant recipe --schema > docs/recipe.schema.json")
                .isEqualTo(RecipeDocument.schema());
    }

    @Test
    void theSchemaKnowsTheLimitsOfValues() throws IOException {
        JsonNode schema = new ObjectMapper().readTree(RecipeDocument.schema());
        JsonNode properties = schema.get("properties");
        assertThat(schema.get("not")).hasToString("{\"required\":[\"scheme\",\"bit_width\"]}");
        assertThat(properties.get("bit_width").get("enum")).hasToString("[2,4,8]");
        assertThat(properties.get("min_accuracy").get("maximum").asInt()).isEqualTo(1);
        assertThat(properties.get("target_bpw").get("exclusiveMinimum").asInt()).isZero();
        assertThat(properties.get("max_shard_size").get("minimum").asInt()).isEqualTo(1);
        assertThat(properties.get("scheme").get("minLength").asInt()).isEqualTo(1);
    }

    @Test
    void theExampleOfThePageIsARecipe() {
        String page = RecipeDocument.markdown();
        String example = page.substring(page.indexOf("```yaml") + 7, page.lastIndexOf("```"));
        Recipe recipe = RecipeResolver.resolve(RecipeFile.read(example.getBytes(StandardCharsets.UTF_8), "the page"));
        assertThat(recipe.rules()).hasSize(4);
        assertThat(recipe.scheme()).isEqualTo("W4A16");
    }
}
