package io.arrowquant.checkpoint;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.storage.LocalStorage;
import io.arrowquant.storage.RangeReader;
import io.arrowquant.storage.Storage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stores that fail: unreadable paths are the user's to mend, broken reads pass as what they are. */
class StorageFailureTest {
    @TempDir
    Path model;

    @BeforeEach
    void shards() throws IOException {
        ModelFiles.shard(model.resolve("a.safetensors"), "v");
        ModelFiles.shard(model.resolve("b.safetensors"), "w");
    }

    @Test
    void aDirectoryThatMayNotBeListed() {
        assertThatThrownBy(() -> Checkpoint.open(new Failing("list", 0), model.toString()))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageStartingWith("'" + model + "' cannot be read: java.nio.file.AccessDeniedException");
    }

    @Test
    void aShardThatMayNotBeOpened() {
        assertThatThrownBy(() -> Checkpoint.open(new Failing("open", 0), model.toString()))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("a.safetensors' cannot be read: java.nio.file.AccessDeniedException");
    }

    @Test
    void aReadThatBreaksOff() {
        assertThatThrownBy(() -> Checkpoint.open(new Failing("read", 0), model.toString()))
                .isInstanceOf(IOException.class)
                .hasMessage("connection reset");
    }

    @Test
    void aFileThatGrewBetweenListingAndOpening() {
        assertThatThrownBy(() -> Checkpoint.open(new Failing("", 5), model.toString()))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("a.safetensors' was replaced since its header was read");
    }

    /** The local files, but one operation fails, or files have become longer since they were listed. */
    private record Failing(String operation, int grown) implements Storage {
        @Override
        public FileEntry status(String path) throws IOException {
            return LocalStorage.INSTANCE.status(path);
        }

        @Override
        public boolean exists(String path) {
            return LocalStorage.INSTANCE.exists(path);
        }

        @Override
        public List<FileEntry> list(String directory) throws IOException {
            deny("list", directory);
            return LocalStorage.INSTANCE.list(directory);
        }

        @Override
        public RangeReader open(String path) throws IOException {
            deny("open", path);
            RangeReader reader = LocalStorage.INSTANCE.open(path);
            return new RangeReader() {
                @Override
                public long size() {
                    return reader.size() + grown;
                }

                @Override
                public void readFully(long position, ByteBuffer target) throws IOException {
                    if (operation.equals("read")) {
                        throw new IOException("connection reset");
                    }
                    reader.readFully(position, target);
                }

                @Override
                public void close() throws IOException {
                    reader.close();
                }
            };
        }

        @Override
        public OutputStream create(String path) {
            throw new UnsupportedOperationException("reading only");
        }

        @Override
        public void makeDirectories(String path) {
            throw new UnsupportedOperationException("reading only");
        }

        @Override
        public void rename(String from, String to) {
            throw new UnsupportedOperationException("reading only");
        }

        @Override
        public void delete(String path) {
            throw new UnsupportedOperationException("reading only");
        }

        @Override
        public void deleteIfEmpty(String directory) {
            throw new UnsupportedOperationException("reading only");
        }

        @Override
        public OptionalLong freeBytes(String path) {
            return OptionalLong.empty();
        }

        @Override
        public String child(String directory, String name) {
            return LocalStorage.INSTANCE.child(directory, name);
        }

        @Override
        public String canonical(String path) throws IOException {
            return LocalStorage.INSTANCE.canonical(path);
        }

        private void deny(String attempted, String path) throws IOException {
            if (operation.equals(attempted)) {
                throw new AccessDeniedException(path);
            }
        }
    }
}
