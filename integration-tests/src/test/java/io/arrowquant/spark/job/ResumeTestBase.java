package io.arrowquant.spark.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;

/** Jobs that stop, because the last of four files holds a NaN until it is repaired, and others that go on. */
abstract class ResumeTestBase extends JobTestBase {
    private static final Pattern FOUND = Pattern.compile("(\\d+) of 4 files were finished by an earlier run");
    static final int FILES = 4;

    Path output;

    @BeforeEach
    void begin() {
        output = directory.resolve("out");
        FailingFileSystem.register(spark);
    }

    /** Runs a job that stops at the last file; gives the number of files that were finished until then. */
    int stop(String target, Object... options) throws IOException {
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

    static Outcome quantize(Path source, String target, Object... options) {
        List<Object> arguments = new ArrayList<>(List.of("quantize", "--input", source, "--output", target));
        arguments.addAll(List.of(options));
        return succeed(arguments.toArray());
    }

    Outcome quantize(String target, Object... options) {
        return quantize(directory.resolve("source"), target, options);
    }

    static int found(Outcome outcome) {
        Matcher matcher = FOUND.matcher(outcome.err());
        assertThat(matcher.find()).as(outcome.err()).isTrue();
        return Integer.parseInt(matcher.group(1));
    }

    /** Four files, the last of which, the smallest, is read last and cannot be quantized. */
    Path source() throws IOException {
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

    void repair() throws IOException {
        CheckpointFiles.write(shard(FILES - 1), tensors(FILES - 1));
    }

    Path shard(int index) {
        return directory.resolve("source").resolve("model-0000" + (index + 1) + "-of-00004.safetensors");
    }

    static Stored[] tensors(int index) {
        String layer = "model.layers." + index + ".mlp.";
        return index == FILES - 1
                ? new Stored[] {CheckpointFiles.gaussian(layer + "up_proj.weight", DataType.BF16, 8, 128)}
                : new Stored[] {
                    CheckpointFiles.gaussian(layer + "up_proj.weight", DataType.BF16, 256, 1024),
                    CheckpointFiles.gaussian(layer + "norm.weight", DataType.BF16, 1024)
                };
    }

    /** Files of the stopped job, each beside what says that it is finished. */
    List<Path> stagedFiles() throws IOException {
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

    static long sum(Path output, String column) throws IOException {
        long sum = 0;
        for (String line : Files.readAllLines(output.resolve("arrowquant-metrics.jsonl"))) {
            sum += JSON.readTree(line).get(column).asLong();
        }
        return sum;
    }

    /** All that an output says of its tensors and files but for what belongs to the run. */
    static TreeMap<String, JsonNode> made(Path output) throws IOException {
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
