package io.arrowquant.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.junit.jupiter.api.Test;

/** What the session refuses, and how it says so. */
class RefusalTest extends SessionTestBase {
    private String message(VectorSchemaRoot table, Object... settings) {
        JsonNode error = quantizeArray(table, request(settings)).path("error");
        return error.path("kind").asText() + ": " + error.path("message").asText();
    }

    private VectorSchemaRoot one(String name, float... weights) {
        return TestTable.of(caller, new String[] {name}, new float[][] {weights}, null);
    }

    @Test
    void columnsThatAreMissingOrOfAnotherType() {
        assertThat(message(new TestTable(caller).names("a").build()))
                .isEqualTo("invalid_request: Missing required column 'weights'");
        assertThat(message(new TestTable(caller).ints("weights", 1).build()))
                .isEqualTo("invalid_request: Missing required column 'layer_name'");
        assertThat(message(new TestTable(caller).names("a").ints("weights", 1).build()))
                .startsWith("invalid_request: Column 'weights' has type int32. Must be list");
        assertThat(message(new TestTable(caller)
                        .ints("layer_name", 1)
                        .floats(new float[] {1})
                        .build()))
                .isEqualTo("invalid_request: Column 'layer_name' has type int32. Must be string");
        assertThat(message(new TestTable(caller)
                        .names("a")
                        .floats(new float[] {1})
                        .ints("shape", 1)
                        .build()))
                .isEqualTo("invalid_request: Column 'shape' has type int32. Must be list<int64> or list<int32>");
        assertThat(message(new TestTable(caller)
                        .names("a")
                        .names("b")
                        .floats(new float[] {1})
                        .build()))
                .startsWith("invalid_request: Column 'layer_name' appears twice");
        assertThat(message(new TestTable(caller).names("a").bytes(new byte[2]).build()))
                .startsWith("invalid_request: Column 'weights' has type binary");
    }

    @Test
    void rowsThatAreNoLayers() {
        assertThat(message(one("l0", 1, Float.NaN)))
                .startsWith("quantization: Layer 'l0' contains NaN at index 1. Use on_non_finite=clamp");
        assertThat(message(one(null, 1))).startsWith("validation: Column 'layer_name' is null at row 0");
        assertThat(message(new TestTable(caller)
                        .names("a")
                        .lists(FloatingPointPrecision.SINGLE, (float[]) null)
                        .build()))
                .startsWith("validation: Layer 'a': column 'weights' is null");
        assertThat(message(new TestTable(caller)
                        .names("a")
                        .floats(new float[20])
                        .nullElement(17)
                        .build()))
                .isEqualTo("quantization: Layer 'a' contains null at index 17");
        assertThat(message(
                        TestTable.of(caller, new String[] {"a"}, new float[][] {new float[5]}, new long[][] {{2, 3}})))
                .isEqualTo("validation: Layer 'a': shape [2, 3] holds 6 elements but weights has 5");
        assertThat(message(
                        TestTable.of(caller, new String[] {"a"}, new float[][] {new float[5]}, new long[][] {{5, -1}})))
                .isEqualTo("validation: Layer 'a': shape contains null at index 1");
        assertThat(message(TestTable.of(
                        caller, new String[] {"a"}, new float[][] {{1}}, new long[][] {{1L << 62, 1L << 62}})))
                .contains("is impossible");
        for (String dtype : Arrays.asList(null, "F99", "BOOL")) {
            assertThat(message(new TestTable(caller)
                            .names("a")
                            .bytes(new byte[2])
                            .dtypes(dtype)
                            .build()))
                    .contains("dtype");
        }
        assertThat(message(new TestTable(caller)
                        .names("a")
                        .bytes(new byte[3])
                        .dtypes("BF16")
                        .build()))
                .contains("3 bytes are no whole number of BF16 elements");
    }

