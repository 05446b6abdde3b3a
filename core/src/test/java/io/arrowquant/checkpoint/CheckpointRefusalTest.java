package io.arrowquant.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.MalformedFileException;
import io.arrowquant.storage.LocalStorage;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests and directories that cannot be read, and how the error says so. */
class CheckpointRefusalTest {
    @TempDir
    Path temp;

    private Path model;

    @BeforeEach
    void directory() throws IOException {
        model = Files.createDirectory(temp.resolve("model"));
    }

    @Test
    void pathsThatLeadNowhere() {
        refused("", "The path is empty. Pass the directory of a model or a .safetensors file");
        refused(" ", "The path is empty");
        refused("a\0b", "'a\\u0000b' is not a valid path");
        refused(temp.resolve("none").toString(), "Nothing exists at '" + temp.resolve("none") + "'. Check the path");
        refused(model.toString(), "'" + model + "' is an empty directory");
        // Too long a name: the file system refuses to look.
        refused(temp.resolve("n".repeat(300)).toString(), "cannot be read: java.nio.file.FileSystemException");
    }

    @ParameterizedTest
    @CsvSource({
        "config.json, holds no .safetensors file. Pass the directory of a model",
        "pytorch_model.bin, 'holds no .safetensors file, only pickled weights such as ''pytorch_model.bin''. Convert"
                + " it'",
        "model.PT, only pickled weights",
        "consolidated.00.pth, only pickled weights",
        "sd-v1.ckpt, only pickled weights",
        "model.Q4_K.gguf, 'holds no .safetensors file, but the GGUF file ''model.Q4_K.gguf''. Read it with format"
                + " gguf'",
        ".hidden.safetensors, holds no .safetensors file",
    })
    void directoriesWithoutSafetensors(String file, String problem) throws IOException {
        ModelFiles.text(model.resolve(file), "");
        refused(model.toString(), problem);
    }

    @Test
    void aDownloadIsPassedByOneRevision() throws IOException {
        Path revision = Files.createDirectories(model.resolve("snapshots/0a1b"));
        ModelFiles.text(model.resolve("snapshots/note"), "");
        ModelFiles.shard(revision.resolve("model.safetensors"), "w");
        refused(
                model.toString(),
                "'" + model + "' holds no .safetensors file. Pass one revision, such as '" + revision + "'");
        Files.delete(revision.resolve("model.safetensors"));
        Files.delete(revision);
        refused(model.toString(), "Pass the directory of a model or a .safetensors file");
    }

    @ParameterizedTest
    @CsvSource({
        "model.bin, 'is a pickle, not a safetensors file. Convert it to safetensors first'",
        "model.pt, is a pickle",
        "model.gguf, is a GGUF file",
        "model.txt, is not a safetensors file: its name does not end in .safetensors",
    })
    void filesWithOtherNames(String name, String problem) throws IOException {
        Path file = ModelFiles.shard(model.resolve(name), "w");
        refused(file.toString(), "'" + file + "' " + problem);
    }

    @ParameterizedTest
    @MethodSource("foreignContents")
    void contentsUnderAFalseName(String content, String problem, String remedy) throws IOException {
        Path file = model.resolve("model.safetensors");
        Files.write(file, content.getBytes(StandardCharsets.ISO_8859_1));
        for (Path path : new Path[] {file, model}) {
            assertThatThrownBy(() -> Checkpoint.open(LocalStorage.INSTANCE, path.toString()))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("'" + file + "' " + problem)
                    .hasMessageContaining(remedy);
        }
    }

    static Stream<Arguments> foreignContents() {
        return Stream.of(
                arguments("PK\u0003\u0004zipped tensors", "is a pickle", "save_pretrained"),
                arguments("\u0080\u0002\u008a\nl\u00fc\u009cF\u00f9 j\u00a8P", "is a pickle", "they never are here"),
                arguments("\u0080\u0004\u0095\u0010\0\0\0\0\0\0\0}", "is a pickle", "they never are here"),
                arguments("GGUF\u0003\0\0\0", "is a GGUF file", "Read it with format gguf"),
                arguments("version https://git-lfs.github.com/spec/v1", "is a Git LFS pointer", "git lfs pull"));
    }

    @Test
    void aValidHeaderMayBeginLikeAPickle() throws IOException {
        int length = 0x0280;
        String json = "{}" + " ".repeat(length - 2);
        ModelFiles.text(model.resolve("model.safetensors"), "x");
        byte[] content = ("\u0080\u0002\0\0\0\0\0\0" + json).getBytes(StandardCharsets.ISO_8859_1);
        Files.write(model.resolve("model.safetensors"), content);
        assertThat(Checkpoint.open(LocalStorage.INSTANCE, model.toString()).tensors())
                .isEmpty();
    }

