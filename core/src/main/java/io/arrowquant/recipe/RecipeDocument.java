package io.arrowquant.recipe;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.arrowquant.json.PythonJson;
import io.arrowquant.scheme.NonFinite;
import io.arrowquant.storage.ByteSize;
import java.util.Arrays;
import java.util.stream.Stream;

/** What the documentation says of recipes, made of the list of settings: a page and a JSON schema. */
public final class RecipeDocument {
    private static final String HEAD = """
            # Recipes

            <!-- Made by `arrowquant recipe --markdown`. Do not edit: a test compares this page with the settings. -->

            A recipe says which tensor gets which scheme. It is a file in YAML or JSON (`arrowquant quantize --recipe FILE`,
            `quantize_checkpoint(..., recipe=FILE)`, which also takes a dict), and everything in it can also be said by environment
            variables, where `rules` and `layer_bit_widths` are JSON and lists are separated by `;`. Options and keyword arguments
            of Python say the same except for `drop` and `layer_bit_widths`; single layers are `--layer PATTERN=SCHEME` and
            `layers={...}` there, and `symmetric` is said in the scheme: `int4(symmetric=true)`. What is said in several places
            counts in this order: options, environment variables, the recipe, the profile, defaults. Patterns and rules of all places count, those of the upper
            ones first. The parameters of a scheme (`group_size`, `symmetric`, `observer`) belong to the scheme they stand with.
            Unknown keys are errors, as are variables with nearly the name of a setting. An output's `arrowquant.json` holds all that was said as `recipe.settings`, which is a
            recipe for the same again.

            ```yaml
            scheme: W4A16
            group_size: 128
            skip:
              - lm_head
            rules:
              - match: "re:.*(down|o)_proj$"
                scheme: W8A16
              - match: "model.vision_tower.*"
                keep: true
              - match: "*.rotary_emb.inv_freq"
                drop: true
            ```

            For every tensor the first that speaks decides: `skip`, then `rules` in their order, then `layer_bit_widths`, then what
            is kept by default, and at last the scheme. A pattern is an exact name, a glob (`*`, `?`, `[abc]`), or `re:` and a
            regular expression that is matched from the start; each is tried on the name and on the name without `.weight`.

            A recipe can be checked with [recipe.schema.json](recipe.schema.json).

            | Key | Variable | Value | Meaning |
            |---|---|---|---|
            """;

    private RecipeDocument() {}

    /** The whole page. */
    public static String markdown() {
        StringBuilder page = new StringBuilder(HEAD);
        for (Setting setting : Setting.values()) {
            page.append("| `").append(setting.key()).append('`');
            if (!setting.alias().isEmpty()) {
                page.append(", `").append(setting.alias()).append('`');
            }
            page.append(" | `")
                    .append(setting.variable())
                    .append("` | ")
                    .append(setting.kind().shown())
                    .append(" | ")
                    .append(setting.meaning())
                    .append(" |\n");
        }
        return page.toString();
    }

    /** The JSON schema of a recipe. */
    public static String schema() {
        ObjectNode schema = JsonNodeFactory.instance.objectNode();
        schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.put("title", "ArrowQuant recipe");
        schema.put("type", "object");
        schema.put("additionalProperties", false);
        ArrayNode both = schema.putObject("not").putArray("required");
        both.add(Setting.SCHEME.key()).add(Setting.BIT_WIDTH.key());
        ObjectNode properties = schema.putObject("properties");
        for (Setting setting : Setting.values()) {
            properties.set(setting.key(), property(setting));
            if (!setting.alias().isEmpty()) {
                properties.set(setting.alias(), property(setting));
            }
        }
        return PythonJson.sorted(schema) + "\n";
    }

    private static ObjectNode property(Setting setting) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("description", setting.meaning());
        switch (setting.kind()) {
            case TEXT -> node.put("type", "string").put("minLength", 1);
            case COUNT -> node.put("type", "integer").put("minimum", 1);
            case NUMBER -> node.put("type", "number");
            case FLAG -> node.put("type", "boolean");
            case SIZE -> {
                node.putArray("type").add("string").add("integer");
                node.put("minimum", 1);
                node.put("pattern", ByteSize.FORM);
            }
            case LIST -> {
                node.putArray("type").add("array").add("string");
                node.putObject("items").put("type", "string");
            }
            case RULES -> {
                node.put("type", "array");
                node.set("items", rule());
            }
            case WIDTHS -> {
                node.put("type", "object");
                node.putObject("additionalProperties").put("type", "integer").put("minimum", 1);
            }
        }
        limit(setting, node);
        return node;
    }

    /** What only some values of a kind may be. */
    private static void limit(Setting setting, ObjectNode node) {
        switch (setting) {
            case BIT_WIDTH -> node.putArray("enum").add(2).add(4).add(8);
            case PROFILE -> names(node, Arrays.stream(Profile.values()).map(Profile::spelling));
            case LAYOUT ->
                names(
                        node,
                        Arrays.stream(Layout.values())
                                .filter(layout -> layout != Layout.GGUF)
                                .map(Layout::spelling));
            case OBSERVER -> names(node, SettingCheck.OBSERVERS.stream());
            case ON_NON_FINITE -> names(node, NonFinite.NAMES.stream());
            case MIN_COSINE -> node.put("minimum", -1).put("maximum", 1);
            case TARGET_BPW -> node.put("exclusiveMinimum", 0).put("maximum", 64);
            default -> {
                // The rest is as its kind says.
            }
        }
    }

    private static void names(ObjectNode node, Stream<String> names) {
        node.remove("minLength");
        names.forEach(node.withArray("enum")::add);
    }

    private static ObjectNode rule() {
        ObjectNode rule = JsonNodeFactory.instance.objectNode();
        rule.put("type", "object");
        rule.put("additionalProperties", false);
        rule.putArray("required").add("match");
        ObjectNode properties = rule.putObject("properties");
        properties.putObject("match").put("type", "string").put("minLength", 1);
        properties.putObject("scheme").put("type", "string").put("minLength", 1);
        properties.putObject("keep").put("const", true);
        properties.putObject("drop").put("const", true);
        for (String action : new String[] {"scheme", "keep", "drop"}) {
            rule.withArray("oneOf").addObject().putArray("required").add(action);
        }
        return rule;
    }
}