    @Test
    void requestsThatCannotBeMet() {
        assertThat(message(one("a", 1), "scheme", "int5")).startsWith("invalid_request: Unknown scheme 'int5'");
        assertThat(message(one("a", 1), "scheme", "FP8_BLOCK")).startsWith("invalid_request: Layer 'a': ");
        assertThat(message(one("a", 1), "rules", List.of(Map.of("match", "x", "keep", true)), "strict", true))
                .startsWith("invalid_request: No layer matches 'x'");
        assertThat(message(one("a", random(1, 100)), "target_bytes", 10))
                .startsWith("invalid_request: The layers take at least");
        assertThat(parsed(session.quantizeLayers("[", request(), 0))
                        .path("error")
                        .path("message")
                        .asText())
                .startsWith("The request is no JSON");
    }

    @Test
    void theFirstBadRowFailsAllUnlessTheyAreLeftOut() {
        String[] names = {"a", "b", "c", "d", null};
        float[][] weights = {random(1, 500_000), {1, Float.NaN}, random(2, 300), {Float.POSITIVE_INFINITY}, {1}};

        JsonNode failed = quantizeArray(TestTable.of(caller, names, weights, null), request());
        JsonNode rest = quantizeArray(TestTable.of(caller, names, weights, null), request("continue_on_error", true));

        assertThat(failed.path("error").path("layer").asText()).isEqualTo("b");
        assertThat(failed.path("error").path("row").asInt()).isEqualTo(1);
        assertThat(rows(rest)).extracting(Row::name).containsExactly("a", "c");
        assertThat(rest.path("failures")).hasSize(3);
        assertThat(rest.path("failures").get(1).path("layer").asText()).isEqualTo("d");
    }

    @Test
    void aCallThatIsStoppedGivesEverythingBack() {
        try (ArrowBuf control = caller.buffer(64)) {
            control.setZero(0, 64);
            control.setLong(0, 1);
            String layer =
                    "[{\"name\":\"a\",\"dtype\":\"F32\",\"address\":" + control.memoryAddress() + ",\"count\":10}]";

            String report = session.quantizeLayers(layer, request(), control.memoryAddress() | 1);

            assertThat(parsed(report).path("error").path("kind").asText()).isEqualTo("cancelled");
        }
    }

    @Test
    void progressIsWrittenWhereTheCallerLooks() {
        try (ArrowBuf control = caller.buffer(64)) {
            control.setZero(0, 64);
            String layer =
                    "{\"name\":\"a\",\"dtype\":\"F32\",\"address\":" + (control.memoryAddress() + 40) + ",\"count\":4}";

            session.quantizeLayers("[" + layer + "," + layer + "]", request(), control.memoryAddress());

            assertThat(control.getLong(8)).isEqualTo(2);
            assertThat(control.getLong(16) + control.getLong(24)).isEqualTo(1);
        }
    }

    @Test
    void hostileIpcDataIsRefused() {
        byte[] sound = ipc(null, one("a", random(1, 50)));
        assertThat(refusedIpc(new byte[0])).contains("holds no message");
        assertThat(refusedIpc(new byte[] {1, 2})).contains("ends within the length");
        assertThat(refusedIpc(Arrays.copyOf(sound, sound.length / 2))).contains("are left");
        assertThat(refusedIpc(Arrays.copyOf(sound, 6))).contains("ends within");
        byte[] huge = ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(-1)
                .putInt(Integer.MAX_VALUE)
                .array();
        assertThat(refusedIpc(huge)).contains("a message of 2147483647 bytes");
        Random random = new Random(3);
        for (int i = 0; i < 500; i++) {
            byte[] mutated = sound.clone();
            int at = random.nextInt(mutated.length);
            mutated[at] = (byte) random.nextInt();
            JsonNode report = quantizeIpc(mutated, request()).report();
            assertThat(report.has("error") || report.has("layers")).isTrue();
        }
    }

    private String refusedIpc(byte[] data) {
        JsonNode error = quantizeIpc(data, request()).report().path("error");
        assertThat(error.path("kind").asText()).isEqualTo("malformed_file");
        return error.path("message").asText();
    }
}
