package io.arrowquant.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import io.arrowquant.tensor.TensorInfo;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The golden files come from {@code safetensors.serialize} of the Python package safetensors 0.8.0. */
class SafetensorsWriterTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"all-dtypes", "odd-names", "shapes", "no-tensors", "metadata-only", "empty-metadata"})
    void sameBytesAsTheReferenceWriter(String name) throws IOException {
        byte[] golden = RawFiles.resource(name + ".safetensors");
        SafetensorsHeader header = RawFiles.read(directory, golden);
        List<TensorSource> sources = new ArrayList<>();
        for (TensorInfo tensor : header.tensors()) {
            byte[] data =
                    Arrays.copyOfRange(golden, (int) tensor.offset(), (int) (tensor.offset() + tensor.byteLength()));
            sources.add(source(tensor.name(), tensor.dtype(), tensor.shape(), data));
        }
        Collections.shuffle(sources, new Random(1));

        ByteArrayOutputStream out = new ByteArrayOutputStream();
        SafetensorsLayout layout = SafetensorsWriter.write(out, header.metadata(), sources);

        assertThat(out.toByteArray()).isEqualTo(golden);
        assertThat(layout.fileSize()).isEqualTo(golden.length);
        // Empty tensors lie where they were written, but a reader lists those of one place by name.
        assertThat(layout.tensors()).containsExactlyInAnyOrderElementsOf(header.tensors());
    }

    @Test
    void theGoldenFilesHoldWhatTheyShould() throws IOException {
        SafetensorsHeader types = RawFiles.read(directory, RawFiles.resource("all-dtypes.safetensors"));
        assertThat(types.tensors()).extracting(TensorInfo::dtype).hasSize(20).doesNotHaveDuplicates();
        assertThat(types.metadata()).isEqualTo(Map.of("format", "pt"));
        SafetensorsHeader names = RawFiles.read(directory, RawFiles.resource("odd-names.safetensors"));
        assertThat(names.tensors())
                .extracting(TensorInfo::name)
                .contains("", "nul\0tab\tnewline\nreturn\rbell\u0007bs\bff\fesc\u001b[31m\u001f", "😀", "\uffee");
        assertThat(names.metadata()).isEqualTo(Map.of("ké\"y\n", "v\0\\é😀"));
        SafetensorsHeader shapes = RawFiles.read(directory, RawFiles.resource("shapes.safetensors"));
        assertThat(shapes.find("scalar").shape()).isEqualTo(Shape.of());
        assertThat(shapes.find("empty.rows").shape()).isEqualTo(Shape.of(3, 0, 2));
        assertThat(shapes.metadata()).isNull();
    }

    @Test
    void metadataIsWrittenInItsOrder() throws IOException {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("z", "1");
        metadata.put("a", "2");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        SafetensorsWriter.write(out, metadata, List.of());
        assertThat(out.toString(StandardCharsets.UTF_8)).endsWith("{\"__metadata__\":{\"z\":\"1\",\"a\":\"2\"}}      ");
    }

    @Test
    void dataInPieces() throws IOException {
        TensorSpec spec = new TensorSpec("a", DataType.U8, Shape.of(5));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        SafetensorsWriter.write(out, null, List.of(new TensorSource(spec, stream -> {
            stream.write(1);
            stream.write(new byte[] {2, 3});
            stream.write(new byte[] {0, 4, 5, 0}, 1, 2);
            stream.close();
        })));
        assertThat(out.toByteArray()).endsWith(1, 2, 3, 4, 5);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 5, 100})
    void aWrongNumberOfBytesIsRefused(int given) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        List<TensorSource> sources = List.of(source("layer\n1", DataType.U8, Shape.of(2, 2), new byte[given]));
        assertThatThrownBy(() -> SafetensorsWriter.write(out, null, sources))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("Tensor 'layer\\u000a1' of type U8 and shape [2, 2] takes 4 bytes, but was given "
                        + (given < 4 ? "only " : "at least ") + given);
        assertThat(out.size() % 8)
                .as("nothing written beyond the tensor's place")
                .isLessThanOrEqualTo(4);
    }

    private static TensorSource source(String name, DataType dtype, Shape shape, byte[] data) {
        return new TensorSource(new TensorSpec(name, dtype, shape), stream -> stream.write(data));
    }
}
