package io.arrowquant.spark.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.arrowquant.spark.testing.FailingFileSystem;
import io.arrowquant.spark.testing.FailingFileSystem.InjectedFailure;
import io.arrowquant.spark.testing.FailingFileSystem.Operation;
import io.arrowquant.storage.Storage;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Deleting directories that others may be writing to. */
class HadoopStorageTest {
    @TempDir
    Path directory;

    @AfterEach
    void forgetFaults() {
        FailingFileSystem.reset();
    }

    @Test
    void onlyEmptyDirectoriesAreDeleted() throws IOException {
        Storage storage = storage(new RawLocalFileSystem());
        Path full = Files.createDirectories(directory.resolve("full"));
        Path empty = Files.createDirectory(full.resolve("empty"));

        storage.deleteIfEmpty(full.toString());
        assertThat(empty).exists();

        storage.deleteIfEmpty(empty.toString());
        assertThat(full).isEmptyDirectory();

        storage.deleteIfEmpty(empty.toString());
        assertThat(full).isEmptyDirectory();
    }

    @Test
    void whatArrivesAfterTheLookStays() throws IOException {
        Path target = Files.createDirectory(directory.resolve("target"));
        Storage storage = storage(new RawLocalFileSystem() {
            @Override
            public FileStatus[] listStatus(org.apache.hadoop.fs.Path path) throws IOException {
                FileStatus[] before = super.listStatus(path);
                Files.writeString(target.resolve("owner.json"), "{}");
                return before;
            }
        });

        storage.deleteIfEmpty(target.toString());

        assertThat(target.resolve("owner.json")).exists();
    }

    @Test
    void aStoreThatDoesNotDeleteSaysSo() throws IOException {
        Path target = Files.createDirectory(directory.resolve("target"));
        Storage storage = storage(new FailingFileSystem());
        FailingFileSystem.fail(Operation.DELETE, "target", 1, 1);

        assertThatThrownBy(() -> storage.deleteIfEmpty(target.toString())).isInstanceOf(InjectedFailure.class);
        assertThat(target).exists();
    }

    private static Storage storage(FileSystem fileSystem) throws IOException {
        fileSystem.initialize(URI.create("file:///"), new Configuration());
        return new HadoopStorage(fileSystem);
    }
}
