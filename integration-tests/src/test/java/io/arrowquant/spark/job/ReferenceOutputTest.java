package io.arrowquant.spark.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.arrowquant.checkpoint.Checkpoint;
import io.arrowquant.checkpoint.CheckpointTensor;
import io.arrowquant.safetensors.SafetensorsLayout;
import io.arrowquant.safetensors.TensorSpec;
import io.arrowquant.storage.LocalStorage;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A trained model comes out of the job as it comes out of llm-compressor, bitsandbytes and the packers of GPTQ and AWQ. */
class ReferenceOutputTest extends JobTestBase {
    private static final Path RESOURCES = Path.of("src/test/resources/tiny-llama");
    private static final Path MODEL = RESOURCES.resolve("model");

    private static JsonNode references() throws IOException {
        return JSON.readTree(RESOURCES.resolve("outputs.json").toFile());
    }

    static Stream<String> schemes() throws IOException {
        List<String> schemes = new ArrayList<>();
        references().fieldNames().forEachRemaining(schemes::add);
        return schemes.stream();
    }

    @ParameterizedTest
    @MethodSource("schemes")
    void everyTensorAndKeyIsThatOfTheReference(String scheme) throws IOException {
        JsonNode reference = references().get(scheme);
        Path output = convert(scheme, reference);

        Map<String, String> expected = new TreeMap<>();
        JsonNode known = reference.get("tensors");
        known.fieldNames().forEachRemaining(name -> {
            JsonNode tensor = known.get(name);
            expected.put(
                    name,
                    tensor.get(0).asText() + " " + tensor.get(1) + " "
                            + tensor.get(2).asText());
        });
        assertThat(tensors(output)).isEqualTo(expected);

        byte[] config = Files.readAllBytes(output.resolve("config.json"));
        assertThat(JSON.readTree(config).get("quantization_config")).isEqualTo(reference.get("quantization_config"));
        if (reference.has("config_sha256")) {
            assertThat(hash(config)).isEqualTo(reference.get("config_sha256").asText());
        }
        JsonNode index =
                JSON.readTree(output.resolve("model.safetensors.index.json").toFile());
        if (reference.has("index_metadata")) {
            assertThat(index.get("metadata")).isEqualTo(reference.get("index_metadata"));
        }
        if (reference.has("files") && !scheme.startsWith("NVFP4")) {
            assertThat(index.get("weight_map")).isEqualTo(reference.get("files"));
        }
        for (String carried : List.of("tokenizer.json", "tokenizer.model", "generation_config.json")) {
            assertThat(output.resolve(carried)).hasSameBinaryContentAs(MODEL.resolve(carried));
        }
    }

    @Test
    void filesAreThoseTheReferenceWriterWouldWrite() throws IOException {
        Path output = convert("W4A16", references().get("W4A16"));
        try (Stream<Path> files = Files.list(output)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".safetensors"))
                    .toList()) {
                List<TensorSpec> specs = new ArrayList<>();
                for (CheckpointTensor tensor :
                        Checkpoint.open(LocalStorage.INSTANCE, file.toString()).tensors()) {
                    specs.add(new TensorSpec(
                            tensor.name(), tensor.info().dtype(), tensor.info().shape()));
                }
                specs.sort(SafetensorsLayout.REFERENCE_ORDER);
                byte[] header =
                        SafetensorsLayout.of(Map.of("format", "pt"), specs).header();
                assertThat(first(file, header.length)).isEqualTo(header);
            }
        }
    }

    @Test
    void theDryRunKnowsEverySizeAndFile() throws IOException {
        Path output = directory.resolve("planned");
        JsonNode dry = succeed(
                        "quantize", "--input", MODEL, "--output", output, "--scheme", "W4A16", "--dry-run", "--json")
                .json();
        assertThat(output).doesNotExist();
        succeed("quantize", "--input", MODEL, "--output", output, "--scheme", "W4A16");
        JsonNode report = report(output);
        assertThat(dry.get("totals").get("bytes_after"))
                .isEqualTo(report.get("totals").get("bytes_after"));
        for (int i = 0; i < dry.get("tensors").size(); i++) {
            JsonNode planned = dry.get("tensors").get(i);
            JsonNode written = report.get("tensors").get(i);
            assertThat(planned.get("bytes_after")).isEqualTo(written.get("bytes_after"));
            assertThat(planned.get("output_file"))
                    .isEqualTo(written.get("output_files").get(0));
        }
    }

    @Test
    void outputsAreVerifiedByWhatTheReportSays() throws IOException {
        Path output = convert("nf4(nested=true)", references().get("nf4(nested=true)"));
        succeed("verify", output);
        Path shard = output.resolve("model-00002-of-00003.safetensors");
        try (RandomAccessFile file = new RandomAccessFile(shard.toFile(), "rw")) {
            file.seek(file.length() - 1000);
            int before = file.read();
            file.seek(file.length() - 1000);
            file.write(before ^ 1);
        }
        assertThat(run("verify", output).exitCode()).isEqualTo(ExitCode.FAILED);
    }

    @Test
    void smallerShardsHoldTheSameTensors() throws IOException {
        Path output = directory.resolve("small");
        succeed("quantize", "--input", MODEL, "--output", output, "--scheme", "FP8_DYNAMIC", "--max-shard-size", "2MB");
        assertThat(files(output).stream().filter(name -> name.endsWith(".safetensors")))
                .hasSizeGreaterThan(6);
        Path usual = directory.resolve("usual");
        succeed("quantize", "--input", MODEL, "--output", usual, "--scheme", "FP8_DYNAMIC");
        assertThat(tensors(output)).isEqualTo(tensors(usual));
    }

    private Path convert(String scheme, JsonNode reference) {
        Path output = directory.resolve("out");
        List<Object> arguments =
                new ArrayList<>(List.of("quantize", "--input", MODEL, "--output", output, "--scheme", scheme));
        for (JsonNode pattern : reference.get("skip")) {
            arguments.add("--skip");
            arguments.add(pattern.asText());
        }
        succeed(arguments.toArray());
        return output;
    }

    /** Type, shape and hash of every tensor. */
    private static Map<String, String> tensors(Path output) throws IOException {
        Map<String, String> tensors = new TreeMap<>();
        Checkpoint checkpoint = Checkpoint.open(LocalStorage.INSTANCE, output.toString());
        for (CheckpointTensor tensor : checkpoint.tensors()) {
            byte[] data = new byte[Math.toIntExact(tensor.info().byteLength())];
            try (RandomAccessFile file =
                    new RandomAccessFile(output.resolve(tensor.file()).toFile(), "r")) {
                file.seek(tensor.info().offset());
                file.readFully(data);
            }
            tensors.put(
                    tensor.name(),
                    tensor.info().dtype() + " "
                            + JSON.valueToTree(tensor.info().shape().toArray()) + " " + hash(data));
        }
        return tensors;
    }

    private static byte[] first(Path file, int length) throws IOException {
        byte[] bytes = new byte[length];
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            in.readFully(bytes);
        }
        return bytes;
    }

    private static String hash(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
