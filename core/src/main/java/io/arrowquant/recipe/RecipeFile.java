package io.arrowquant.recipe;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.Printable;
import io.arrowquant.json.PythonJson;
import java.nio.charset.StandardCharsets;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/** Recipes as people write them: in JSON, or in YAML of plain values only. */
public final class RecipeFile {
    /** No recipe of a person is longer. */
    public static final int LARGEST = 1 << 20;

    private static final int MOST_ALIASES = 50;
    private static final int DEEPEST = 20;
    private static final String REMEDY = "See docs/recipe.md for what a recipe looks like";

    private RecipeFile() {}

    /** Reads a recipe; {@code place} is for errors. */
    public static RecipeSettings read(byte[] content, String place) {
        if (content.length > LARGEST) {
            throw new InvalidRequestException(
                    "The recipe in " + place + " has " + content.length + " bytes, more than the limit of " + LARGEST,
                    REMEDY);
        }
        String text = new String(content, StandardCharsets.UTF_8);
        return RecipeSettings.ofDocument(
                text.stripLeading().startsWith("{") ? json(content, text, place) : yaml(text, place), place);
    }

    /** A map of YAML may begin with a brace as well, so what is no JSON gets a second chance. */
    private static JsonNode json(byte[] content, String text, String place) {
        try {
            return PythonJson.read(content);
        } catch (JacksonException malformed) {
            try {
                return yaml(text, place);
            } catch (InvalidRequestException neither) {
                throw new InvalidRequestException(
                        "The recipe in " + place + " is neither JSON (" + Printable.text(malformed.getOriginalMessage())
                                + ") nor YAML",
                        REMEDY,
                        neither);
            }
        }
    }

    private static JsonNode yaml(String text, String place) {
        try {
            LoaderOptions options = new LoaderOptions();
            options.setAllowDuplicateKeys(false);
            options.setMaxAliasesForCollections(MOST_ALIASES);
            options.setNestingDepthLimit(DEEPEST);
            Object loaded = new Yaml(new SafeConstructor(options)).load(text);
            return new ObjectMapper().valueToTree(loaded);
        } catch (YAMLException | IllegalArgumentException malformed) {
            throw new InvalidRequestException(
                    "The recipe in " + place + " is not YAML of plain values: "
                            + Printable.text(malformed.getMessage()),
                    REMEDY,
                    malformed);
        } catch (NoClassDefFoundError absent) {
            throw new InvalidRequestException(
                    "The recipe in " + place + " is YAML, but this Spark has no parser of YAML",
                    "Write it as JSON, or add org.yaml:snakeyaml to the class path",
                    absent);
        }
    }
}
