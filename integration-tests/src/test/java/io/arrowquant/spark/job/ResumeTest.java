package io.arrowquant.spark.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.arrowquant.spark.testing.CheckpointFiles;
import io.arrowquant.spark.testing.FailingFileSystem;
import io.arrowquant.tensor.DataType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Jobs that go on where another stopped. */
class ResumeTest extends ResumeTestBase {
    private static final Object[] TABLE = {"--scheme", "int4", "--layer", "*.layers.3.*=int8", "--resume"};

    @ParameterizedTest
    @ValueSource(strings = {"", FailingFileSystem.SCHEME + "://"})
    void goesOnWithWhatIsFinished(String store) throws IOException {
        String target = store + output;
        int finished = stop(target, "--scheme", "W4A16");
        repair();

        Outcome resumed = quantize(target, "--scheme", "W4A16", "--resume");

        assertThat(found(resumed)).isEqualTo(finished);
        assertThat(output.resolve("_temporary")).doesNotExist();
        Path whole = directory.resolve("whole");
        // Read through Hadoop this time, as from a store of any kind.
        Path source = source();
        succeed(
                "quantize",
                "--input",
                FailingFileSystem.SCHEME + "://" + source,
                "--output",
                whole,
                "--scheme",
                "W4A16");
        assertThat(made(output)).isEqualTo(made(whole));
        succeed("verify", output);
        // Every tensor was read by one of the tasks that made the output, whichever run it belonged to.
        assertThat(sum(output, "tensors")).isEqualTo(sum(whole, "tensors"));
        assertThat(report(output).get("totals").get("worst_cosine"))
                .isEqualTo(report(whole).get("totals").get("worst_cosine"));
    }

    @Test
    void whatIsDamagedIsMadeAgain() throws IOException {
        int finished = stop(output.toString(), "--scheme", "FP8_DYNAMIC");
        List<Path> files = stagedFiles();
        assertThat(files).hasSize(finished).hasSizeGreaterThan(1);
        byte[] bytes = Files.readAllBytes(files.get(0));
        bytes[bytes.length - 1] ^= 1;
        Files.write(files.get(0), bytes);
        Path record = files.get(1).resolveSibling("finished.json");
        byte[] half = Files.readAllBytes(record);
        Files.write(record, Arrays.copyOf(half, half.length / 2));
        repair();

        Outcome resumed = quantize(output.toString(), "--scheme", "FP8_DYNAMIC", "--resume");

        assertThat(found(resumed)).isEqualTo(finished - 2);
        succeed("verify", output);
    }

    @Test
    void otherWorkIsNotTakenForTheSame() throws IOException {
        stop(output.toString(), "--scheme", "W4A16");
        repair();
        assertThat(found(quantize(output.toString(), "--scheme", "W8A16", "--resume")))
                .isZero();
        succeed("verify", output);
    }

    @Test
    void sourcesThatHaveChangedAreReadAgain() throws IOException {
        int finished = stop(output.toString(), "--scheme", "W4A16");
        for (int i = 0; i < FILES; i++) {
            CheckpointFiles.write(shard(i), tensors(i));
        }
        assertThat(finished).isPositive();
        assertThat(found(quantize(output.toString(), "--scheme", "W4A16", "--resume")))
                .isZero();
    }

    @Test
    void withoutResumingNothingStaysAndNothingIsTaken() throws IOException {
        stop(output.toString(), "--scheme", "W4A16");
        failure(1, "quantize", "--input", source(), "--output", output, "--scheme", "W4A16");
        assertThat(output.resolve("_temporary")).doesNotExist();
        repair();
        assertThat(found(quantize(output.toString(), "--scheme", "W4A16", "--resume")))
                .isZero();
    }

