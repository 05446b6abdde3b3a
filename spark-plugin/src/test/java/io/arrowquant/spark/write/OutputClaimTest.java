package io.arrowquant.spark.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.storage.LocalStorage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputClaimTest {
    private static final LocalStorage STORAGE = LocalStorage.INSTANCE;
    private static final byte[] RECORD = "{}".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path directory;

    private Path output;

    @BeforeEach
    void name() {
        output = directory.resolve("out");
    }

    @Test
    void aTaskThatFinishesTooLateBringsNothingBack() throws IOException {
        OutputClaim claim = claim(false);
        TaskStaging staging = claim.taskStaging(new Configuration(false));
        claim.close();
        assertThatThrownBy(() -> staging.declareFinished(0, 1, RECORD)).isInstanceOf(IOException.class);
        assertThat(output).doesNotExist();
    }

    @Test
    void whatIsFinishedGoesFromOneToTheNext() throws IOException {
        OutputClaim first = claim(true);
        finish(first, 7);
        first.close();
        try (OutputClaim second = claim(true)) {
            finish(second, 8);
            assertThat(second.finished()).extracting(FinishedAttempt::directory).containsExactly("taken-0");
        }
        OutputClaim third = claim(true);
        assertThat(third.finished())
                .extracting(FinishedAttempt::directory)
                .containsExactlyInAnyOrder("taken-0", "taken-1");
        third.close();
        // Somebody who does not resume takes it all away.
        claim(false).close();
        assertThat(output).isEmptyDirectory();
    }

    /** Otherwise the refused job would have torn a part of it away from the one that goes on. */
    @Test
    void aJobThatIsRefusedHasTakenNothing() throws IOException {
        OutputClaim stopped = claim(true);
        finish(stopped, 7);
        stopped.close();
        Path first = area();
        // By its name it comes before any other, and the living one after it.
        Path dead = first.resolveSibling("00000000-0000-0000-0000-000000000000");
        Files.move(first, dead);
        Path living = Files.createDirectories(first.resolveSibling("ffffffff-ffff-ffff-ffff-ffffffffffff"));
        Files.write(
                living.resolve(StagingOwner.FILE),
                new StagingOwner("elsewhere", "", 1, 1, "app", System.currentTimeMillis()).toJson());
        assertThatThrownBy(() -> claim(true)).isInstanceOf(InvalidRequestException.class);
        assertThat(dead.resolve("0-7").resolve("finished.json")).exists();
    }

    private OutputClaim claim(boolean resume) throws IOException {
        String id = OutputClaim.newJobId();
        return resume
                ? OutputClaim.resuming(STORAGE, output.toString(), id, "app")
                : OutputClaim.of(STORAGE, output.toString(), id, "app");
    }

    private void finish(OutputClaim claim, long task) throws IOException {
        claim.taskStaging(new Configuration(false)).declareFinished(0, task, RECORD);
    }

    private Path area() throws IOException {
        try (Stream<Path> areas = Files.list(output.resolve("_temporary"))) {
            return areas.findFirst().orElseThrow();
        }
    }
}
