package io.arrowquant.spark.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.scheme.NonFinite;
import java.util.Map;
import org.junit.jupiter.api.Test;

class QuantizeSettingsTest {
    private static QuantizeRequest request(String... options) {
        java.util.Map<String, String> given = new java.util.HashMap<>();
        for (int i = 0; i < options.length; i += 2) {
            given.put(options[i], options[i + 1]);
        }
        return SourceOptions.parse(given).request();
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
        assertThat(SourceOptions.parse(Map.of("fs.s3a.endpoint", "x", "scheme", "int8")).scheme)
                .isEqualTo("int8");
    }
}
