package io.arrowquant.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.storage.LocalStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointPathsTest {
    @TempDir
    Path temp;

    @BeforeEach
    void models() throws IOException {
        ModelFiles.shard(temp.resolve("models/a/model.safetensors"), "w");
        Files.createSymbolicLink(temp.resolve("link"), temp.resolve("models"));
    }

    @ParameterizedTest
    @CsvSource({
        "models/a, is the input itself",
        "models/a/, is the input itself",
        "models/b/../a, is the input itself",
        "models/new/../a, is the input itself",
        "models/new/../../link/a, is the input itself",
        "link/a, is the input itself",
        "models/a/out, lies inside the input",
        "models/a/new/out, lies inside the input",
        "link/a/new/out, lies inside the input",
        "models/new/../a/out, lies inside the input",
        "models, contains the input",
        "link, contains the input",
        ".., contains the input",
    })
    void outputsThatWouldDestroyTheInput(String output, String problem) {
        String path = temp + "/" + output;
        assertThatThrownBy(() -> requireSeparate("models/a", output))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("The output '" + path + "' " + problem)
                .hasMessageContaining("Choose an output directory apart from the input");
    }

    @ParameterizedTest
    @ValueSource(strings = {"models/b", "models/a2", "models/a-int4/x", "out", "link/b"})
    void outputsApartFromTheInput(String output) {
        assertThatCode(() -> requireSeparate("models/a", output)).doesNotThrowAnyException();
    }

    @Test
    void aSingleFileAsInput() {
        assertThatThrownBy(() -> requireSeparate("models/a/model.safetensors", "models/a"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("contains the input");
        assertThatCode(() -> requireSeparate("models/a/model.safetensors", "models/a/out"))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({"models/a, true", "models/a/x, true", "link/a/x, true", "models/a2, false", "models, false"})
    void whatLiesInADirectory(String inner, boolean inside) throws IOException {
        assertThat(CheckpointPaths.contains(LocalStorage.INSTANCE, temp + "/models/a", temp + "/" + inner))
                .isEqualTo(inside);
    }

    private void requireSeparate(String input, String output) throws IOException {
        CheckpointPaths.requireSeparate(LocalStorage.INSTANCE, temp + "/" + input, temp + "/" + output);
    }
}
