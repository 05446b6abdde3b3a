package io.arrowquant.spark.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.arrowquant.spark.write.Publication.Arrival;
import io.arrowquant.spark.write.Publication.Moves;
import io.arrowquant.storage.LocalStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublicationTest {
    private static final LocalStorage STORAGE = LocalStorage.INSTANCE;

    @TempDir
    private Path output;

    private Path staging;

    /** Two files that replace others; the second is not there, so that publishing stops before it. */
    @BeforeEach
    void stopHalfway() throws IOException {
        staging = Files.createDirectories(output.resolve("_temporary").resolve("job"));
        Files.writeString(output.resolve("config.json"), "old config");
        Files.writeString(output.resolve("model.safetensors"), "old weights");
        Files.writeString(staging.resolve("config.json"), "new config");
        List<String> names = List.of("config.json", "model.safetensors");
        List<Arrival> arrivals = names.stream()
                .map(name -> new Arrival(name, staging.resolve(name).toString()))
                .toList();
        Publication killed =
                new Publication(STORAGE, output.toString(), staging.toString(), new Moves(List.of(), names, arrivals));
        assertThatThrownBy(killed::run).isInstanceOf(IOException.class);
        assertThat(output.resolve("config.json")).hasContent("new config");
    }

    @Test
    void undoingCanBeInterruptedAndDoneAgain() throws IOException {
        byte[] journal = Files.readAllBytes(staging.resolve(Publication.JOURNAL));
        undo();
        requireOld();
        // As if the process had been killed right before the journal went, or while the area was removed.
        Files.write(staging.resolve(Publication.JOURNAL), journal);
        undo();
        requireOld();
        undo();
        requireOld();
    }

    @Test
    void saysWhatWillBeThereOnceItIsUndone() throws IOException {
        Set<String> names = new TreeSet<>(Set.of("config.json", "README.md"));
        Publication.undoneNames(STORAGE, output.toString(), staging.toString(), names);
        assertThat(names).containsExactly("README.md", "config.json", "model.safetensors");
        undo();
        Publication.undoneNames(STORAGE, output.toString(), staging.toString(), names);
        assertThat(names).containsExactly("README.md", "config.json", "model.safetensors");
    }

    private void undo() throws IOException {
        Publication.undoInterrupted(STORAGE, output.toString(), staging.toString());
    }

    private void requireOld() {
        assertThat(output.resolve("config.json")).hasContent("old config");
        assertThat(output.resolve("model.safetensors")).hasContent("old weights");
    }
}
