package io.arrowquant.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import io.arrowquant.tensor.TensorInfo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsLayoutTest {
    private static final TensorSpec BYTES = new TensorSpec("bytes", DataType.U8, Shape.of(3));
    private static final TensorSpec FLOATS = new TensorSpec("floats", DataType.F32, Shape.of(2, 2));

    @TempDir
    Path directory;

    @Test
    void keepsTheOrderGiven() throws IOException {
        SafetensorsLayout layout = SafetensorsLayout.of(null, List.of(BYTES, FLOATS));
        long start = layout.dataStart();
        assertThat(start).isEqualTo(layout.header().length);
        assertThat(start % 8).isZero();
        assertThat(layout.tensors())
                .containsExactly(
                        new TensorInfo("bytes", DataType.U8, Shape.of(3), start, 3),
                        new TensorInfo("floats", DataType.F32, Shape.of(2, 2), start + 3, 16));
        assertThat(layout.fileSize()).isEqualTo(start + 19);
        assertThat(readBack(layout).tensors()).isEqualTo(layout.tensors());
    }

    @Test
    void referenceOrderIsByTypeDescendingThenByName() {
        List<TensorSpec> specs = new ArrayList<>();
        for (String name : List.of("😀", "\uffee", "b", "a")) {
            specs.add(new TensorSpec(name, DataType.F32, Shape.of()));
        }
        specs.add(0, BYTES);
        specs.add(new TensorSpec("z", DataType.U64, Shape.of()));
        specs.sort(SafetensorsLayout.REFERENCE_ORDER);
        assertThat(specs).extracting(TensorSpec::name).containsExactly("z", "a", "b", "\uffee", "😀", "bytes");
    }

    @Test
    void reservedHeadersAreFilledWithSpaces() throws IOException {
        SafetensorsLayout natural = SafetensorsLayout.of(Map.of("format", "pt"), List.of(FLOATS));
        SafetensorsLayout reserved = SafetensorsLayout.reserving(1000, Map.of("format", "pt"), List.of(FLOATS));
        assertThat(reserved.header()).hasSize(1000);
        assertThat(Arrays.copyOfRange(reserved.header(), natural.header().length, 1000))
                .containsOnly(' ');
        assertThat(reserved.tensors().get(0).offset()).isEqualTo(1000);
        assertThat(readBack(reserved).metadata()).isEqualTo(Map.of("format", "pt"));
    }

    @Test
    void reservationsMustFitTheHeaderAndTheLimit() {
        for (int bytes : new int[] {0, 60, 100_000_009}) {
            assertThatThrownBy(() -> SafetensorsLayout.reserving(bytes, null, List.of(FLOATS)))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("cannot take " + bytes + " bytes: it needs at least 70");
        }
        assertThat(SafetensorsLayout.reserving(70, null, List.of(FLOATS)).dataStart())
                .isEqualTo(70);
    }

    @Test
    void duplicateNamesAreRefused() {
        assertThatThrownBy(() -> SafetensorsLayout.of(null, List.of(BYTES, FLOATS, BYTES)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("Tensor 'bytes' occurs twice");
    }

    @Test
    void headersBeyondTheLimitAreRefused() {
        List<TensorSpec> many = new ArrayList<>();
        for (int i = 0; i < 1600; i++) {
            many.add(new TensorSpec("n".repeat(65_000) + i, DataType.U8, Shape.of()));
        }
        assertThatThrownBy(() -> SafetensorsLayout.of(null, many))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("exceed the format's limit of 100000000 bytes")
                .hasMessageContaining("max-shard-size");
    }

    @Test
    void namesAndMetadataMustHaveAUtf8Form() {
        assertThatThrownBy(() -> new TensorSpec("\ud83d", DataType.U8, Shape.of()))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("half a surrogate pair");
        for (Map<String, String> metadata : List.of(Map.of("a", "\ude00"), Map.of("\ud83da", ""))) {
            assertThatThrownBy(() -> SafetensorsLayout.of(metadata, List.of()))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("half a surrogate pair");
        }
    }

    @Test
    void specsThatOurReaderWouldRefuse() {
        refused("__metadata__", DataType.U8, "cannot be called __metadata__", 1);
        refused("n".repeat(65_537), DataType.U8, "a name of 65537 characters", 1);
        refused("a", DataType.U8, "65 dimensions", new long[65]);
        refused("a", DataType.F4, "cannot be stored as F4: 3 elements of F4 do not fill whole bytes", 3);
        refused("a", DataType.F32, "cannot be stored as F32: long overflow", 1L << 61);
        refused("a", DataType.U8, "cannot be stored as U8: long overflow", Long.MAX_VALUE, 4, 0);
    }

    private static void refused(String name, DataType dtype, String problem, long... dimensions) {
        assertThatThrownBy(() -> new TensorSpec(name, dtype, Shape.of(dimensions)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining(problem);
    }

    private SafetensorsHeader readBack(SafetensorsLayout layout) throws IOException {
        return RawFiles.read(directory, Arrays.copyOf(layout.header(), (int) layout.fileSize()));
    }
}
