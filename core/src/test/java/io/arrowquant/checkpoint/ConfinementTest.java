package io.arrowquant.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.MalformedFileException;
import io.arrowquant.storage.LocalStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Symbolic links: within the model and into the cache they belong to, but nowhere else. */
class ConfinementTest {
    @TempDir
    Path temp;

    private Path model;

    @BeforeEach
    void directory() throws IOException {
        model = Files.createDirectory(temp.resolve("model"));
    }

    @Test
    void linksWithinTheDirectory() throws IOException {
        ModelFiles.shard(model.resolve("sub/weights"), "w");
        Files.createSymbolicLink(model.resolve("model.safetensors"), Path.of("sub/weights"));
        assertThat(open(model).tensors()).hasSize(1);
    }

    @Test
    void linksToTheDirectory() throws IOException {
        ModelFiles.shard(model.resolve("model.safetensors"), "w");
        Path link = Files.createSymbolicLink(temp.resolve("link"), model);
        assertThat(open(link).tensors()).hasSize(1);
    }

    @Test
    void linksOutOfTheDirectory() throws IOException {
        Path outside = ModelFiles.shard(temp.resolve("model-secret/other.safetensors"), "w");
        Path link = Files.createSymbolicLink(model.resolve("model.safetensors"), outside);
        refused(model, link, outside);
        assertThat(open(link).tensors()).as("a link the user named").hasSize(1);
    }

    @Test
    void otherFilesAndIndexesThatLeadOut() throws IOException {
        ModelFiles.shard(model.resolve("model.safetensors"), "w");
        Path secret = ModelFiles.index(temp.resolve("secret"), "w", "model.safetensors");
        Path config = Files.createSymbolicLink(model.resolve("config.json"), secret);
        refused(model, config, secret);
        Files.delete(config);
        refused(model, Files.createSymbolicLink(model.resolve("model.safetensors.index.json"), secret), secret);
    }

    @Test
    void componentsThatLeadOut() throws IOException {
        Path outside = ModelFiles.shard(temp.resolve("elsewhere/model.safetensors"), "w");
        Files.createSymbolicLink(model.resolve("unet"), temp.resolve("elsewhere"));
        refused(model, model.resolve("unet/model.safetensors"), outside);
    }

    @Test
    void directoriesThatLeadOutOrInCircles() throws IOException {
        ModelFiles.shard(model.resolve("model.safetensors"), "w");
        ModelFiles.text(model.resolve("a/a.txt"), "");
        ModelFiles.text(model.resolve("b/b.txt"), "");
        Files.createSymbolicLink(model.resolve("a/to-b"), Path.of("../b"));
        Files.createSymbolicLink(model.resolve("b/to-a"), Path.of("../a"));
        assertThat(open(model).otherFiles())
                .extracting(CheckpointFile::file)
                .containsExactly("a/a.txt", "a/to-b/b.txt");
        Path up = Files.createSymbolicLink(model.resolve("b/up"), Path.of(".."));
        refused(model, model.resolve("a/to-b/up"), model);
        Files.delete(up);
        ModelFiles.text(temp.resolve("elsewhere/secret.txt"), "");
        Path link = Files.createSymbolicLink(model.resolve("c"), temp.resolve("elsewhere"));
        refused(model, link, temp.resolve("elsewhere"));
    }

    @Test
    void theHuggingFaceCache() throws IOException {
        Path repository = temp.resolve("models--org--name");
        ModelFiles.shard(repository.resolve("blobs/0a1b"), "w");
        ModelFiles.text(repository.resolve("blobs/2c3d"), "{}");
        Path snapshot = Files.createDirectories(repository.resolve("snapshots/main"));
        Files.createSymbolicLink(snapshot.resolve("model.safetensors"), Path.of("../../blobs/0a1b"));
        Files.createSymbolicLink(snapshot.resolve("config.json"), Path.of("../../blobs/2c3d"));
        assertThat(open(snapshot).tensors()).hasSize(1);
        assertThat(open(snapshot).otherFiles()).hasSize(1);

        Path pipeline = Files.createDirectories(repository.resolve("snapshots/other"));
        Files.createDirectory(pipeline.resolve("vae"));
        Files.createSymbolicLink(pipeline.resolve("vae/model.safetensors"), Path.of("../../../blobs/0a1b"));
        assertThat(open(pipeline).tensors())
                .extracting(CheckpointTensor::file)
                .containsExactly("vae/model.safetensors");
        assertThat(open(pipeline.resolve("vae")).tensors())
                .as("one component alone")
                .hasSize(1);
    }

    @Test
    void blobsOfAnotherRepository() throws IOException {
        Path blob = ModelFiles.shard(temp.resolve("models--org--other/blobs/0a1b"), "w");
        Path snapshot = Files.createDirectories(temp.resolve("models--org--name/snapshots/main"));
        Path link = Files.createSymbolicLink(snapshot.resolve("model.safetensors"), blob);
        refused(snapshot, link, blob);
        Path deep = Files.createDirectories(temp.resolve("models--org--other/snapshots/main/a/b"));
        refused(deep, Files.createSymbolicLink(deep.resolve("model.safetensors"), blob), blob);
    }

    @Test
    void linksToNowhereAreMissingFiles() throws IOException {
        ModelFiles.index(model.resolve("model.safetensors.index.json"), "w", "model.safetensors");
        Files.createSymbolicLink(model.resolve("model.safetensors"), temp.resolve("gone"));
        assertThatThrownBy(() -> open(model))
                .isInstanceOf(MalformedFileException.class)
                .hasMessageContaining("missing from the directory or a link to nowhere");
    }

    @Test
    void insideMeansBelow() {
        assertThat(Confinement.isInside("/a/b", "/a")).isTrue();
        assertThat(Confinement.isInside("/a/b", "/a/")).isTrue();
        assertThat(Confinement.isInside("/a", "/")).isTrue();
        assertThat(Confinement.isInside("s3a://bucket/a", "s3a://bucket/")).isTrue();
        assertThat(Confinement.isInside("/a", "/a")).isFalse();
        assertThat(Confinement.isInside("/ab", "/a")).isFalse();
        assertThat(Confinement.isInside("/a", "/a/b")).isFalse();
        assertThat(Confinement.isInside("/", "/")).isFalse();
    }

    private static Checkpoint open(Path path) throws IOException {
        return Checkpoint.open(LocalStorage.INSTANCE, path.toString());
    }

    private static void refused(Path model, Path link, Path target) {
        assertThatThrownBy(() -> open(model))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("'" + link + "' is a link that leads out of the model directory, to '" + target);
    }
}
