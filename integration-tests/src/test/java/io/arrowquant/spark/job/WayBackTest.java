package io.arrowquant.spark.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

/** dequantize, verify and compare, on what quantize made. */
class WayBackTest extends JobTestBase {
    private static final String KEPT = "dtype IN ('BOOL', 'I64') OR layer_name RLIKE 'embed|norm'";

    private Dataset<Row> read(Path checkpoint) {
        return spark.read().format("safetensors").load(checkpoint.toString());
    }

    @Test
    void valuesComeBackWithinHalfAStepAndKeptTensorsAsTheyWere() throws IOException {
        Path model = model();
        Path output = directory.resolve("out");
        Path back = directory.resolve("back");
        succeed("quantize", "--input", model, "--output", output, "--scheme", "int4");
        succeed("dequantize", "--input", output, "--output", back, "--dtype", "F32");

        assertThat(Files.readString(back.resolve("config.json")))
                .isEqualTo(Files.readString(model.resolve("config.json")));
        Dataset<Row> kept = read(model).where(KEPT).select("layer_name", "dtype", "shape", "data");
        Dataset<Row> keptBack = read(back).where(KEPT).select("layer_name", "dtype", "shape", "data");
        assertThat(keptBack.except(kept).count()).isZero();
        assertThat(keptBack.count()).isEqualTo(4);

        Dataset<Row> original = read(model).where("NOT (" + KEPT + ")").select("layer_name", "weights");
        Dataset<Row> dequantized = read(back).selectExpr("layer_name", "weights AS back", "dtype AS type");
        Dataset<Row> scales = spark.read().parquet(output.toString()).select("layer_name", "scales");
        Dataset<Row> errors = original.join(dequantized, "layer_name")
                .join(scales, "layer_name")
                .selectExpr(
                        "type",
                        "exists(sequence(0, size(weights) - 1), i -> abs(weights[i] - back[i]) > 0.51 * scales[i div 128])"
                                + " AS too_far");
        assertThat(errors.where("too_far OR type <> 'F32'").count()).isZero();
        assertThat(errors.count()).isEqualTo(3);
    }

    @Test
    void typesComeBackAsTheyWere() throws IOException {
        Path model = model();
        Path output = directory.resolve("out");
        Path back = directory.resolve("back");
        // Cut between tasks on the way there, gathered again on the way back.
        succeed("quantize", "--input", model, "--output", output, "--scheme", "int8", "--max-partition-bytes", "64KiB");
        succeed("dequantize", "--input", output, "--output", back);

        Dataset<Row> before = read(model).select("layer_name", "dtype", "shape");
        assertThat(read(back)
                        .select("layer_name", "dtype", "shape")
                        .except(before)
                        .count())
                .isZero();
        assertThat(succeed("verify", back).out()).contains(TENSORS + " tensors");
    }

