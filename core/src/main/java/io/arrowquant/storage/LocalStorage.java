package io.arrowquant.storage;

import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** Files of this machine through java.nio. Paths are plain file names. */
public final class LocalStorage implements Storage {
    public static final LocalStorage INSTANCE = new LocalStorage();

    private LocalStorage() {}

    @Override
    public FileEntry status(String path) throws IOException {
        return entry(Paths.get(path));
    }

    @Override
    public boolean exists(String path) {
        return Files.exists(Paths.get(path));
    }

    @Override
    public List<FileEntry> list(String directory) throws IOException {
        List<FileEntry> entries = new ArrayList<>();
        try (Stream<Path> children = Files.list(Paths.get(directory))) {
            for (Path child : (Iterable<Path>) children::iterator) {
                // A link to nowhere is no file to work with, but must not hide the others.
                if (Files.exists(child)) {
                    entries.add(entry(child));
                }
            }
        }
        entries.sort(Comparator.comparing(FileEntry::name));
        return entries;
    }

    @Override
    public RangeReader open(String path) throws IOException {
        return new LocalRangeReader(Paths.get(path));
    }

    @Override
    public OutputStream create(String path) throws IOException {
        Path file = Paths.get(path);
        if (file.getParent() != null) {
            Files.createDirectories(file.getParent());
        }
        return Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    @Override
    public void makeDirectories(String path) throws IOException {
        Files.createDirectories(Paths.get(path));
    }

    @Override
    public void rename(String from, String to) throws IOException {
        // Without REPLACE_EXISTING the move refuses an existing target.
        Files.move(Paths.get(from), Paths.get(to));
    }

    @Override
    public void delete(String path) throws IOException {
        Files.walkFileTree(Paths.get(path), new Deletion());
    }

    @Override
    public void deleteIfEmpty(String directory) throws IOException {
        try {
            Files.deleteIfExists(Paths.get(directory));
        } catch (DirectoryNotEmptyException inUse) {
            return; // It stays: that is what was asked for.
        }
    }

    @Override
    public OptionalLong freeBytes(String path) throws IOException {
        Path existing = Paths.get(path).toAbsolutePath();
        while (existing != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        return existing == null
                ? OptionalLong.empty()
                : OptionalLong.of(Files.getFileStore(existing).getUsableSpace());
    }

    @Override
    public String child(String directory, String name) {
        if (!PlainNames.isPlain(name)) {
            throw new IllegalArgumentException("not a plain file name: " + name);
        }
        return Paths.get(directory).resolve(name).toString();
    }

    @Override
    public String canonical(String path) throws IOException {
        Path existing = Paths.get(path).toAbsolutePath();
        int missing = 0;
        while (!Files.exists(existing) && existing.getParent() != null) {
            existing = existing.getParent();
            missing++;
        }
        Path real = existing.toRealPath();
        Path whole = Paths.get(path).toAbsolutePath();
        int names = whole.getNameCount();
        Path resolved = missing == 0 ? real : real.resolve(whole.subpath(names - missing, names));
        // Taking ".." out of what is missing may have brought links back into the path.
        Path normalized = resolved.normalize();
        return normalized.equals(resolved) ? resolved.toString() : canonical(normalized.toString());
    }

    /** Deletes a tree; what somebody else deletes at the same time is as good as deleted. */
    private static final class Deletion extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
            if (!(failure instanceof NoSuchFileException)) {
                throw failure;
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, IOException failure) throws IOException {
            if (failure != null && !(failure instanceof NoSuchFileException)) {
                throw failure;
            }
            Files.deleteIfExists(directory);
            return FileVisitResult.CONTINUE;
        }
    }

    private static FileEntry entry(Path path) throws IOException {
        BasicFileAttributes attributes;
        try {
            attributes = Files.readAttributes(path, BasicFileAttributes.class);
        } catch (NoSuchFileException missing) {
            throw new java.io.FileNotFoundException("No such file or directory: " + path);
        }
        Path name = path.getFileName();
        return new FileEntry(
                path.toString(),
                name == null ? path.toString() : name.toString(),
                attributes.size(),
                attributes.lastModifiedTime().toMillis(),
                attributes.isDirectory());
    }

    private static final class LocalRangeReader implements RangeReader {
        /** The system reads to memory outside the heap, which is copied from there: as much as stays in the cache meanwhile. */
        private static final int SLICE = 128 << 10;

        private final Path path;
        private final FileChannel channel;
        private final long size;

        LocalRangeReader(Path path) throws IOException {
            this.path = path;
            this.channel = FileChannel.open(path, StandardOpenOption.READ);
            this.size = channel.size();
        }

        @Override
        public long size() {
            return size;
        }

        @Override
        public void readFully(long position, ByteBuffer target) throws IOException {
            long at = position;
            int end = target.limit();
            while (target.position() < end) {
                target.limit(Math.min(end, target.position() + SLICE));
                int read = channel.read(target, at);
                target.limit(end);
                if (read < 0) {
                    throw new EOFException(
                            path + " ended at byte " + at + " with " + target.remaining() + " bytes still to read");
                }
                at += read;
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
