package io.arrowquant.spark.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.arrowquant.spark.testing.FailingFileSystem;
import io.arrowquant.spark.testing.FailingFileSystem.Operation;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Jobs that are stopped, and what dead ones left behind. */
class JobFaultsTest extends JobTestBase {
    /** More than the longest process id of any system. */
    private static final long NO_PROCESS = Integer.MAX_VALUE;

    @BeforeEach
    void useStore() {
        FailingFileSystem.register(spark);
    }

    @AfterEach
    void forgetFaults() {
        FailingFileSystem.reset();
    }

    @ParameterizedTest
    @CsvSource({"int4, part-", "W4A16, file.safetensors"})
    void cancellingTheJobGroupLeavesNothingBehind(String scheme, String written)
            throws IOException, InterruptedException {
        Path output = directory.resolve("out");
        String target = FailingFileSystem.SCHEME + "://" + output;
        // However fast the machine is, no task ends before it is told to.
        FailingFileSystem.hang(Operation.CLOSE, written);
        Path model = model();
        AtomicReference<Outcome> outcome = new AtomicReference<>();
        Thread job = new Thread(() -> {
            spark.sparkContext().setJobGroup("mine", "to be cancelled", true);
            outcome.set(run("quantize", "--input", model, "--output", target, "--scheme", scheme));
        });
        job.start();
        // A group can only be cancelled while one of its Spark jobs runs, so keep at it.
        while (job.isAlive()) {
            spark.sparkContext().cancelJobGroup("mine");
            Thread.sleep(2);
        }
        job.join();

        assertThat(outcome.get().exitCode()).isEqualTo(1);
        assertThat(outcome.get().err())
                .contains("arrowquant: The job was cancelled; nothing was published and nothing is left behind");
        assertThat(output).doesNotExist();
    }

    @Test
    void whatADeadJobLeftIsRemoved() throws IOException {
        Path output = directory.resolve("out");
        Path left = output.resolve("_temporary").resolve(UUID.randomUUID().toString());
        Files.createDirectories(left.resolve("output"));
        Files.writeString(left.resolve("output").resolve("half.parquet"), "half");
        Path space = Paths.get("/proc/self/ns/pid");
        Map<String, Object> owner = Map.of(
                "host",
                InetAddress.getLocalHost().getHostName(),
                "process_space",
                Files.isSymbolicLink(space) ? Files.readSymbolicLink(space).toString() : "",
                "pid",
                NO_PROCESS,
                "process_start",
                0,
                "application_id",
                "dead",
                "started",
                0);
        Files.writeString(left.resolve("owner.json"), JSON.writeValueAsString(owner));

        succeed("quantize", "--input", model(), "--output", output, "--scheme", "int4");

        assertThat(output.resolve("_temporary")).doesNotExist();
        assertThat(succeed("verify", output).exitCode()).isZero();
    }

    @Test
    void aFailedJobKeepsWhatWasThere() throws IOException {
        Path output = directory.resolve("out");
        succeed("quantize", "--input", model(), "--output", output, "--scheme", "int8");

        failure(1, "quantize", "--input", brokenModel(), "--output", output, "--scheme", "int4", "--overwrite");

        assertThat(files(output)).noneMatch(name -> name.contains("_temporary"));
        assertThat(report(output).get("recipe").get("scheme").asText()).isEqualTo("int8");
        assertThat(succeed("verify", output).exitCode()).isZero();
    }
}
