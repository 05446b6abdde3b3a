package io.arrowquant.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocalStorageTest {
    private static final Storage STORAGE = LocalStorage.INSTANCE;

    @TempDir
    Path directory;

    @Test
    void writesOnceAndReadsRanges() throws IOException {
        String path = directory.resolve("deep/down/data").toString();
        try (OutputStream out = STORAGE.create(path)) {
            out.write("0123456789".getBytes(UTF_8));
        }

        byte[] target = new byte[6];
        try (RangeReader reader = STORAGE.open(path)) {
            assertThat(reader.size()).isEqualTo(10);
            reader.readFully(3, target, 1, 4);
            assertThatThrownBy(() -> reader.readFully(8, new byte[3], 0, 3))
                    .isInstanceOf(EOFException.class)
                    .hasMessageContaining("ended at byte 10 with 1 bytes still to read");
        }

        assertThat(target).containsExactly(0, '3', '4', '5', '6', 0);
        assertThatThrownBy(() -> STORAGE.create(path)).isInstanceOf(FileAlreadyExistsException.class);
    }

    @Test
    void tellsWhatIsThere() throws IOException {
        Path file = Files.writeString(directory.resolve("a"), "abc");

        Storage.FileEntry entry = STORAGE.status(file.toString());

        assertThat(entry.name()).isEqualTo("a");
        assertThat(entry.path()).isEqualTo(file.toString());
        assertThat(entry.size()).isEqualTo(3);
        assertThat(entry.directory()).isFalse();
        assertThat(entry.modifiedMillis())
                .isEqualTo(Files.getLastModifiedTime(file).toMillis());
        assertThat(STORAGE.status("/").directory()).isTrue();
        assertThat(STORAGE.exists(file.toString())).isTrue();
        assertThat(STORAGE.exists(file + "x")).isFalse();
        assertThatThrownBy(() -> STORAGE.status(file + "x")).isInstanceOf(FileNotFoundException.class);
    }

    @Test
    void listsChildrenByNameAndPassesOverDanglingLinks() throws IOException {
        Files.writeString(directory.resolve("b"), "");
        Files.createDirectory(directory.resolve("c"));
        Files.writeString(directory.resolve("a"), "");
        Files.createSymbolicLink(directory.resolve("dangling"), directory.resolve("nowhere"));

        assertThat(STORAGE.list(directory.toString()))
                .extracting(Storage.FileEntry::name)
                .containsExactly("a", "b", "c");
    }

    @Test
    void renameRefusesAnExistingTarget() throws IOException {
        Path from = Files.writeString(directory.resolve("from"), "new");
        Path to = Files.writeString(directory.resolve("to"), "old");

        assertThatThrownBy(() -> STORAGE.rename(from.toString(), to.toString()))
                .isInstanceOf(FileAlreadyExistsException.class);
        assertThat(to).hasContent("old");

        Files.delete(to);
        STORAGE.rename(from.toString(), to.toString());
        assertThat(to).hasContent("new");
        assertThat(from).doesNotExist();
    }

    @Test
    void deleteTakesTheTreeButFollowsNoLinks() throws IOException {
        Path kept = Files.writeString(directory.resolve("kept"), "x");
        Path doomed = directory.resolve("doomed");
        STORAGE.makeDirectories(doomed.resolve("inner").toString());
        Files.createSymbolicLink(doomed.resolve("inner/link"), kept);

        STORAGE.delete(doomed.toString());
        STORAGE.delete(doomed.toString());

        assertThat(doomed).doesNotExist();
        assertThat(kept).exists();
    }

    @Test
    void onlyEmptyDirectoriesAreDeletedIfEmpty() throws IOException {
        Path full = directory.resolve("full");
        Path empty = Files.createDirectories(full.resolve("empty"));

        STORAGE.deleteIfEmpty(full.toString());
        assertThat(empty).exists();

        STORAGE.deleteIfEmpty(empty.toString());
        STORAGE.deleteIfEmpty(empty.toString());
        assertThat(full).isEmptyDirectory();
    }

    /** Late tasks of a job tidy up while the job does, too. */
    @Test
    void treesCanBeDeletedByTwo() throws Exception {
        for (int round = 0; round < 20; round++) {
            for (int i = 0; i < 50; i++) {
                Path inner = Files.createDirectories(directory.resolve("tree/" + i + "/a/b"));
                Files.writeString(inner.resolve("file"), "x");
            }
            CyclicBarrier start = new CyclicBarrier(2);
            FutureTask<Void> other = new FutureTask<>(() -> deleteAfter(start, directory.resolve("tree")));
            new Thread(other).start();
            deleteAfter(start, directory.resolve("tree"));
            other.get();
            assertThat(directory.resolve("tree")).doesNotExist();
        }
    }

    private static Void deleteAfter(CyclicBarrier start, Path tree) throws Exception {
        start.await();
        STORAGE.delete(tree.toString());
        return null;
    }

    @Test
    void freeSpaceIsThatOfTheNearestExistingParent() throws IOException {
        assertThat(STORAGE.freeBytes(directory.resolve("not/yet/there").toString())
                        .orElseThrow())
                .isPositive();
    }

    @Test
    void canonicalPathHasNoLinks() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "");
        Path link = Files.createSymbolicLink(directory.resolve("link"), file);

        assertThat(STORAGE.canonical(link.toString()))
                .isEqualTo(file.toRealPath().toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a/b", "a\\b", "C:", "a\0b", "../x"})
    void childrenHavePlainNames(String name) {
        assertThatThrownBy(() -> STORAGE.child("dir", name)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void childLiesInItsDirectory() {
        assertThat(STORAGE.child("dir", "..name.."))
                .isEqualTo(Path.of("dir", "..name..").toString());
    }
}
