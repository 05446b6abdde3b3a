package io.arrowquant.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.arrowquant.error.InvalidRequestException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecipeSettingsTest {
    private static RecipeSettings read(String text) {
        return RecipeFile.read(text.getBytes(StandardCharsets.UTF_8), "r.yaml");
    }

    private static Recipe recipe(String text) {
        return RecipeResolver.resolve(read(text));
    }

    @Test
    void everythingCanBeSaidInYamlAndInJson() {
        String yaml = """
                scheme: W4A16(strategy=group)
                layout: compressed-tensors
                group_size: 64
                symmetric: false
                observer: mse
                skip: [lm_head, "re:.*gate$"]
                rules:
                  - {match: "*.down_proj", scheme: W8A16}
                  - {match: "model.vision*", keep: true}
                  - {match: "*.rotary_emb.inv_freq", drop: true}
                layer_bit_widths: {"*.v_proj": 8, "*.o_proj": 16}
                skip_sensitive_layers: false
                strict: true
                min_accuracy: 0.9
                target_size: 1GiB
                target_bpw: 4.5
                candidates: [W4A16, W8A16]
                on_non_finite: clamp
                quality: true
                allow_requantize: true
                max_shard_size: 5GB
                max_partition_bytes: 1048576
                profile: null
                """;
        RecipeSettings settings = read(yaml);
        Recipe recipe = RecipeResolver.resolve(settings);

        assertThat(recipe.scheme()).isEqualTo("W4A16(group_size=64,symmetric=false,observer=mse)");
        assertThat(recipe.layout()).isEqualTo(Layout.COMPRESSED_TENSORS);
        assertThat(recipe.rules())
                .extracting(rule -> rule.match() + " " + rule.action() + " " + rule.scheme())
                .containsExactly(
                        "lm_head KEEP null",
                        "re:.*gate$ KEEP null",
                        "*.down_proj SCHEME W8A16",
                        "model.vision* KEEP null",
                        "*.rotary_emb.inv_freq DROP null",
                        "*.v_proj SCHEME W8A16(group_size=64,symmetric=false,observer=mse)",
                        "*.o_proj KEEP null");
        assertThat(recipe.defaults()).isFalse();
        assertThat(recipe.strict()).isTrue();
        assertThat(settings.count(Setting.TARGET_SIZE, 0)).isEqualTo(1L << 30);
        assertThat(settings.number(Setting.TARGET_BPW)).isEqualTo(4.5);
        assertThat(settings.list(Setting.CANDIDATES)).containsExactly("W4A16", "W8A16");

        RecipeSettings again = read(settings.toJson().toString());
        assertThat(again.toJson()).isEqualTo(settings.toJson());
        assertThat(again.toString()).isEqualTo(settings.toString());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '"',
            value = {
                "schem: int4; Unknown key in r.yaml 'schem'",
                "scheme: [int4]; Invalid scheme in r.yaml",
                "scheme: ''; Invalid scheme in r.yaml",
                "group_size: 3.5; Invalid group_size in r.yaml: '3.5'. Must be a positive whole number",
                "layer_bit_widths: {a: -1}; Must be a positive whole number",
                "group_size: [1]; Invalid group_size in r.yaml",
                "min_cosine: 2; Must lie between -1 and 1",
                "min_cosine: much; Must be a number",
                "target_bpw: 0; Must be more than 0",
                "target_size: big; Invalid target_size in r.yaml: 'big'",
                "max_shard_size: 0; Must be more than nothing",
                "bit_width: 3; Invalid bit_width: 3. Must be 2, 4, or 8",
                "{scheme: int4, bit_width: 4}; Both scheme and bit_width are given",
                "{bit_width: 4, scheme: int4}; Both scheme and bit_width are given",
                "defaults: maybe; Must be true or false",
                "skip: 3; Must be a list of texts",
                "skip: [3]; Must be a list of texts",
                "rules: 3; Must be a list of rules",
                "rules: [{match: a}]; A rule has a match and one of",
                "rules: [{keep: true}]; A rule has a match and one of",
                "rules: [{match: a, keep: true, drop: true}]; A rule has a match and one of",
                "rules: [{match: a, keep: maybe}]; keep must be true",
                "rules: [{match: a, width: 4}]; Unknown key of a rule in r.yaml 'width'",
                "layer_bit_widths: 4; Must map patterns to bits",
                "layer_bit_widths: {a: x}; Must be a positive whole number",
                "just a text; is no map of settings",
                "{scheme: int4, scheme: int8}; is neither JSON",
                "a: !!java.io.File [b]; is not YAML of plain values: line 1: Global tag is not allowed",
                "{\"scheme\": \"int4\", \"scheme\": \"int8\"}; Duplicate",
                "{\"scheme\": \"int4\", \"rules\": [{\"match\": \"a\", \"match\": \"b\", \"keep\": true}]}; Duplicate",
                "{group_size: 64, groupSize: 32}; 'groupSize' in r.yaml says group_size a second time",
                "{defaults: true, skip_sensitive_layers: null}; in r.yaml says defaults a second time",
                "{scheme: int4, Scheme: int8}; 'Scheme' in r.yaml says scheme a second time",
                "scheme: int9; Unknown scheme 'int9' in r.yaml. Did you mean",
                "profile: lokal; Unknown profile 'lokal' in r.yaml. Did you mean 'local'?",
                "layout: gptk; Unknown layout 'gptk' in r.yaml. Did you mean",
                "observer: max; Unknown observer 'max' in r.yaml. ",
                "on_non_finite: drop; Unknown on_non_finite 'drop' in r.yaml. Known: error, clamp",
                "skip: ['re:(']; Invalid pattern 're:(': Unclosed group in r.yaml. Write",
                "candidates: [int9]; Unknown scheme 'int9' in r.yaml. ",
                "rules: [{match: a, scheme: int9}]; Unknown scheme 'int9' in r.yaml. ",
                "rules: [{match: 're:(', keep: true}]; Invalid pattern 're:(': Unclosed group in r.yaml. ",
                "layer_bit_widths: {'re:(': 8}; Invalid pattern 're:(': Unclosed group in r.yaml. ",
                "group_size: -1; Invalid group_size: -1 in r.yaml. Must be a positive whole number",
                "bit_width: 16; Invalid bit_width: 16. Must be 2, 4, or 8, in r.yaml",
                "skip: [2020-01-01]; it has a Date where only texts, numbers and flags may be",
                "? [a] : b; it has a",
                "&a {skip: [*a]}; its anchors make it endless"
            })
    void mistakesAreNamedWithTheirPlace(String text, String message) {
        assertThatThrownBy(() -> read(text))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "{\"scheme\": \"int4\"} x"})
    void whatBeginsLikeJsonMustBeJson(String text) {
        assertThatThrownBy(() -> read(text)).isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void bombsOfAliasesAndHugeRecipesAreRefused() {
        StringBuilder bomb = new StringBuilder("a: &a [x, x]\n");
        for (char c = 'b'; c < 'k'; c++) {
            bomb.append(String.format(
                    "%1$s: &%1$s [*%2$s, *%2$s, *%2$s, *%2$s, *%2$s, *%2$s, *%2$s]%n", c, (char) (c - 1)));
        }
        assertThatThrownBy(() -> read(bomb.toString())).isInstanceOf(InvalidRequestException.class);
        // Fewer aliases than a parser would mind make 43 million values of these.
        StringBuilder smaller = new StringBuilder("a: &a [x]\n");
        for (char c = 'b'; c < 'r'; c++) {
            smaller.append(String.format("%1$s: &%1$s [*%2$s, *%2$s, *%2$s]%n", c, (char) (c - 1)));
        }
        assertThatThrownBy(() -> read(smaller.toString())).hasMessageContaining("far too large");
        assertThatThrownBy(() -> read("#".repeat(RecipeFile.LARGEST + 1))).hasMessageContaining("bytes, more than");
    }

    @Test
    void recipesAreTextInUtf8() {
        String text = "scheme: int4\r\nskip:\r\n  - \u00e4*\r\n";
        for (String marked :
                new String[] {text, "\ufeff" + text, "\ufeff{\"scheme\": \"int4\", \"skip\": [\"\u00e4*\"]}"}) {
            assertThat(read(marked).list(Setting.SKIP)).containsExactly("\u00e4*");
        }
        for (Charset other : new Charset[] {StandardCharsets.ISO_8859_1, StandardCharsets.UTF_16}) {
            assertThatThrownBy(() -> RecipeFile.read(text.getBytes(other), "r.yaml"))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessage("The recipe in r.yaml is not text in UTF-8. Save it in that encoding");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "SCHEME; int9; Unknown scheme 'int9' in the variable ARROWQUANT_SCHEME. Did you mean",
                "SCHEME; int4(; Cannot read scheme 'int4(' in the variable ARROWQUANT_SCHEME. Write NAME",
                "PROFILE; bogus; Unknown profile 'bogus' in the variable ARROWQUANT_PROFILE. Known",
                "SKIP; re:(; Unclosed group in the variable ARROWQUANT_SKIP. Write",
                "GROUP_SIZE; 0; Invalid group_size: 0 in the variable ARROWQUANT_GROUP_SIZE. Must be",
                "BIT_WIDTH; 3; Invalid bit_width: 3. Must be 2, 4, or 8, in the variable ARROWQUANT_BIT_WIDTH",
                "LAYER_BIT_WIDTHS; {\"a\": 8, \"a\": 4}; Invalid layer_bit_widths in the variable"
            })
    void mistakesInVariablesNameTheVariable(String name, String value, String message) {
        assertThatThrownBy(() -> RecipeSettings.ofEnvironment(Map.of("ARROWQUANT_" + name, value)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource({
        "GROUP_SISE, Did you mean ARROWQUANT_GROUP_SIZE? If",
        "SCHEMES, Did you mean ARROWQUANT_SCHEME? If",
        "GROUPSIZE, Did you mean ARROWQUANT_GROUP_SIZE? If"
    })
    void slipsOfThePenInVariablesAreNamed(String name, String message) {
        assertThatThrownBy(() -> RecipeSettings.ofEnvironment(Map.of("ARROWQUANT_" + name, "64")))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageStartingWith("The variable ARROWQUANT_" + name + " names no setting. ")
                .hasMessageContaining(message);
    }

    /** Of the launcher, of Python's local doors, and what Kubernetes makes of a service called arrowquant. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "JAR",
                "JAVA_HOME",
                "JVM_OPTIONS",
                "TUNING",
                "NUM_THREADS",
                "LAYERS",
                "STRATEGY",
                "TARGET_MODEL_SIZE_MB",
                "DEPLOYMENT_PROFILE",
                "SENSITIVE_LAYER_PATTERNS",
                "SERVICE_HOST",
                "SERVICE_PORT",
                "PORT",
                "PORT_80_TCP"
            })
    void otherVariablesAreSomebodyElses(String name) {
        RecipeSettings settings = RecipeSettings.ofEnvironment(Map.of("ARROWQUANT_" + name, "64"));
        for (Setting setting : Setting.values()) {
            assertThat(settings.has(setting)).isFalse();
        }
    }

    @Test
    void variablesMayGoByTheOtherKey() {
        assertThat(RecipeSettings.ofEnvironment(Map.of("ARROWQUANT_MIN_ACCURACY", "0.5"))
                        .has(Setting.MIN_COSINE))
                .isTrue();
        assertThatThrownBy(() -> RecipeSettings.ofEnvironment(
                        Map.of("ARROWQUANT_MIN_ACCURACY", "0.5", "ARROWQUANT_MIN_COSINE", "0.6")))
                .hasMessageContaining("ARROWQUANT_MIN_COSINE and ARROWQUANT_MIN_ACCURACY are the same setting. Unset");
    }

    @Test
    void variablesSetWhatTheirNamesSay() {
        RecipeSettings settings = RecipeSettings.ofEnvironment(Map.of(
                "ARROWQUANT_BIT_WIDTH", "8",
                "ARROWQUANT_QUALITY", "0",
                "ARROWQUANT_STRICT", "yes",
                "ARROWQUANT_DEFAULTS", "off",
                "ARROWQUANT_SKIP", "a;b",
                "ARROWQUANT_RULES", "[{\"match\": \"c\", \"drop\": true}]",
                "ARROWQUANT_MAX_SHARD_SIZE", " ",
                "ARROWQUANT_HOME", "x"));
        assertThat(settings.text(Setting.SCHEME)).isEqualTo("int8");
        assertThat(settings.flag(Setting.QUALITY, true)).isFalse();
        assertThat(settings.flag(Setting.STRICT, false)).isTrue();
        assertThat(settings.flag(Setting.DEFAULTS, true)).isFalse();
        assertThat(settings.list(Setting.SKIP)).containsExactly("a", "b");
        assertThat(settings.rules()).hasSize(1);
        assertThat(settings.has(Setting.MAX_SHARD_SIZE)).isFalse();
        assertThatThrownBy(() -> RecipeSettings.ofEnvironment(Map.of("ARROWQUANT_RULES", "nonsense")))
                .hasMessageContaining("Invalid rules in the variable ARROWQUANT_RULES");
    }

    @Test
    void parametersBelongToTheirScheme() {
        RecipeSettings lower = read("{scheme: 'int4(group_size=32,symmetric=true)', observer: minmax}");
        // Another scheme brings its own.
        assertThat(read("scheme: nf4").over(lower).has(Setting.OBSERVER)).isFalse();
        // A parameter from above takes the place of that in the spelling below.
        assertThat(RecipeResolver.resolve(
                                read("group_size: 64").over(read("scheme: int4(group_size=32,symmetric=true)")))
                        .scheme())
                .isEqualTo("int4(group_size=64,symmetric=true)");
        assertThat(RecipeResolver.resolve(read("scheme: int2(group_size=64)").over(Profile.EDGE.settings()))
                        .scheme())
                .isEqualTo("int2(group_size=64)");
        assertThat(RecipeResolver.resolve(read("scheme: int2").over(Profile.EDGE.settings()))
                        .scheme())
                .isEqualTo("int2(group_size=256)");
    }

    @ParameterizedTest
    @CsvSource({"int4,int8", "W4A16,W8A16", "W4A16_ASYM,W8A16(symmetric=false)", "gptq_int4,gptq_int8"})
    void widthsOfSingleLayersAreTheSchemeInThatWidth(String scheme, String expected) {
        Recipe recipe = recipe("{scheme: '" + scheme + "', layer_bit_widths: {a: 8}}");
        assertThat(recipe.layers().get(0).scheme()).isEqualTo(expected);
    }

    @Test
    void theOwnWidthIsTheSchemeItself() {
        for (String scheme : new String[] {"nf4", "awq_int4", "NVFP4", "W4A16_ASYM"}) {
            Recipe recipe = recipe("{scheme: " + scheme + ", layer_bit_widths: {a: 4, b: 16}}");
            assertThat(recipe.layers().get(0).scheme()).isEqualTo(recipe.scheme());
            assertThat(recipe.skip()).hasSize(1);
        }
    }

    @Test
    void whatCannotBeResolvedIsRefused() {
        assertThatThrownBy(() -> recipe("{scheme: int4, layer_bit_widths: {a: 7}}"))
                .hasMessage("layer_bit_widths gives a layer 7 bits, which scheme int4 does not come in."
                        + " Use one of 2, 4, 8, or 16, which keeps the layer as it is");
        assertThatThrownBy(() -> recipe("quality: true")).hasMessageStartingWith("No scheme is given");
        assertThatThrownBy(() -> recipe("{scheme: int4, group_size: -1}"))
                .hasMessageStartingWith("Invalid group_size: -1");
        assertThatThrownBy(() -> recipe("scheme: Q4_K")).hasMessageContaining("GGUF");
        assertThatThrownBy(() -> recipe("{scheme: nf4, layer_bit_widths: {a: 8}}"))
                .hasMessageContaining("has one width only");
        assertThatThrownBy(() -> recipe("{scheme: int4, rules: [{match: a, scheme: nf4}]}"))
                .hasMessageContaining("does not fit the layout parquet");
        assertThatThrownBy(() -> Profile.of("garage")).isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void keysAreFoundHoweverTheyAreWritten() {
        for (Setting setting : Setting.values()) {
            assertThat(Setting.find(setting.key())).isEqualTo(setting);
            assertThat(Setting.find(setting.key().replace('_', '-'))).isEqualTo(setting);
            assertThat(setting.meaning()).isNotBlank();
        }
        assertThat(Setting.find("minCosine")).isEqualTo(Setting.MIN_COSINE);
        assertThat(Setting.find("nothing")).isNull();
        assertThat(Arrays.stream(Setting.values()).map(Setting::alias).filter(alias -> !alias.isEmpty()))
                .containsExactly("skip_sensitive_layers", "min_accuracy");
    }
}
