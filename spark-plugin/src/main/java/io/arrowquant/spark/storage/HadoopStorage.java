package io.arrowquant.spark.storage;

import io.arrowquant.storage.PlainNames;
import io.arrowquant.storage.RangeReader;
import io.arrowquant.storage.Storage;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.util.functional.FutureIO;

/** Any Hadoop file system behind the storage port. */
final class HadoopStorage implements Storage {
    private final FileSystem fileSystem;

    HadoopStorage(FileSystem fileSystem) {
        this.fileSystem = fileSystem;
    }

    @Override
    public FileEntry status(String path) throws IOException {
        return entry(fileSystem.getFileStatus(new Path(path)));
    }

    @Override
    public boolean exists(String path) throws IOException {
        return fileSystem.exists(new Path(path));
    }

    @Override
    public List<FileEntry> list(String directory) throws IOException {
        List<FileEntry> entries = new ArrayList<>();
        for (FileStatus status : fileSystem.listStatus(new Path(directory))) {
            entries.add(entry(status));
        }
        entries.sort(Comparator.comparing(FileEntry::name));
        return entries;
    }

    @Override
    public RangeReader open(String path) throws IOException {
        FileStatus status = fileSystem.getFileStatus(new Path(path));
        // Object stores would look the file up again otherwise.
        FSDataInputStream stream = FutureIO.awaitFuture(
                fileSystem.openFile(status.getPath()).withFileStatus(status).build());
        return new HadoopRangeReader(stream, status.getLen());
    }

    @Override
    public OutputStream create(String path) throws IOException {
        return fileSystem.create(new Path(path), false);
    }

    @Override
    public void makeDirectories(String path) throws IOException {
        if (!fileSystem.mkdirs(new Path(path))) {
            throw new IOException("Cannot create directory " + path);
        }
    }

    @Override
    public void rename(String from, String to) throws IOException {
        Path target = new Path(to);
        if (fileSystem.exists(target)) {
            throw new FileAlreadyExistsException(to + " exists");
        }
        if (!fileSystem.rename(new Path(from), target)) {
            throw new IOException("Cannot rename " + from + " to " + to);
        }
    }

    @Override
    public void delete(String path) throws IOException {
        Path doomed = new Path(path);
        if (!fileSystem.delete(doomed, true) && fileSystem.exists(doomed)) {
            throw new IOException("Cannot delete " + path);
        }
    }

    /** Never recursively: another job may have begun to write there since anybody looked. */
    @Override
    public void deleteIfEmpty(String directory) throws IOException {
        Path doomed = new Path(directory);
        if (!isEmpty(doomed)) {
            return;
        }
        try {
            fileSystem.delete(doomed, false);
        } catch (IOException e) {
            // Stores have no common exception for a directory that is not empty any more.
            if (isEmpty(doomed)) {
                throw e;
            }
        }
    }

    private boolean isEmpty(Path directory) throws IOException {
        try {
            return fileSystem.listStatus(directory).length == 0;
        } catch (FileNotFoundException gone) {
            return false;
        }
    }

    @Override
    public OptionalLong freeBytes(String path) throws IOException {
        long remaining = fileSystem.getStatus(new Path(path)).getRemaining();
        // Object stores answer with the largest number there is, or with zero.
        return remaining <= 0 || remaining >= Long.MAX_VALUE / 2 ? OptionalLong.empty() : OptionalLong.of(remaining);
    }

    @Override
    public String child(String directory, String name) {
        if (!PlainNames.isPlain(name)) {
            throw new IllegalArgumentException("not a plain file name: " + name);
        }
        return new Path(directory, name).toString();
    }

    /** Links are resolved as far as the path exists; what does not exist yet stays as it is. */
    @Override
    public String canonical(String path) throws IOException {
        Path existing = fileSystem.makeQualified(new Path(path));
        String missing = "";
        while (existing.getParent() != null && !fileSystem.exists(existing)) {
            missing = Path.SEPARATOR + existing.getName() + missing;
            existing = existing.getParent();
        }
        return fileSystem.resolvePath(existing) + missing;
    }

    private static FileEntry entry(FileStatus status) throws FileNotFoundException {
        return new FileEntry(
                status.getPath().toString(),
                status.getPath().getName(),
                status.getLen(),
                status.getModificationTime(),
                status.isDirectory());
    }

    /**
     * Goes on in the stream where the last read ended, and seeks for any other: what reads file after file from front to
     * end, as tasks do, then has one request of an object store or one block reader of HDFS, which read ahead, where
     * positional reads would be a request each. A direct buffer is filled through one reused array.
     */
    private static final class HadoopRangeReader implements RangeReader {
        private static final int CHUNK = 1 << 20;

        private final FSDataInputStream stream;
        private final long size;
        private byte[] chunk;

        HadoopRangeReader(FSDataInputStream stream, long size) {
            this.stream = stream;
            this.size = size;
        }

        @Override
        public long size() {
            return size;
        }

        @Override
        public void readFully(long position, ByteBuffer target) throws IOException {
            if (!target.hasRemaining()) {
                return;
            }
            if (stream.getPos() != position) {
                stream.seek(position);
            }
            if (target.hasArray()) {
                stream.readFully(target.array(), target.arrayOffset() + target.position(), target.remaining());
                target.position(target.limit());
                return;
            }
            if (chunk == null) {
                chunk = new byte[CHUNK];
            }
            while (target.hasRemaining()) {
                int length = Math.min(chunk.length, target.remaining());
                stream.readFully(chunk, 0, length);
                target.put(chunk, 0, length);
            }
        }

        @Override
        public void close() throws IOException {
            stream.close();
        }
    }
}
