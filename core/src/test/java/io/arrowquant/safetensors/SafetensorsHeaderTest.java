package io.arrowquant.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.arrowquant.storage.LocalStorage;
import io.arrowquant.storage.RangeReader;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import io.arrowquant.tensor.TensorInfo;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Headers that are valid, the unusual ones above all. */
class SafetensorsHeaderTest {
    @TempDir
    Path directory;

    @Test
    void tensorsComeInTheOrderOfTheirData() throws IOException {
        SafetensorsHeader header = read(
                "{\"b\":{\"data_offsets\":[4,6],\"shape\":[2],\"dtype\":\"U8\"},"
                        + "\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}",
                6);

        long start = header.dataStart();
        assertThat(header.tensors())
                .containsExactly(
                        new TensorInfo("a", DataType.F32, Shape.of(), start, 4),
                        new TensorInfo("b", DataType.U8, Shape.of(2), start + 4, 2));
        assertThat(header.fileSize()).isEqualTo(start + 6);
        assertThat(header.metadata()).isNull();
        assertThat(header.find("b")).isSameAs(header.tensors().get(1));
        assertThat(header.find("c")).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{} \n\t\r  ", "{ }"})
    void noTensors(String json) throws IOException {
        SafetensorsHeader header = read(json, 0);
        assertThat(header.tensors()).isEmpty();
        assertThat(header.metadata()).isNull();
        assertThat(header.dataStart()).isEqualTo(8 + json.length());
    }

    @Test
    void metadataKeepsItsOrderAndAnEmptyOneIsNotAMissingOne() throws IOException {
        assertThat(read("{\"__metadata__\":{}}", 0).metadata()).isEmpty();
        SafetensorsHeader header = read("{\"__metadata__\":{\"z\":\"1\",\"a\":\"\",\"m\\n\":\"é\"}}", 0);
        assertThat(header.metadata().keySet()).containsExactly("z", "a", "m\n");
        assertThat(header.metadata()).containsEntry("m\n", "é");
        assertThatThrownBy(() -> header.metadata().put("a", "b")).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void emptyTensorsMayShareTheirPlace() throws IOException {
        SafetensorsHeader header = read(
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]},"
                        + "\"z\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]},"
                        + "\"y\":{\"dtype\":\"F32\",\"shape\":[5,0,9223372036854775807],\"data_offsets\":[0,0]},"
                        + "\"e\":{\"dtype\":\"F4\",\"shape\":[0],\"data_offsets\":[2,2]}}",
                2);
        assertThat(header.tensors()).extracting(TensorInfo::name).containsExactly("y", "z", "a", "e");
    }

    @Test
    void unknownFieldsOfATensorAreIgnored() throws IOException {
        SafetensorsHeader header = read(
                "{\"a\":{\"x\":{\"dtype\":[1.5e300,null]},\"dtype\":\"I8\",\"y\":\"\",\"shape\":[1],"
                        + "\"data_offsets\":[0,1],\"z\":-1}}",
                1);
        assertThat(header.find("a").dtype()).isEqualTo(DataType.I8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a/../../b", "\\u0000", "\\u001b[31m", "\\n", "😀", "\\ud83d\\ude00", "dtype"})
    void oddNames(String name) throws IOException {
        SafetensorsHeader header =
                read("{\"" + name + "\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1);
        assertThat(header.tensors()).hasSize(1);
    }

    @Test
    void aNameOfTenThousandCharacters() throws IOException {
        String name = "n".repeat(10_000);
        assertThat(read("{\"" + name + "\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1)
                        .find(name))
                .isNotNull();
    }

    @Test
    void subByteTypesThatFillTheirBytes() throws IOException {
        SafetensorsHeader header = read(
                "{\"a\":{\"dtype\":\"F4\",\"shape\":[3,2],\"data_offsets\":[0,3]},"
                        + "\"b\":{\"dtype\":\"F6_E3M2\",\"shape\":[4],\"data_offsets\":[3,6]}}",
                6);
        assertThat(header.find("b").offset()).isEqualTo(header.dataStart() + 3);
    }

    @Test
    void aHundredThousandTensors() throws IOException {
        int count = 100_000;
        StringBuilder json = new StringBuilder("{");
        for (int i = 0; i < count; i++) {
            json.append(i == 0 ? "" : ",")
                    .append("\"model.layers.")
                    .append(i)
                    .append(".weight\":{\"dtype\":\"BF16\",\"shape\":[1,1],")
                    .append("\"data_offsets\":[")
                    .append(2 * i)
                    .append(',')
                    .append(2 * i + 2)
                    .append("]}");
        }
        SafetensorsHeader header = read(json.append('}').toString(), 2 * count);
        assertThat(header.tensors()).hasSize(count);
        assertThat(header.find("model.layers.99999.weight").offset()).isEqualTo(header.fileSize() - 2);
    }

    @Test
    void tensorsBeyondFourGigabytes() throws IOException {
        long big = 5_000_000_000L;
        String json = "{\"big\":{\"dtype\":\"U8\",\"shape\":[" + big + "],\"data_offsets\":[0," + big + "]},"
                + "\"last\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[" + big + "," + (big + 8) + "]}}";
        Path path = directory.resolve("sparse.safetensors");
        Files.write(path, RawFiles.file(json, 0));
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(8 + json.length() + big + 8);
        }
        SafetensorsHeader header = RawFiles.read(path, SafetensorsLimits.DEFAULTS);
        assertThat(header.find("big").byteLength()).isEqualTo(big);
        assertThat(header.find("last").offset()).isEqualTo(header.dataStart() + big);
    }

    @Test
    void storageFailuresAreNotMalformedFiles() throws IOException {
        Path path = directory.resolve("shrinks.safetensors");
        Files.write(path, RawFiles.file("{}" + " ".repeat(100_000), 0));
        try (RangeReader reader = LocalStorage.INSTANCE.open(path.toString());
                RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(80_000);
            assertThatThrownBy(() -> SafetensorsHeaderParser.read("f", reader))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("ended at byte 80000");
        }
    }

    @Test
    void tensorsAreListedAsTheyLieWhateverTheNames() throws IOException {
        List<String> names = new ArrayList<>();
        StringBuilder json = new StringBuilder("{");
        // U+FFEE sorts before U+1F600 in UTF-8, behind it as Java compares strings.
        for (String name : List.of("😀", "\uffee", "é", "b", "a")) {
            json.append(json.length() > 1 ? "," : "")
                    .append("\"")
                    .append(name)
                    .append("\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}");
        }
        for (TensorInfo tensor : read(json.append('}').toString(), 0).tensors()) {
            names.add(tensor.name());
        }
        assertThat(names).containsExactly("a", "b", "é", "\uffee", "😀");
    }

    private SafetensorsHeader read(String json, int dataBytes) throws IOException {
        return RawFiles.read(directory, RawFiles.file(json, dataBytes));
    }
}
