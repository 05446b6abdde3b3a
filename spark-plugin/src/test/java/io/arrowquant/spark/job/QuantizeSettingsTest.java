package io.arrowquant.spark.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.scheme.NonFinite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuantizeSettingsTest {
    private static QuantizeRequest request(String... options) {
        return request(Map.of(), options);
    }

    private static QuantizeRequest request(Map<String, String> environment, String... options) {
        Map<String, String> given = new HashMap<>();
        for (int i = 0; i < options.length; i += 2) {
            given.put(options[i], options[i + 1]);
        }
        QuantizeSettings settings = SourceOptions.parse(given);
        settings.environment = environment;
        return settings.request(new Configuration(false));
    }

    @Test
    void upperPlacesWin(@TempDir Path directory) throws IOException {
        Path recipe = directory.resolve("recipe.yaml");
        Files.writeString(recipe, """
                scheme: W8A16
                group_size: 32
                min_cosine: 0.5
                strict: true
                skip: [lm_head]
                rules:
                  - match: "re:.*down_proj"
                    scheme: W4A16
                """);
        Map<String, String> environment =
                Map.of("ARROWQUANT_GROUP_SIZE", "64", "ARROWQUANT_MIN_COSINE", "0.6", "ARROWQUANT_SKIP", "a;b");
        QuantizeRequest all = request(environment, "recipe", recipe.toString(), "min_cosine", "0.7", "skip", "c");
        assertThat(all.recipe().scheme()).isEqualTo("W8A16(group_size=64)");
        assertThat(all.minCosine()).isEqualTo(0.7);
        assertThat(all.strict()).isTrue();
        assertThat(all.recipe().skip()).hasToString("[c, a, b, lm_head]");
        assertThat(all.recipe().layers()).hasSize(1);

        QuantizeRequest bare = request("recipe", recipe.toString());
        assertThat(bare.recipe().scheme()).isEqualTo("W8A16(group_size=32)");
        assertThat(bare.settings().toJson().path("min_cosine").asDouble()).isEqualTo(0.5);
        // A recipe may be given as it is, too.
        assertThat(request("recipe", bare.settings().toJson().toString()).recipe())
                .isEqualTo(bare.recipe());
    }

    @Test
    void aRecipeThatIsNotThereIsSaid() {
        assertThatThrownBy(() -> request("recipe", "/nowhere/recipe.yaml"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("There is no recipe at '/nowhere/recipe.yaml'");
    }

    @Test
    void profilesSetWhatIsNotSaid() {
        QuantizeRequest edge = request("profile", "EDGE");
        assertThat(edge.recipe().scheme()).isEqualTo("int2(group_size=256)");
        assertThat(edge.minCosine()).isEqualTo(0.65);

        QuantizeRequest changed = request("profile", "local", "group_size", "32", "minCosine", "0.9");
        assertThat(changed.recipe().scheme()).isEqualTo("int4(group_size=32)");
        assertThat(changed.minCosine()).isEqualTo(0.9);

        assertThat(request("profile", "cloud", "scheme", "int4").recipe().scheme())
                .isEqualTo("int4");
    }

    @Test
    void defaultsAreMeasuredAndCareful() {
        QuantizeRequest request = request("scheme", "int4");

        assertThat(request.quality()).isTrue();
        assertThat(request.hasMinCosine()).isFalse();
        assertThat(request.overwrite()).isFalse();
        assertThat(request.nonFinite()).isEqualTo(NonFinite.ERROR);
        assertThat(request.recipe().defaults()).isTrue();
    }

    @Test
    void listsAreCutAtLineBreaksOrSemicolons() {
        assertThat(request("scheme", "int4", "skip", "a; b").recipe().skip()).hasSize(2);
        assertThat(request("scheme", "int4", "skip", "re:a;b\nc").recipe().skip())
                .hasToString("[re:a;b, c]");
        assertThat(request("scheme", "int4", "layers", "*.q=int8(group_size=64)")
                        .recipe()
                        .layers())
                .hasSize(1);
    }

    @Test
    void contradictionsAreRefused() {
        assertThatThrownBy(() -> request("scheme", "int4(group_size=64)", "groupSize", "32"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("Parameter 'group_size' of scheme 'int4' is given as 64 and as 32");
        assertThatThrownBy(() -> request("profile", "local", "quality", "false"))
                .hasMessageStartingWith("Profile local promises a minimal cosine");
        assertThatThrownBy(() -> request("scheme", "int4", "quality", "maybe"))
                .hasMessage("Invalid quality: 'maybe'. Must be true or false");
        assertThatThrownBy(() -> request("scheme", "int4", "max_partition_bytes", "many"))
                .hasMessageStartingWith("Invalid max-partition-bytes: 'many'");
    }

    @Test
    void fileSystemOptionsPass() {
        assertThat(request("fs.s3a.endpoint", "x", "scheme", "int8").recipe().scheme())
                .isEqualTo("int8");
    }
}
