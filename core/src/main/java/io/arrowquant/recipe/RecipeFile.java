package io.arrowquant.recipe;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.Printable;
import io.arrowquant.json.JsonProblem;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;

/** Recipes as people write them: in JSON, or in YAML of plain values only. */
public final class RecipeFile {
    /** No recipe of a person is longer. */
    public static final int LARGEST = 1 << 20;

    private static final String BYTE_ORDER_MARK = "\ufeff";
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
        String text = decoded(content, place);
        return RecipeSettings.ofDocument(
                text.stripLeading().startsWith("{") ? json(text, place) : yaml(text, place), place);
    }

    /** Characters put in place of broken ones would make patterns that match nothing. */
    private static String decoded(byte[] content, String place) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(content))
                    .toString();
            return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
        } catch (CharacterCodingException malformed) {
            throw new InvalidRequestException(
                    "The recipe in " + place + " is not text in UTF-8", "Save it in that encoding", malformed);
        }
    }

    /** A map of YAML may begin with a brace as well, so what is no JSON gets a second chance. */
    private static JsonNode json(String text, String place) {
        try {
            return RecipeJson.read(text);
        } catch (JacksonException malformed) {
            try {
                return yaml(text, place);
            } catch (InvalidRequestException neither) {
                throw new InvalidRequestException(
                        "The recipe in " + place + " is neither JSON (" + JsonProblem.of(malformed) + ") nor YAML",
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
            return new PlainValues(DEEPEST, LARGEST).json(loaded);
        } catch (YAMLException | IllegalArgumentException malformed) {
            throw new InvalidRequestException(
                    "The recipe in " + place + " is not YAML of plain values: " + Printable.text(reason(malformed)),
                    REMEDY,
                    malformed);
        } catch (NoClassDefFoundError absent) {
            throw new InvalidRequestException(
                    "The recipe in " + place + " is YAML, but this Spark has no parser of YAML",
                    "Write it as JSON, or add org.yaml:snakeyaml to the class path",
                    absent);
        }
    }

    /** In one line: the whole message shows an excerpt of the file. */
    private static String reason(RuntimeException malformed) {
        if (malformed instanceof MarkedYAMLException marked
                && marked.getProblem() != null
                && marked.getProblemMark() != null) {
            return "line " + (marked.getProblemMark().getLine() + 1) + ": "
                    + marked.getProblem().strip();
        }
        return malformed.getMessage().lines().findFirst().orElse("");
    }
}