    @Test
    void verifyFindsAByteThatIsAnother() throws IOException {
        Path output = directory.resolve("out");
        succeed("quantize", "--input", model(), "--output", output, "--scheme", "int4");
        assertThat(succeed("verify", output).out()).contains("are as arrowquant.json says");
        String name = files(output).stream()
                .filter(file -> file.startsWith("scheme=int4"))
                .findFirst()
                .orElseThrow();
        Path part = output.resolve(name);
        byte[] bytes = Files.readAllBytes(part);
        bytes[bytes.length / 2] ^= 1;
        Files.write(part, bytes);

        Outcome outcome = run("verify", output, "--json");

        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err()).contains("file " + name + " has CRC32C");
        assertThat(outcome.json().get("status").asText()).isEqualTo("damaged");
        assertThat(outcome.json().get("problems").toString()).contains("q_proj", "lies in the damaged file");
    }

    @Test
    void verifyFindsFilesThatCameOrWent() throws IOException {
        Path output = directory.resolve("out");
        succeed("quantize", "--input", model(), "--output", output, "--scheme", "int4");
        Files.delete(output.resolve("tokenizer.json"));
        Files.writeString(output.resolve("extra.txt"), "");

        assertThat(run("verify", output).out())
                .contains("file tokenizer.json is missing", "file extra.txt does not belong to the output");
    }

    @Test
    void verifyRefusesWhatIsNoOutput() throws IOException {
        Path model = model();

        assertThat(failure(2, "verify", model))
                .isEqualTo("'" + model + "' holds no arrowquant.json. Name the output directory of an ArrowQuant job");
        Files.writeString(model.resolve("arrowquant.json"), "{\"format\": ");
        assertThat(failure(1, "verify", model)).startsWith("Malformed file " + model + "/arrowquant.json at byte");
        Files.writeString(model.resolve("arrowquant.json"), "{\"format\": \"other\"}");
        assertThat(failure(1, "verify", model)).contains("it is no report of ArrowQuant");
    }

    @Test
    void dequantizeTakesWhatIsQuantizedOnly() throws IOException {
        Path output = directory.resolve("out");
        Path back = directory.resolve("back");
        succeed("quantize", "--input", model(), "--output", output, "--scheme", "int4");

        assertThat(failure(2, "dequantize", "--input", output, "--output", back, "--dtype", "I32"))
                .startsWith("Invalid dtype: I32 cannot hold weights");
        assertThat(failure(2, "dequantize", "--input", output, "--output", back, "--dtype", "FP32"))
                .startsWith("Unknown dtype 'FP32'");
        succeed("dequantize", "--input", output, "--output", back);
        assertThat(failure(2, "dequantize", "--input", back, "--output", directory.resolve("again")))
                .contains("is quantized in a way that can be decoded");
    }

    @Test
    void compareMeasuresWhatTheJobMeasured() throws IOException {
        Path model = model();
        Path output = directory.resolve("out");
        Path back = directory.resolve("back");
        succeed("quantize", "--input", model, "--output", output, "--scheme", "int4");
        succeed("dequantize", "--input", output, "--output", back, "--dtype", "F32");

        JsonNode direct = succeed("compare", model, output, "--json").json();
        JsonNode files = succeed("compare", model, back, "--json").json();
        for (JsonNode compared : List.of(direct, files)) {
            assertThat(compared.get("layers")).hasSize(TENSORS - 1);
            assertThat(compared.get("not_comparable").toString()).contains("mask");
            for (JsonNode layer : compared.get("layers")) {
                JsonNode reported = reported(output, layer.get("layer_name").asText());
                if (reported.get("cosine").isNull()) {
                    assertThat(layer.get("max_abs_error").asDouble()).isZero();
                } else {
                    assertThat(layer.get("cosine")).isEqualTo(reported.get("cosine"));
                    assertThat(layer.get("mse")).isEqualTo(reported.get("mse"));
                    assertThat(layer.get("snr_db")).isEqualTo(reported.get("snr_db"));
                }
            }
        }
        // The other way round: the table is the original now.
        JsonNode reversed = succeed("compare", output, model, "--json").json();
        assertThat(reversed.get("layers").get(0).get("mse"))
                .isEqualTo(direct.get("layers").get(0).get("mse"));
        JsonNode tables = succeed("compare", output, output, "--json").json();
        assertThat(tables.get("layers")).hasSize(TENSORS - 1);
        assertThat(tables.get("layers").get(0).get("max_abs_error").asDouble()).isZero();
    }

    private static JsonNode reported(Path output, String layer) throws IOException {
        for (JsonNode tensor : report(output).get("tensors")) {
            if (tensor.get("layer_name").asText().equals(layer)) {
                return tensor;
            }
        }
        throw new AssertionError("no layer " + layer);
    }

    @Test
    void compareListsWhatIsMissing() throws IOException {
        Path model = model();
        Path other = directory.resolve("other");
        Files.createDirectories(other);
        Files.copy(model.resolve("model-00001-of-00002.safetensors"), other.resolve("model.safetensors"));

        JsonNode compared = succeed("compare", model, other, "--json").json();

        assertThat(compared.get("only_in_a")).hasSize(4);
        assertThat(compared.get("only_in_b")).isEmpty();
        assertThat(compared.get("layers")).hasSize(3);
    }
}