    @Test
    void malformedShardsAreNamedTheFirstInOrder() throws IOException {
        for (int i = 0; i < 20; i++) {
            if (i % 3 == 1) {
                ModelFiles.text(model.resolve((char) ('a' + i) + ".safetensors"), "no header");
            } else {
                ModelFiles.shard(model.resolve((char) ('a' + i) + ".safetensors"), "w" + i);
            }
        }
        for (int round = 0; round < 5; round++) {
            MalformedFileException error = malformed();
            assertThat(error.file()).isEqualTo(model.resolve("b.safetensors").toString());
            assertThat(error.offset()).isZero();
        }
    }

    @Test
    void oneNameInTwoShards() throws IOException {
        Path first = ModelFiles.shard(model.resolve("a.safetensors"), "v", "w");
        Path second = ModelFiles.shard(model.resolve("b.safetensors"), "w", "x");
        assertThat(malformed())
                .hasMessageContaining("Malformed file " + second + " at byte ")
                .hasMessageContaining("tensor 'w': the tensor also lies in " + first + ". Keep one of the files");
    }

    @Test
    void aNumberedShardIsMissing() throws IOException {
        ModelFiles.shard(model.resolve("model-00001-of-00003.safetensors"), "a");
        ModelFiles.shard(model.resolve("model-00003-of-00003.safetensors"), "c");
        assertThat(malformed())
                .hasMessage("Malformed file " + model.resolve("model-00002-of-00003.safetensors")
                        + ": this shard is missing, though others of its set are there. Download the whole model");
    }

    @Test
    void theIndexNamesAMissingShard() throws IOException {
        Path index = ModelFiles.index(model.resolve("model.safetensors.index.json"), "a", "x.safetensors");
        assertThat(malformed())
                .hasMessageContaining("Malformed file " + index
                        + ": weight_map names the file 'x.safetensors', which is " + "missing from the directory");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "b"})
    void theIndexListsATensorThatItsShardLacks(String lacking) throws IOException {
        Path index = ModelFiles.index(
                model.resolve("model.safetensors.index.json"), "w", "1.safetensors", lacking, "1.safetensors");
        ModelFiles.shard(model.resolve("1.safetensors"), "w");
        assertThat(malformed())
                .hasMessageContaining("Malformed file " + index + ", tensor '" + lacking
                        + "': the index says that it lies in 1.safetensors, which does not have it");
    }

    @Test
    void aShardHasATensorThatTheIndexLacks() throws IOException {
        Path index = ModelFiles.index(model.resolve("model.safetensors.index.json"), "w", "1.safetensors");
        Path shard = ModelFiles.shard(model.resolve("1.safetensors"), "w", "x");
        assertThat(malformed())
                .hasMessageContaining("Malformed file " + shard)
                .hasMessageContaining("tensor 'x': the index " + index + " does not list it");
    }

    @Test
    void shardAndIndexDisagree() throws IOException {
        Path index = ModelFiles.index(
                model.resolve("model.safetensors.index.json"), "w", "2.safetensors", "v", "1.safetensors");
        Path shard = ModelFiles.shard(model.resolve("1.safetensors"), "v", "w");
        ModelFiles.shard(model.resolve("2.safetensors"), "w");
        assertThat(malformed())
                .hasMessageContaining("Malformed file " + shard)
                .hasMessageContaining("tensor 'w': the index " + index + " says that it lies in 2.safetensors");
    }

    @Test
    void severalIndexes() throws IOException {
        ModelFiles.index(model.resolve("a.safetensors.index.json"), "w", "1.safetensors");
        ModelFiles.index(model.resolve("b.safetensors.index.json"), "w", "1.safetensors");
        ModelFiles.shard(model.resolve("1.safetensors"), "w");
        refused(
                model.toString(),
                "'" + model + "' holds several index files: a.safetensors.index.json, b.safetensors.index.json. Keep");
    }

    @RepeatedTest(20)
    void anInterruptStopsTheReading() throws IOException {
        ModelFiles.shard(model.resolve("a.safetensors"), "v");
        ModelFiles.shard(model.resolve("b.safetensors"), "w");
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> Checkpoint.open(LocalStorage.INSTANCE, model.toString()))
                .isInstanceOf(InterruptedIOException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    private MalformedFileException malformed() {
        return catchThrowableOfType(
                MalformedFileException.class, () -> Checkpoint.open(LocalStorage.INSTANCE, model.toString()));
    }

    private static void refused(String path, String problem) {
        assertThatThrownBy(() -> Checkpoint.open(LocalStorage.INSTANCE, path))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining(problem);
    }
}
