package io.arrowquant.spark.storage;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.Printable;
import io.arrowquant.storage.LocalStorage;
import io.arrowquant.storage.Storage;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.util.Objects;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.UnsupportedFileSystemException;

/**
 * Chooses the storage for a path and the form the path has there. Local files are read and written through java.nio:
 * Hadoop's checksummed local file system copies every byte several times.
 */
public final class Storages {
    /** Hive's is what local paths get wherever Spark's own jars include Hive: it only passes calls on. */
    private static final Set<String> LOCAL = Set.of(
            LocalFileSystem.class.getName(),
            RawLocalFileSystem.class.getName(),
            "org.apache.hadoop.hive.ql.io.ProxyLocalFileSystem");

    private Storages() {}

    /** A path and the storage that understands it. */
    public record Located(Storage storage, String path) {}

    public static Located locate(String path, Configuration configuration) throws IOException {
        Path hadoopPath = parse(path);
        FileSystem fileSystem = fileSystem(hadoopPath, configuration);
        Path qualified = fileSystem.makeQualified(hadoopPath);
        if (isLocal(fileSystem)) {
            return new Located(LocalStorage.INSTANCE, localPath(qualified.toUri()));
        }
        return new Located(new HadoopStorage(fileSystem), qualified.toString());
    }

    /** Whether two paths are on the same store, so that one may lie in the other. */
    public static boolean sameStore(Located a, Located b) {
        URI first = new Path(a.path()).toUri();
        URI second = new Path(b.path()).toUri();
        return Objects.equals(first.getScheme(), second.getScheme())
                && Objects.equals(first.getAuthority(), second.getAuthority());
    }

    /** A path as users write it. */
    public static Path parse(String path) {
        if (path.isBlank()) {
            throw new InvalidRequestException("A path is empty", "Name a file or a directory");
        }
        try {
            return new Path(path);
        } catch (IllegalArgumentException invalid) {
            throw new InvalidRequestException(
                    "'" + Printable.text(path) + "' is not a valid path: " + invalid.getMessage(),
                    "Write a local path, or one such as s3a://bucket/directory",
                    invalid);
        }
    }

    /** The file system of a path. */
    public static FileSystem fileSystem(Path path, Configuration configuration) throws IOException {
        try {
            return path.getFileSystem(configuration);
        } catch (UnsupportedFileSystemException unknown) {
            throw new InvalidRequestException(
                    "No file system is known for '" + Printable.text(path.toString()) + "'",
                    "Check the scheme before ://, and that the jars of its file system are there, e.g. with"
                            + " --packages",
                    unknown);
        }
    }

    /** The storage for a path that {@link #locate} gave before, perhaps in another process. */
    public static Storage reopen(String path, Configuration configuration) throws IOException {
        if (path.startsWith(File.separator)) {
            return LocalStorage.INSTANCE;
        }
        return new HadoopStorage(new Path(path).getFileSystem(configuration));
    }

    /** By class, since whoever configures another file system for local paths means that one to be used. */
    private static boolean isLocal(FileSystem fileSystem) {
        return LOCAL.contains(fileSystem.getClass().getName());
    }

    private static String localPath(URI uri) {
        return new File(uri.getPath()).getAbsolutePath();
    }
}
