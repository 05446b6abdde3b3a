package io.arrowquant.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.arrowquant.safetensors.SafetensorsHeader;
import io.arrowquant.safetensors.SafetensorsHeaderParser;
import io.arrowquant.safetensors.SafetensorsWriter;
import io.arrowquant.safetensors.TensorSource;
import io.arrowquant.safetensors.TensorSpec;
import io.arrowquant.storage.LocalStorage;
import io.arrowquant.storage.RangeReader;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import io.arrowquant.tensor.TensorInfo;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Model files to model files. */
class FileQuantizerTest extends SessionTestBase {
    @TempDir
    Path directory;

    private Path model;

    @BeforeEach
    void writeModel() throws IOException {
        model = directory.resolve("model");
        Files.createDirectories(model);
        writeFile("model-00001-of-00002.safetensors", Map.of("a.weight", new long[] {300, 512}));
        writeFile(
                "model-00002-of-00002.safetensors",
                Map.of("b.weight", new long[] {64, 256}, "norm.weight", new long[] {64}));
        Files.writeString(
                model.resolve("model.safetensors.index.json"),
                "{\"weight_map\":{\"a.weight\":\"model-00001-of-00002.safetensors\","
                        + "\"b.weight\":\"model-00002-of-00002.safetensors\","
                        + "\"norm.weight\":\"model-00002-of-00002.safetensors\"}}");
        Files.writeString(model.resolve("config.json"), "{}");
    }

    private void writeFile(String name, Map<String, long[]> tensors) throws IOException {
        List<TensorSource> sources = new ArrayList<>();
        new TreeMap<>(tensors).forEach((tensor, dimensions) -> {
            Shape shape = Shape.of(dimensions);
            float[] weights = random(tensor.hashCode(), (int) shape.elements());
            ByteBuffer bytes = ByteBuffer.allocate(weights.length * 4).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(weights);
            sources.add(new TensorSource(new TensorSpec(tensor, DataType.F32, shape), out -> out.write(bytes.array())));
        });
        try (OutputStream out = Files.newOutputStream(model.resolve(name))) {
            SafetensorsWriter.write(out, null, sources);
        }
    }

    private JsonNode convert(Object... settings) {
        return parsed(session.quantizeFiles(request(settings), 0));
    }

    private Map<String, Shape> tensors(Path file) throws IOException {
        try (RangeReader reader = LocalStorage.INSTANCE.open(file.toString())) {
            SafetensorsHeader header = SafetensorsHeaderParser.read(file.toString(), reader);
            Map<String, Shape> shapes = new TreeMap<>();
            for (TensorInfo tensor : header.tensors()) {
                shapes.put(tensor.name(), tensor.shape());
            }
            return shapes;
        }
    }

    private List<String> names(Path path) throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void shardsBecomeShards() throws IOException {
        Path output = directory.resolve("out");

        JsonNode report =
                convert("input", model.toString(), "output", output.toString(), "skip_sensitive_layers", true);

        assertThat(report.path("tensors")).hasSize(3);
        assertThat(names(output))
                .containsExactly(
                        "config.json",
                        "model-00001-of-00002.safetensors",
                        "model-00002-of-00002.safetensors",
                        "model.safetensors.index.json");
        assertThat(tensors(output.resolve("model-00001-of-00002.safetensors")))
                .containsEntry("a.weight.quantized_data", Shape.of(300 * 512 / 2))
                .containsEntry("a.weight.scales", Shape.of(1200));
        assertThat(tensors(output.resolve("model-00002-of-00002.safetensors")))
                .containsEntry("norm.weight", Shape.of(64));
        assertThat(names(directory)).containsExactly("model", "out");
    }

    @Test
    void oneFileHoldsAllTensors() throws IOException {
        for (String scheme : List.of("nf4", "W4A16", "Q8_0", "int8(strategy=tensor)")) {
            Path output = directory.resolve(scheme.substring(0, 3) + ".safetensors");

            JsonNode report = convert("input", model.toString(), "output", output.toString(), "scheme", scheme);

            assertThat(report.path("error").path("message").asText()).isEmpty();
            assertThat(tensors(output)).isNotEmpty();
        }
    }

    @Test
    void rulesCosineAndTargetDecide() {
        List<Map<String, Object>> rules =
                List.of(Map.of("match", "norm", "drop", true), Map.of("match", "b", "keep", true));
        JsonNode report = convert(
                "input",
                model.toString(),
                "output",
                directory.resolve("o1").toString(),
                "rules",
                rules,
                "scheme",
                "int2",
                "min_cosine",
                0.99);
        assertThat(report.path("tensors")).hasSize(2);
        assertThat(report.path("tensors").get(0).path("scheme").asText()).isEqualTo("int4");
        assertThat(report.path("tensors").get(0).path("attempts").asInt()).isEqualTo(2);

        JsonNode kept = convert(
                "input", model.toString(), "output", directory.resolve("o2").toString(), "min_cosine", 0.999999999);
        assertThat(kept.path("tensors").get(0).path("scheme").isNull()).isTrue();

        JsonNode target = convert(
                "input", model.toString(), "output", directory.resolve("o3").toString(), "target_bytes", 120_000);
        assertThat(target.path("bytes_out").asLong()).isBetween(60_000L, 120_000L);
    }

    @Test
    void theOutputAppearsWholeOrNotAtAll() throws IOException {
        Path output = directory.resolve("out");
        Files.createDirectories(output);
        Files.writeString(output.resolve("old"), "");

        assertThat(error("input", model.toString(), "output", output.toString()))
                .contains("exists already");
        assertThat(convert("input", model.toString(), "output", output.toString(), "overwrite", true)
                        .has("tensors"))
                .isTrue();
        assertThat(names(output)).doesNotContain("old");
        assertThat(error("input", directory.resolve("x").toString(), "output", "y"))
                .contains("Nothing exists");
        assertThat(error(
                        "input", model.toString(), "output", model.resolve("in").toString()))
                .contains("lies inside the input");
        assertThat(error(
                        "input",
                        model.toString(),
                        "output",
                        directory.resolve("o").toString(),
                        "strict",
                        true,
                        "rules",
                        List.of(Map.of("match", "x", "keep", true))))
                .contains("No tensor matches 'x'");
        assertThat(names(directory)).containsExactly("model", "out");
    }

    private String error(Object... settings) {
        return convert(settings).path("error").path("message").asText();
    }
}
