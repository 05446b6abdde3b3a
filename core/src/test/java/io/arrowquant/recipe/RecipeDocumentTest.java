package io.arrowquant.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
        assertThat(properties.get("layout").get("enum"))
                .hasToString("[\"parquet\",\"compressed-tensors\",\"bitsandbytes\",\"gptq\",\"awq\",\"fp8\"]");
        assertThat(properties.get("profile").get("enum")).hasToString("[\"edge\",\"local\",\"cloud\"]");
    }

    /** Each name that the schema lists is one that recipes take. */
    @Test
    void theNamesOfTheSchemaAreKnown() throws IOException {
        JsonNode properties =
                new ObjectMapper().readTree(RecipeDocument.schema()).get("properties");
        int names = 0;
        for (Setting setting : List.of(Setting.PROFILE, Setting.LAYOUT, Setting.OBSERVER, Setting.ON_NON_FINITE)) {
            for (JsonNode name : properties.get(setting.key()).get("enum")) {
                SettingCheck.require(setting, name.textValue(), "the schema");
                names++;
            }
        }
        assertThat(names).isEqualTo(13);
    }

    @ParameterizedTest
    @CsvSource({"1e9, 1000000000", "5.0E3, 5000", "4096, 4096", "'\"4.5GB\"', 4500000000", "'\" 64 mib \"', 67108864"})
    void sizesThatTheSchemaTakes(String json, long bytes) throws IOException {
        String pattern = new ObjectMapper()
                .readTree(RecipeDocument.schema())
                .at("/properties/max_shard_size/pattern")
                .asText();
        String recipe = "{\"scheme\": \"int4\", \"max_shard_size\": " + json + "}";
        if (json.startsWith("\"")) {
            assertThat(json.substring(1, json.length() - 1)).matches(pattern);
        }
        RecipeSettings settings = RecipeFile.read(recipe.getBytes(StandardCharsets.UTF_8), "a recipe");
        assertThat(settings.count(Setting.MAX_SHARD_SIZE, 0)).isEqualTo(bytes);
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
