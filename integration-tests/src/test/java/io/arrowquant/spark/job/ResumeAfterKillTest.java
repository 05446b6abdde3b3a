package io.arrowquant.spark.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What killed jobs leave behind, and which jobs may take it up or away. */
class ResumeAfterKillTest extends ResumeTestBase {
    @Test
    void aKilledJobNeedNotHaveBeenToldToBeResumable() throws IOException {
        int finished = stop(output.toString(), "--scheme", "W4A16");
        // What a killed process leaves: its mark, as if it were still at work, and files it has not finished.
        Path area = ownedBy("pid", IntNode.valueOf(Integer.MAX_VALUE));
        Files.createDirectories(area.resolve("3-99"));
        Files.writeString(area.resolve("3-99").resolve("file.safetensors"), "half");
        repair();
        assertThat(found(quantize(output.toString(), "--scheme", "W4A16", "--resume")))
                .isEqualTo(finished);
        succeed("verify", output);
    }

    @Test
    void aJobThatMayBeAliveElsewhereIsNotResumed() throws IOException {
        int finished = stop(output.toString(), "--scheme", "W4A16");
        Path area = ownedBy("host", TextNode.valueOf("another"));
        repair();
        assertThat(failure(2, "quantize", "--input", source(), "--output", output, "--scheme", "W4A16", "--resume"))
                .contains("Another job is writing to", "rename owner.json in it to stopped.json");
        Files.move(area.resolve("owner.json"), area.resolve("stopped.json"));
        assertThat(found(quantize(output.toString(), "--scheme", "W4A16", "--resume")))
                .isEqualTo(finished);
    }

    @Test
    void aPublicationCutShortIsNoObstacle() throws IOException {
        source();
        repair();
        Path whole = directory.resolve("whole");
        quantize(whole.toString(), "--scheme", "W4A16");
        Path area = deadArea();
        Path staged = Files.createDirectories(area.resolve("output"));
        ObjectNode journal = JSON.createObjectNode();
        for (String name : List.of("config.json", "arrowquant.json")) {
            journal.withArray("arrivals")
                    .addObject()
                    .put("name", name)
                    .put("staged", staged.resolve(name).toString());
        }
        Files.writeString(area.resolve("publish.json"), journal.toString());
        Files.createFile(area.resolve("arriving"));
        Files.copy(whole.resolve("config.json"), output.resolve("config.json"));
        Files.copy(whole.resolve("arrowquant.json"), staged.resolve("arrowquant.json"));

        quantize(output.toString(), "--scheme", "W4A16", "--resume");

        assertThat(made(output)).isEqualTo(made(whole));
        assertThat(output.resolve("_temporary")).doesNotExist();
    }

    @Test
    void whatLiesBesideACompleteOutputIsClearedAway() throws IOException {
        source();
        repair();
        quantize(output.toString(), "--scheme", "W4A16");
        Files.writeString(
                Files.createDirectories(deadArea().resolve("replaced")).resolve("old.safetensors"), "old");
        Path reports = directory.resolve("reports");
        assertThat(quantize(output.toString(), "--scheme", "W4A16", "--resume", "--report", reports)
                        .err())
                .contains("is complete already");
        assertThat(output.resolve("_temporary")).doesNotExist();
        assertThat(reports.resolve("arrowquant.json")).hasSameBinaryContentAs(output.resolve("arrowquant.json"));
        succeed("verify", output);
    }

    /** The area of a job that was killed. */
    private Path deadArea() throws IOException {
        Path area = Files.createDirectories(
                output.resolve("_temporary").resolve(UUID.randomUUID().toString()));
        Files.writeString(area.resolve("stopped.json"), "{}");
        return area;
    }

    /** The area of the stopped job, as if it were at work: by its mark, which says one thing otherwise. */
    private Path ownedBy(String key, JsonNode value) throws IOException {
        Path area = area();
        ObjectNode owner =
                (ObjectNode) JSON.readTree(area.resolve("stopped.json").toFile());
        owner.set(key, value);
        owner.put("started", System.currentTimeMillis());
        Files.writeString(area.resolve("owner.json"), owner.toString());
        Files.delete(area.resolve("stopped.json"));
        return area;
    }

    private Path area() throws IOException {
        try (Stream<Path> areas = Files.list(output.resolve("_temporary"))) {
            return areas.findFirst().orElseThrow();
        }
    }
}
