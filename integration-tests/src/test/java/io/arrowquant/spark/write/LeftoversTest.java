package io.arrowquant.spark.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.spark.write.Tensors.Tensor;
import io.arrowquant.tensor.DataType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.apache.spark.sql.SaveMode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What earlier jobs left in the output directory: removed, undone or respected. */
class LeftoversTest extends WriteTestBase {
    private static final Tensor A = Tensors.tensor("a", DataType.F32, 10);
    private static final Tensor B = Tensors.tensor("b", DataType.F32, 20);
    private static final Tensor C = Tensors.tensor("c", DataType.F32, 30);

    private final String queryId = UUID.randomUUID().toString();
    private Path out;
    private Path area;

    @BeforeEach
    void anOutputWithAnArea() throws IOException {
        out = directory.resolve("out");
        writer(frame(List.of(A.row()), List.of(B.row()))).save(out.toString());
        area = Files.createDirectories(out.resolve("_temporary").resolve(queryId));
        Files.createDirectories(area.resolve("0-1"));
        Files.writeString(area.resolve("0-1/00000.safetensors"), "half a file");
    }

    private void own(StagingOwner owner) throws IOException {
        Files.write(area.resolve(StagingOwner.FILE), owner.toJson());
    }

    private static StagingOwner of(String host, long pid, long processStart, long started) {
        StagingOwner here = StagingOwner.current("app-7");
        return new StagingOwner(
                host == null ? here.host() : host, here.processSpace(), pid, processStart, "app-7", started);
    }

    private void append() {
        writer(frame(List.of(C.row()))).mode(SaveMode.Append).save(out.toString());
    }

    private void assertRemoved() throws IOException {
        append();
        assertThat(out.resolve("_temporary")).doesNotExist();
        assertThat(Tensors.contentOf(out)).isEqualTo(Tensors.contentOf(List.of(A, B, C)));
    }

    private void assertRefused(String owner) throws IOException {
        for (SaveMode mode : List.of(SaveMode.Append, SaveMode.Overwrite)) {
            assertThat(failureOf(
                            () -> writer(frame(List.of(C.row()))).mode(mode).save(out.toString())))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageStartingWith("Another job is writing to '" + out + "': " + owner)
                    .hasMessageEndingWith("Wait until it is done. If it no longer runs, delete " + area);
        }
        assertThat(area.resolve("0-1/00000.safetensors")).exists();
        assertThat(out.resolve("_temporary")).isDirectoryContaining("glob:**" + queryId);
        assertThat(filesBelow(out.resolve("_temporary"))).noneMatch(name -> !name.startsWith(queryId));
        assertThat(Tensors.contentOf(out)).isEqualTo(Tensors.contentOf(List.of(A, B)));
    }

    private void age(Duration age) throws IOException {
        for (String name : filesBelow(area)) {
            Files.setLastModifiedTime(
                    area.resolve(name), FileTime.from(Instant.now().minus(age)));
        }
    }

    @Test
    void ofAProcessThatNoLongerRuns() throws IOException {
        own(of(null, Integer.MAX_VALUE - 1, 0, System.currentTimeMillis()));
        assertRemoved();
    }

    @Test
    void ofAProcessWhoseIdIsUsedAgain() throws IOException {
        own(of(null, ProcessHandle.current().pid(), 1_000_000, System.currentTimeMillis()));
        assertRemoved();
    }

    @Test
    void ofAJobOfThisProcessThatHasEnded() throws IOException {
        own(StagingOwner.current("app-7"));
        assertRemoved();
    }

    @Test
    void ofAnotherProcessThatRuns() throws IOException {
        ProcessHandle parent = ProcessHandle.current().parent().orElseThrow();
        long start = parent.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
        own(of(null, parent.pid(), start, 0));
        age(Duration.ofDays(3));
        assertRefused("application app-7 on host ");
    }

    @Test
    void ofAnotherHostWithinADay() throws IOException {
        own(of(
                "elsewhere",
                1,
                0,
                System.currentTimeMillis() - Duration.ofHours(23).toMillis()));
        age(Duration.ofHours(23));
        assertRefused("application app-7 on host elsewhere (process 1), started ");
    }

    @Test
    void ofAnotherHostThatStillWritesAfterADay() throws IOException {
        own(of(
                "elsewhere",
                1,
                0,
                System.currentTimeMillis() - Duration.ofHours(40).toMillis()));
        age(Duration.ofHours(30));
        Files.writeString(area.resolve("0-1/00001.safetensors"), "just now");
        assertRefused("application app-7 on host elsewhere");
    }

    @Test
    void ofAnotherHostAfterADay() throws IOException {
        own(of(
                "elsewhere",
                1,
                0,
                System.currentTimeMillis() - Duration.ofHours(40).toMillis()));
        age(Duration.ofHours(30));
        assertRemoved();
    }

    @Test
    void withADamagedMark() throws IOException {
        Files.writeString(area.resolve(StagingOwner.FILE), "{\"host\": \"el");
        assertRefused("an unknown one. ");
        age(Duration.ofHours(25));
        assertRemoved();
    }

    @Test
    void withoutAMarkItIsLeftAloneForADay() throws IOException {
        append();
        assertThat(area.resolve("0-1/00000.safetensors")).exists();
        age(Duration.ofHours(25));
        writer(frame(List.of(C.row()))).mode(SaveMode.Overwrite).save(out.toString());
        assertThat(out.resolve("_temporary")).doesNotExist();
    }

    @Test
    void directoriesOfOthersAreLeftAlone() throws IOException {
        Path foreign = Files.createDirectories(out.resolve("_temporary/0"));
        own(of(null, Integer.MAX_VALUE - 1, 0, 0));
        append();
        assertThat(foreign).exists();
        assertThat(area).doesNotExist();
    }

    /** An overwrite, killed after so many moves: two shards and an index leave, one file arrives. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 4})
    void ofADriverKilledWhilePublishing(int moved) throws IOException {
        own(of(null, Integer.MAX_VALUE - 1, 0, System.currentTimeMillis()));
        Path other = directory.resolve("other");
        writer(frame(List.of(C.row()))).save(other.toString());
        Path staged = area.resolve("0-1/00000.safetensors");
        Files.delete(staged);
        Files.move(other.resolve("model.safetensors"), staged);
        List<String> leaving = List.of(
                "model.safetensors.index.json", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors");
        Files.writeString(
                area.resolve("publish.json"),
                "{\"additions\": [], \"leaving\": [\"" + String.join("\", \"", leaving)
                        + "\"], \"arrivals\": [{\"name\": \"model.safetensors\", \"staged\": \"" + staged + "\"}]}");
        Path replaced = Files.createDirectories(area.resolve("replaced"));
        for (String name : leaving.subList(0, Math.min(moved, 3))) {
            Files.move(out.resolve(name), replaced.resolve(name));
        }
        if (moved >= 3) {
            Files.createFile(area.resolve("arriving"));
        }
        if (moved == 4) {
            Files.move(staged, out.resolve("model.safetensors"));
        }
        Tensor d = Tensors.tensor("d", DataType.F32, 40);
        writer(frame(List.of(d.row()))).mode(SaveMode.Append).save(out.toString());
        // Once everything had arrived the write was complete, whether or not the job lived to tell.
        assertThat(Tensors.contentOf(out)).isEqualTo(Tensors.contentOf(moved == 4 ? List.of(C, d) : List.of(A, B, d)));
        assertThat(out.resolve("_temporary")).doesNotExist();
    }
}
