package io.arrowquant.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.arrowquant.error.MalformedFileException;
import io.arrowquant.storage.LocalStorage;
import io.arrowquant.storage.RangeReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ShardIndexTest {
    @TempDir
    Path temp;

    @Test
    void tensorsAndShards() throws IOException {
        ShardIndex index = read("{\"metadata\":{\"total_size\":[1e5]},\"weight_map\":"
                + "{\"b\":\"2.safetensors\",\"a\":\"1.safetensors\",\"c\":\"2.safetensors\"},\"x\":null} \n");
        assertThat(index.shardOf().keySet()).containsExactly("b", "a", "c");
        assertThat(index.shards()).containsExactly("1.safetensors", "2.safetensors");
        assertThat(index.shardOf().get("b"))
                .as("one copy of each name")
                .isSameAs(index.shardOf().get("c"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "../x.safetensors",
                "/etc/passwd",
                "/x.safetensors",
                "file:///etc/passwd",
                "s3a://other/bucket/x.safetensors",
                "C:x.safetensors",
                "sub/x.safetensors",
                "..\\\\x.safetensors",
                "%2e%2e",
                "%2e%2e%2fx.safetensors",
                "%2E%2E/x.safetensors",
                "a%5Cx.safetensors",
                "%252e.safetensors",
                "x\\u0000.safetensors"
            })
    void namesThatCouldLeadOut(String name) {
        assertThat(refused("{\"weight_map\":{\"w\":\"" + name + "\"}}"))
                .hasMessageContaining("index.json at byte 19, tensor 'w': weight_map names the file '")
                .hasMessageContaining("which is not a plain name of a file beside the index");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "                                           |  0 | must be an object, not the end of the text",
                "pickle?                                    |  6 | the JSON text is invalid: Unrecognized token"
                        + " 'pickle'",
                "[]                                         |  0 | the index must be an object, not a list",
                "{}                                         | -1 | the index has no weight_map, or one without tensors",
                "{\"weight_map\":{}}                        | -1 | the index has no weight_map, or one without tensors",
                "{\"weight_map\":[]}                        | 14 | weight_map must be an object, not a list",
                "{\"weight_map\":null}                      | 14 | weight_map must be an object, not null",
                "{\"weight_map\":{\"a\":1}}                 | 19 | a file name in weight_map must be a string, not 1",
                "{\"weight_map\":{\"a\":{\"b\":\"c\"}}}     | 19 | a file name in weight_map must be a string, not an"
                        + " object",
                "{\"weight_map\":{\"a\":\"b.bin\"}}         | 19 | names the file 'b.bin', which is not a .safetensors"
                        + " file",
                "{\"x\":1,\"x\":2}                          |  7 | the key 'x' occurs twice",
                "{\"weight_map\":{\"a\":\"b.safetensors\",\"a\":\"b.safetensors\"}} | 35 | the tensor occurs twice in"
                        + " weight_map",
                "{\"weight_map\":{\"a\":\"b.safetensors\"}}{ | 36 | text follows the end of the JSON object",
                "{\"weight_map\":{\"a\":\"b.safetensors\"}  | 35 | the JSON text is invalid: Unexpected end-of-input",
            })
    void malformed(String json, long offset, String problem) {
        MalformedFileException error = refused(json == null ? "" : json);
        assertThat(error).hasMessageContaining(problem);
        assertThat(error.offset()).isEqualTo(offset);
        assertThat(error.file()).isEqualTo("index.json");
        assertThat(error.remedy()).isNotEmpty();
    }

    @Test
    void notUtf8() throws IOException {
        Path file = temp.resolve("index.json");
        Files.write(file, new byte[] {'{', '"', (byte) 0xff, '"'});
        assertThat(refused(file)).hasMessageContaining("at byte 2: the JSON text is not valid UTF-8");
    }

    @Test
    void halfAGigabyteIsNotEvenRead() throws IOException {
        Path file = temp.resolve("index.json");
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(500_000_000);
        }
        assertThat(refused(file)).hasMessageContaining("has 500000000 bytes, more than the limit of 100000000");
    }

    private MalformedFileException refused(String json) {
        return catchThrowableOfType(MalformedFileException.class, () -> read(json));
    }

    private MalformedFileException refused(Path file) {
        return catchThrowableOfType(MalformedFileException.class, () -> read(file));
    }

    private ShardIndex read(String json) throws IOException {
        return read(ModelFiles.text(temp.resolve("index.json"), json));
    }

    private static ShardIndex read(Path file) throws IOException {
        try (RangeReader reader = LocalStorage.INSTANCE.open(file.toString())) {
            return ShardIndex.read("index.json", reader);
        }
    }
}
