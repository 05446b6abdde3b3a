package io.arrowquant.spark.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.arrowquant.spark.testing.CheckpointFiles;
import io.arrowquant.spark.testing.CheckpointFiles.Stored;
import io.arrowquant.spark.testing.FailingFileSystem;
import io.arrowquant.tensor.DataType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Jobs that go on where another stopped: here, because the last of four files holds a NaN until it is repaired. */
class ResumeTest extends JobTestBase {
    private static final Pattern FOUND = Pattern.compile("(\\d+) of 4 files were finished by an earlier run");
    private static final int FILES = 4;
    private static final Object[] TABLE = {"--scheme", "int4", "--layer", "*.layers.3.*=int8", "--resume"};

    private Path output;

    @BeforeEach
    void begin() {
        output = directory.resolve("out");
        FailingFileSystem.register(spark);
    }

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

    /** Runs a job that stops at the last file; gives the number of files that were finished until then. */
    private int stop(String target, Object... options) throws IOException {
        List<Object> arguments = new ArrayList<>(List.of("quantize", "--input", source(), "--output", target));
        arguments.addAll(List.of(options));
        arguments.add("--resume");
        Outcome stopped = run(arguments.toArray());
        assertThat(stopped.exitCode()).as(stopped.err()).isEqualTo(1);
        assertThat(stopped.err()).contains("contains NaN", "what is finished stays");
        assertThat(files(output)).isNotEmpty().allMatch(name -> name.startsWith("_temporary/"));
        int finished = stagedFiles().size();
        assertThat(finished).isBetween(1, FILES - 1);
        return finished;
    }

    private static Outcome quantize(Path source, String target, Object... options) {
        List<Object> arguments = new ArrayList<>(List.of("quantize", "--input", source, "--output", target));
        arguments.addAll(List.of(options));
        return succeed(arguments.toArray());
    }

    private Outcome quantize(String target, Object... options) {
        return quantize(directory.resolve("source"), target, options);
    }

    private static int found(Outcome outcome) {
        Matcher matcher = FOUND.matcher(outcome.err());
        assertThat(matcher.find()).as(outcome.err()).isTrue();
        return Integer.parseInt(matcher.group(1));
    }

    /** Four files, the last of which, the smallest, is read last and cannot be quantized. */
    private Path source() throws IOException {
        Path source = directory.resolve("source");
        if (!Files.exists(source)) {
            for (int i = 0; i < FILES; i++) {
                CheckpointFiles.write(shard(i), tensors(i));
            }
            Stored broken = tensors(FILES - 1)[0];
            Arrays.fill(broken.data(), (byte) 0xff);
            CheckpointFiles.write(shard(FILES - 1), broken);
            Files.writeString(source.resolve("config.json"), "{\"model_type\": \"llama\"}");
        }
        return source;
    }

    private void repair() throws IOException {
        CheckpointFiles.write(shard(FILES - 1), tensors(FILES - 1));
    }

    private Path shard(int index) {
        return directory.resolve("source").resolve("model-0000" + (index + 1) + "-of-00004.safetensors");
    }

    private static Stored[] tensors(int index) {
        String layer = "model.layers." + index + ".mlp.";
        return index == FILES - 1
                ? new Stored[] {CheckpointFiles.gaussian(layer + "up_proj.weight", DataType.BF16, 8, 128)}
                : new Stored[] {
                    CheckpointFiles.gaussian(layer + "up_proj.weight", DataType.BF16, 256, 1024),
                    CheckpointFiles.gaussian(layer + "norm.weight", DataType.BF16, 1024)
                };
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

    /** Files of the stopped job, each beside what says that it is finished. */
    private List<Path> stagedFiles() throws IOException {
        List<Path> found = new ArrayList<>();
        for (String name : files(output)) {
            if (name.endsWith("/finished.json") && isWhole(output.resolve(name))) {
                found.add(output.resolve(name).resolveSibling("file.safetensors"));
            }
        }
        return found;
    }

    /** A task that is told to end while it writes its record leaves an empty one, or a part. */
    private static boolean isWhole(Path record) throws IOException {
        try {
            return JSON.readTree(record.toFile()).isObject();
        } catch (JsonProcessingException cut) {
            return false;
        }
    }

    private static long sum(Path output, String column) throws IOException {
        long sum = 0;
        for (String line : Files.readAllLines(output.resolve("arrowquant-metrics.jsonl"))) {
            sum += JSON.readTree(line).get(column).asLong();
        }
        return sum;
    }

    /** All that an output says of its tensors and files but for what belongs to the run. */
    private static TreeMap<String, JsonNode> made(Path output) throws IOException {
        TreeMap<String, JsonNode> made = new TreeMap<>();
        for (JsonNode tensor : report(output).get("tensors")) {
            made.put(tensor.get("layer_name").asText(), tensor);
        }
        for (JsonNode file : report(output).get("files")) {
            if (!file.get("role").asText().equals("report")) {
                made.put(file.get("name").asText(), file);
            }
        }
        return made;
    }
}
