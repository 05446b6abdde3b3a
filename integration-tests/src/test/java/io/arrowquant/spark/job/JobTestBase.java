package io.arrowquant.spark.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.arrowquant.checkpoint.Checkpoint;
import io.arrowquant.checkpoint.CheckpointTensor;
import io.arrowquant.spark.testing.CheckpointFiles;
import io.arrowquant.spark.testing.CheckpointFiles.Stored;
import io.arrowquant.storage.LocalStorage;
import io.arrowquant.tensor.DataType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Runs commands in this process, on small checkpoints. */
abstract class JobTestBase {
    static final ObjectMapper JSON = new ObjectMapper();
    static final int TENSORS = 7;

    static SparkSession spark;

    @TempDir
    Path directory;

    /** What a command left behind. */
    record Outcome(int exitCode, String out, String err) {
        JsonNode json() throws IOException {
            return JSON.readTree(out);
        }
    }

    @BeforeAll
    static void startSession() {
        spark = SparkSession.builder()
                .master("local[2]")
                .config("spark.ui.enabled", "false")
                .config("spark.sql.shuffle.partitions", "2")
                .config("spark.unsafe.exceptionOnMemoryLeak", "true")
                .getOrCreate();
    }

    @AfterAll
    static void stopSession() {
        spark.stop();
    }

    static Outcome run(Object... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int exitCode = ArrowQuantJob.run(
                Stream.of(arguments).map(Object::toString).toArray(String[]::new),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Outcome(exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    static Outcome succeed(Object... arguments) {
        Outcome outcome = run(arguments);
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        return outcome;
    }

    /** The one line that says what went wrong. */
    static String failure(int exitCode, Object... arguments) {
        Outcome outcome = run(arguments);
        assertThat(outcome.exitCode()).as(outcome.err()).isEqualTo(exitCode);
        List<String> lines = outcome.err()
                .lines()
                .filter(line -> line.startsWith("arrowquant: "))
                .toList();
        assertThat(lines).hasSize(1);
        assertThat(outcome.err()).doesNotContain("\tat ");
        return lines.get(0).substring("arrowquant: ".length());
    }

    /** Two shards with tensors of all sorts, and what lies beside them. */
    Path model() throws IOException {
        Path model = directory.resolve("model");
        CheckpointFiles.write(
                model.resolve("model-00001-of-00002.safetensors"),
                CheckpointFiles.gaussian("model.embed_tokens.weight", DataType.BF16, 300, 128),
                CheckpointFiles.gaussian("model.layers.0.q_proj.weight", DataType.BF16, 256, 512),
                CheckpointFiles.gaussian("model.layers.0.odd.weight", DataType.F32, 77, 131));
        CheckpointFiles.write(
                model.resolve("model-00002-of-00002.safetensors"),
                CheckpointFiles.gaussian("model.layers.1.q_proj.weight", DataType.BF16, 256, 512),
                CheckpointFiles.gaussian("model.norm.weight", DataType.F32, 128),
                CheckpointFiles.random("position_ids", DataType.I64, 1, 33),
                CheckpointFiles.random("mask", DataType.BOOL, 17));
        Files.writeString(model.resolve("config.json"), "{\"model_type\": \"llama\"}");
        Files.writeString(model.resolve("tokenizer.json"), "{}");
        return model;
    }

    /** Of which the last of several tensors has a value that is none, at its end. */
    Path brokenModel() throws IOException {
        Stored broken = CheckpointFiles.gaussian("model.layers.9.q_proj.weight", DataType.F32, 64, 64);
        ByteBuffer.wrap(broken.data())
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat(broken.data().length - Float.BYTES, Float.NaN);
        Path model = directory.resolve("broken");
        CheckpointFiles.write(
                model.resolve("model.safetensors"),
                CheckpointFiles.gaussian("model.layers.0.q_proj.weight", DataType.F32, 256, 512),
                broken);
        return model;
    }

    Path singleTensorModel(Stored tensor) throws IOException {
        Path model = directory.resolve("model-" + tensor.name());
        CheckpointFiles.write(model.resolve("model.safetensors"), tensor);
        return model;
    }

    static JsonNode report(Path output) throws IOException {
        return JSON.readTree(output.resolve("arrowquant.json").toFile());
    }

    /** All files below a directory, hidden ones too, without the checksums of Hadoop. */
    static TreeSet<String> files(Path root) throws IOException {
        TreeSet<String> names = new TreeSet<>();
        if (Files.exists(root)) {
            try (Stream<Path> tree = Files.walk(root)) {
                tree.filter(Files::isRegularFile)
                        .map(file -> root.relativize(file).toString())
                        .filter(name -> !name.endsWith(".crc"))
                        .forEach(names::add);
            }
        }
        return names;
    }

    /** What each tensor of a model directory holds, whatever file it is in. */
    static Map<String, Integer> contents(Path model) throws IOException {
        Map<String, Integer> contents = new TreeMap<>();
        for (CheckpointTensor tensor :
                Checkpoint.open(LocalStorage.INSTANCE, model.toString()).tensors()) {
            byte[] data = new byte[Math.toIntExact(tensor.info().byteLength())];
            try (RandomAccessFile file =
                    new RandomAccessFile(model.resolve(tensor.file()).toFile(), "r")) {
                file.seek(tensor.info().offset());
                file.readFully(data);
            }
            contents.put(tensor.name(), Arrays.hashCode(data));
        }
        return contents;
    }
}
