package io.arrowquant.spark.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.arrowquant.spark.testing.CheckpointFiles.Stored;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What commands say when they do not do what they were asked, and the exit codes that tell why. */
class JobRefusalTest extends JobTestBase {
    static Stream<Arguments> badCommandLines() {
        return Stream.of(
                Arguments.of("quantise", "Unknown command 'quantise'. Did you mean 'quantize'?"),
                Arguments.of("", "No command is given. Known: quantize, inspect"),
                Arguments.of("schemes --jsn", "Unknown option '--jsn'. Did you mean '--json'?"),
                Arguments.of("quantize --input a", "Missing required option"),
                Arguments.of("quantize --input a --output b", "No scheme is given. Give one with --scheme int4"),
                Arguments.of(
                        "quantize --input a --output b --scheme int5", "Unknown scheme 'int5'. Did you mean 'int2'?"),
                Arguments.of("quantize --input a --output b --profile lokal", "Unknown profile 'lokal'. Did you mean"),
                Arguments.of(
                        "quantize --input a --output b --scheme int4 --group-size 0",
                        "Invalid group_size: 0 for scheme int4"),
                Arguments.of(
                        "quantize --input a --output b --scheme int4 --layout gptq",
                        "Scheme int4 does not fit the layout gptq. Use --layout parquet"),
                Arguments.of(
                        "quantize --input a --output b --scheme int4 --layout gptk",
                        "Unknown layout 'gptk'. Did you mean 'gptq'?"),
                Arguments.of(
                        "quantize --input a --output b --scheme Q4_K",
                        "Scheme Q4_K belongs into GGUF files, which jobs do not write"),
                Arguments.of(
                        "quantize --input a --output b --scheme int4 --min-cosine 2",
                        "Invalid min-cosine: 2.0. Must lie between -1 and 1"),
                Arguments.of(
                        "quantize --input a --output b --scheme int4 --min-cosine x",
                        "Invalid min-cosine: 'x'. Must be a number"),
                Arguments.of(
                        "quantize --input a --output b --scheme int4 --no-quality --min-cosine 0.5",
                        "--min-cosine needs the quality that --no-quality switches off"),
                Arguments.of("quantize --input a --output b --scheme int4 --skip re:( ", "Invalid pattern 're:(': "),
                Arguments.of(
                        "quantize --input a --output b --scheme int4 --on-non-finite drop",
                        "Unknown on_non_finite 'drop'"),
                Arguments.of("inspect /no/such/path", "Nothing exists at '/no/such/path'"),
                Arguments.of("verify /no/such/path", "Path does not exist: /no/such/path"));
    }

    @ParameterizedTest
    @MethodSource("badCommandLines")
    void badRequestsEndWithTwo(String line, String message) {
        Object[] arguments = line.isEmpty() ? new Object[0] : line.strip().split(" ");
        assertThat(failure(2, arguments)).startsWith(message);
    }

    @Test
    void errorsAreForMachinesToo() throws IOException {
        Outcome outcome = run("inspect", "/no/such/path", "--json");

        assertThat(outcome.json().get("exit_code").asInt()).isEqualTo(2);
        assertThat(outcome.json().get("kind").asText()).isEqualTo("invalid request");
    }

    @Test
    void malformedFilesEndWithOne() throws IOException {
        Path model = Files.createDirectories(directory.resolve("bad"));
        Files.writeString(model.resolve("model.safetensors"), "no header at all");

        assertThat(failure(1, "quantize", "--input", model, "--output", directory.resolve("out"), "--scheme", "int4"))
                .startsWith("Malformed file")
                .contains("model.safetensors", "byte 0");
    }

    @Test
    void strictRefusesPatternsThatMatchNothing() throws IOException {
        assertThat(failure(
                        2,
                        "quantize",
                        "--input",
                        model(),
                        "--output",
                        directory.resolve("out"),
                        "--scheme",
                        "int4",
                        "--skip",
                        "*.nothing",
                        "--strict"))
                .startsWith("No tensor matches *.nothing. ");
    }

