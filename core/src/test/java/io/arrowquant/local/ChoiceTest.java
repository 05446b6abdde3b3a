package io.arrowquant.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.Test;

/** Which layer gets which scheme: rules, the lowest cosine, and the size of all. */
class ChoiceTest extends SessionTestBase {
    private static final String[] NAMES = {"model.a.weight", "model.norm.weight", "lm_head.weight"};

    private VectorSchemaRoot table() {
        float[][] weights = {random(1, 5000), random(2, 100), random(3, 5000)};
        return TestTable.of(caller, NAMES, weights, null);
    }

    @Test
    void theFirstRuleCounts() {
        List<Map<String, Object>> rules = List.of(
                Map.of("match", "*norm*", "keep", true),
                Map.of("match", "re:.*head", "scheme", "int8"),
                Map.of("match", "*", "scheme", "int2"));

        List<Row> rows = rows(quantizeArray(table(), request("rules", rules)));

        assertThat(rows).extracting(Row::scheme).containsExactly("int2", "F32", "int8");
        assertThat(rows.get(1).data()).hasSize(400);
        assertThat(rows.get(1).scales()).isEmpty();
        assertThat(rows.get(1).bits()).isEqualTo(32);
    }

    @Test
    void sensitiveLayersAreKeptWhenAsked() {
        List<Row> rows = rows(quantizeArray(table(), request("skip_sensitive_layers", true)));

        assertThat(rows).extracting(Row::scheme).containsExactly("int4", "F32", "F32");
        assertThat(rows(quantizeArray(table(), request("scheme", "keep"))))
                .extracting(Row::scheme)
                .containsOnly("F32");
    }

    @Test
    void aLowCosineRaisesTheWidthAndAtLastKeepsTheLayer() {
        JsonNode report = quantizeArray(table(), request("scheme", "int2", "min_cosine", 0.99));

        assertThat(rows(report)).extracting(Row::scheme).containsOnly("int4");
        assertThat(report.path("measured").get(0).path("attempts").asInt()).isEqualTo(2);
        assertThat(report.path("measured").get(0).path("cosine").asDouble()).isGreaterThan(0.99);
        assertThat(rows(quantizeArray(table(), request("scheme", "int2", "min_cosine", 0.99999999))))
                .extracting(Row::scheme)
                .containsOnly("F32");
    }

    @Test
    void qualityIsMeasuredWhenAsked() {
        JsonNode report = quantizeArray(table(), request("quality", true));

        assertThat(report.path("measured")).hasSize(3);
        assertThat(rows(report)).hasSize(3);
    }

    @Test
    void aTargetSizeIsMetAndUsed() {
        for (Object[] target : new Object[][] {{"target_bytes", 6000}, {"target_bpw", 4.8}}) {
            JsonNode report = quantizeArray(table(), request(target));

            assertThat(report.path("bytes_out").asLong()).isBetween(3300L, 6060L);
            assertThat(rows(report)).extracting(Row::scheme).contains("int4");
        }
        JsonNode named = quantizeArray(table(), request("target_bpw", 9.0, "candidates", List.of("int8", "int4")));
        // The small layer is kept with what is left over.
        assertThat(rows(named)).extracting(Row::scheme).containsExactly("int8", "F32", "int8");
    }

    @Test
    void aTargetWithRoomForTheWeightsKeepsThemAsTheyAre() {
        JsonNode report = quantizeArray(table(), request("target_bytes", 1_000_000));

        assertThat(rows(report)).extracting(Row::scheme).containsOnly("F32");
        assertThat(report.path("bytes_out").asLong()).isLessThan(1_000_000);
    }

    @Test
    void aTargetAndALowestCosineHoldBoth() {
        JsonNode report = quantizeArray(table(), request("target_bytes", 9000, "min_cosine", 0.98));

        assertThat(rows(report)).extracting(Row::scheme).doesNotContain("int2").contains("int4");
        assertThat(report.path("bytes_out").asLong()).isLessThanOrEqualTo(9000);
    }

    @Test
    void aTargetLeavesOutLayersThatCannotBeMeasured() {
        VectorSchemaRoot table =
                TestTable.of(caller, new String[] {"a", "b"}, new float[][] {random(1, 100), {Float.NaN}}, null);

        JsonNode report = quantizeArray(table, request("target_bytes", 1000, "continue_on_error", true));

        assertThat(rows(report)).extracting(Row::name).containsExactly("a");
        assertThat(report.path("failures")).hasSize(1);
    }

    @Test
    void nonFiniteValuesAreReplacedWhenAsked() {
        VectorSchemaRoot table = TestTable.of(caller, new String[] {"a"}, new float[][] {{1, Float.NaN, 2}}, null);

        JsonNode report = quantizeArray(table, request("on_non_finite", "clamp"));

        assertThat(rows(report)).hasSize(1);
        assertThat(report.path("replaced").asInt()).isEqualTo(1);
    }
}