    @Test
    void severalOutputsGoOnTogether() throws IOException {
        Path other = directory.resolve("other");
        int finished = stop(output.toString(), "--scheme", "W4A16", "--also", "nf4(nested=true)=" + other);
        repair();
        Outcome resumed =
                quantize(output.toString(), "--scheme", "W4A16", "--also", "nf4(nested=true)=" + other, "--resume");
        assertThat(found(resumed)).isEqualTo(finished);
        succeed("verify", output);
        succeed("verify", other);
        Path alone = directory.resolve("alone");
        succeed("quantize", "--input", source(), "--output", alone, "--scheme", "nf4(nested=true)");
        assertThat(made(other)).isEqualTo(made(alone));
    }

    @Test
    void aCompleteOutputIsLeftAsItIs() throws IOException {
        source();
        repair();
        quantize(output.toString(), "--scheme", "W4A16", "--resume");
        String before = Files.readString(output.resolve("arrowquant.json"));

        Outcome again = quantize(output.toString(), "--scheme", "W4A16", "--resume", "--json");

        assertThat(again.err()).contains("is complete already");
        assertThat(again.json().get("job_id")).isEqualTo(report(output).get("job_id"));
        assertThat(Files.readString(output.resolve("arrowquant.json"))).isEqualTo(before);
        assertThat(failure(2, "quantize", "--input", source(), "--output", output, "--scheme", "W8A16", "--resume"))
                .contains("is complete, but it was made with other settings", "--overwrite");
        CheckpointFiles.write(shard(0), CheckpointFiles.gaussian("other.weight", DataType.BF16, 64, 128));
        assertThat(failure(2, "quantize", "--input", source(), "--output", output, "--scheme", "W4A16", "--resume"))
                .contains("the source has changed since");
    }

    @Test
    void aRunWithOtherOptionsDoesNotLoseWhatIsFinished() throws IOException {
        int finished = stop(output.toString(), "--scheme", "W4A16");
        run("quantize", "--input", source(), "--output", output, "--scheme", "W8A16", "--resume");
        repair();
        assertThat(found(quantize(output.toString(), "--scheme", "W4A16", "--resume")))
                .isEqualTo(finished);
        assertThat(output.resolve("_temporary")).doesNotExist();
    }

    @Test
    void tablesGoOnWithWhatIsFinished() throws IOException {
        int finished = stop(output.toString(), "--scheme", "int4", "--layer", "*.layers.3.*=int8");
        assertThat(finished).as("portions of int4 and of kept tensors").isEqualTo(2);
        repair();

        Outcome resumed = quantize(output.toString(), TABLE);

        assertThat(resumed.err()).contains("2 of 3 portions of the table were finished by an earlier run");
        assertThat(output.resolve("_temporary")).doesNotExist();
        succeed("verify", output);
        Path whole = directory.resolve("whole");
        quantize(whole.toString(), "--scheme", "int4", "--layer", "*.layers.3.*=int8");
        for (String column : List.of("crc32c", "cosine", "scheme", "reason")) {
            assertThat(report(output).get("tensors").findValuesAsText(column))
                    .as(column)
                    .isEqualTo(report(whole).get("tensors").findValuesAsText(column));
        }
        assertThat(sum(output, "tensors")).isEqualTo(sum(whole, "tensors"));
        assertThat(quantize(output.toString(), TABLE).err()).contains("is complete already");
    }

    @Test
    void damagedPortionsOfTablesAreMadeAgain() throws IOException {
        stop(output.toString(), "--scheme", "int4", "--layer", "*.layers.3.*=int8");
        Path damaged = files(output).stream()
                .filter(name -> name.endsWith(".parquet"))
                .map(output::resolve)
                .findFirst()
                .orElseThrow();
        byte[] bytes = Files.readAllBytes(damaged);
        bytes[bytes.length / 2] ^= 1;
        Files.write(damaged, bytes);
        repair();

        assertThat(quantize(output.toString(), TABLE).err())
                .contains("1 of 3 portions of the table were finished by an earlier run");
        succeed("verify", output);
    }
}