    @Test
    void outputsWithinTheInputAreRefused() throws IOException {
        Path model = model();
        assertThat(failure(2, "quantize", "--input", model, "--output", model.resolve("out"), "--scheme", "int4"))
                .contains("lies inside the input");
        assertThat(failure(2, "quantize", "--input", model, "--output", directory, "--scheme", "int4", "--overwrite"))
                .contains("contains the input");
        assertThat(files(model)).hasSize(4);
    }

    @Test
    void numbersThatAreNoneAreNamed() throws IOException {
        ByteBuffer data = ByteBuffer.allocate(4 * 4096).order(ByteOrder.LITTLE_ENDIAN);
        data.putFloat(4 * 1234, Float.NaN);
        Path model = singleTensorModel(new Stored("w", DataType.F32, Shape.of(64, 64), data.array()));
        Path output = directory.resolve("out");

        assertThat(failure(1, "quantize", "--input", model, "--output", output, "--scheme", "int4"))
                .isEqualTo("Layer 'w' contains NaN at index 1234. Use on_non_finite=clamp to replace such values, or"
                        + " skip the layer");
        assertThat(output).doesNotExist();

        succeed("quantize", "--input", model, "--output", output, "--scheme", "int4", "--on-non-finite", "clamp");
        assertThat(Files.readString(output.resolve("arrowquant-metrics.jsonl"))).contains("\"non_finite\":1");
    }

    @Test
    void anOutputThatIsAFileIsRefused() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "");

        assertThat(failure(2, "quantize", "--input", model(), "--output", file, "--scheme", "int4", "--overwrite"))
                .isEqualTo("The output '" + file + "' is a file. Name a directory to write to");
    }

    @Test
    void pathsThatAreNoneAreRefused() throws IOException {
        assertThat(failure(2, "quantize", "--input", "", "--output", "out", "--scheme", "int4"))
                .isEqualTo("A path is empty. Name a file or a directory");
        assertThat(failure(2, "quantize", "--input", model(), "--output", "", "--scheme", "int4"))
                .isEqualTo("A path is empty. Name a file or a directory");
        assertThat(failure(2, "quantize", "--input", model(), "--output", "nofs://a/b", "--scheme", "int4"))
                .startsWith("No file system is known for 'nofs://a/b'");
        assertThat(failure(2, "inspect", "nofs://a/b")).startsWith("No file system is known for 'nofs://a/b'");
    }

    @Test
    void outputsAndReportsOfOneJobLieApart() throws IOException {
        Path model = model();
        Path output = directory.resolve("out");
        Path file = Files.writeString(directory.resolve("file"), "");
        String inner = "W8A16=" + output.resolve("inner");
        assertThat(failure(2, "quantize", "--input", model, "--output", output, "--scheme", "W4A16", "--also", inner))
                .isEqualTo("The output '" + output.resolve("inner") + "' lies inside another, '" + output
                        + "'. Give each output a directory of its own");
        for (Path inside : new Path[] {output.resolve("reports"), model.resolve("reports"), model}) {
            assertThat(failure(
                            2,
                            "quantize",
                            "--input",
                            model,
                            "--output",
                            output,
                            "--scheme",
                            "int4",
                            "--report",
                            inside))
                    .startsWith("The directory of reports '" + inside + "' lies inside the model '");
        }
        assertThat(failure(2, "quantize", "--input", model, "--output", output, "--scheme", "int4", "--report", file))
                .startsWith("The directory of reports '" + file + "' is a file.");
        assertThat(output).doesNotExist();
    }

    @Test
    void targetsOutOfReachAreRefusedFromHeadersAlone() throws IOException {
        Path model = model();
        for (String option : new String[] {"--dry-run", "--json"}) {
            assertThat(failure(
                            2,
                            "quantize",
                            "--input",
                            model,
                            "--output",
                            directory.resolve("out"),
                            "--scheme",
                            "W4A16",
                            "--target-size",
                            "1.5KB",
                            option))
                    .startsWith("The target of 1.5 KiB (1500 bytes) cannot be met: ");
        }
    }
}
