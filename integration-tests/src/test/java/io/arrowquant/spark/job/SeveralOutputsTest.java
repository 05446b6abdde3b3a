package io.arrowquant.spark.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Several schemes in one job: the outputs of as many jobs, from one read of the weights. */
class SeveralOutputsTest extends JobTestBase {
    private static final Path MODEL = Path.of("src/test/resources/tiny-llama/model");
    private static final List<String> SCHEMES =
            List.of("W4A16(group_size=32)", "nf4(nested=true)", "NVFP4A16", "gptq_int4(group_size=32)", "int4");

    @Test
    void outputsAreThoseOfSingleJobs() throws IOException {
        List<Object> together = new ArrayList<>(List.of(
                "quantize",
                "--input",
                MODEL,
                "--output",
                output("together", 0),
                "--scheme",
                SCHEMES.get(0),
                "--skip",
                "*.o_proj"));
        for (int i = 1; i < SCHEMES.size(); i++) {
            together.add("--also");
            together.add(SCHEMES.get(i) + "=" + output("together", i));
        }
        together.add("--report");
        together.add(directory.resolve("reports"));
        together.add("--json");
        JsonNode documents = succeed(together.toArray()).json();
        assertThat(documents).hasSize(SCHEMES.size());
        for (int i = 0; i < SCHEMES.size(); i++) {
            succeed(
                    "quantize",
                    "--input",
                    MODEL,
                    "--output",
                    output("alone", i),
                    "--scheme",
                    SCHEMES.get(i),
                    "--skip",
                    "*.o_proj");
            assertThat(made(output("together", i))).as(SCHEMES.get(i)).isEqualTo(made(output("alone", i)));
            succeed("verify", output("together", i));
            Path copy = directory.resolve(i == 0 ? "reports" : "reports/together" + i);
            assertThat(report(copy)).isEqualTo(report(output("together", i)));
            assertThat(copy.resolve("arrowquant-metrics.jsonl")).exists();
        }
        // Model directories share the tasks that made them; a table is a query of its own.
        long read = 0;
        for (String line :
                java.nio.file.Files.readAllLines(output("together", 0).resolve("arrowquant-metrics.jsonl"))) {
            read += JSON.readTree(line).get("bytes_read").asLong();
        }
        long stored =
                report(output("together", 0)).get("totals").get("bytes_before").asLong();
        // NVFP4 and nested scales look at weights twice.
        assertThat(read).isLessThan(stored * 4);
    }

    @Test
    void outputsMustBeApart() throws IOException {
        assertThat(failure(
                        ExitCode.BAD_REQUEST,
                        "quantize",
                        "--input",
                        MODEL,
                        "--output",
                        output("a", 0),
                        "--scheme",
                        "W4A16",
                        "--also",
                        "nf4=" + output("a", 0)))
                .contains("Two outputs are to be made in");
        assertThat(failure(
                        ExitCode.BAD_REQUEST,
                        "quantize",
                        "--input",
                        MODEL,
                        "--output",
                        output("a", 0),
                        "--scheme",
                        "W4A16",
                        "--also",
                        "nf4"))
                .contains("Cannot read the output 'nf4'");
    }

    private Path output(String kind, int number) {
        return directory.resolve(kind + number);
    }

    /** Every tensor with its scheme, checksum and errors; every file that is not about the run. */
    private static TreeMap<String, String> made(Path output) throws IOException {
        TreeMap<String, String> made = new TreeMap<>();
        JsonNode report = report(output);
        for (JsonNode tensor : report.get("tensors")) {
            made.put(
                    tensor.get("layer_name").asText(),
                    tensor.get("scheme") + " " + tensor.get("crc32c") + " " + tensor.get("cosine") + " "
                            + tensor.get("parts") + " " + tensor.get("reason"));
        }
        for (JsonNode file : report.get("files")) {
            if (!file.get("role").asText().equals("report")
                    && !file.get("name").asText().endsWith(".parquet")) {
                made.put(file.get("name").asText(), file.get("crc32c").asText());
            }
        }
        return made;
    }
}
