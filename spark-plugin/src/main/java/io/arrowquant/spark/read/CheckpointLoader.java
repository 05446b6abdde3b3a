package io.arrowquant.spark.read;

import io.arrowquant.checkpoint.Checkpoint;
import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.spark.compat.Sessions;
import io.arrowquant.spark.storage.Storages;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Opens what a path means: a file, a model directory, or a glob over either. Driver only. */
public final class CheckpointLoader {
    private static final String SUFFIX = ".safetensors";

    private CheckpointLoader() {}

    /** With the file systems as the active session and the options of a source configure them. */
    public static Checkpoint load(String path, Map<String, String> options) {
        return load(path, Sessions.hadoopConfiguration(options));
    }

    /** Needs no Spark application: commands that only look at headers do not start one. */
    public static Checkpoint load(String path, Configuration configuration) {
        try {
            Path hadoopPath = Storages.parse(path);
            FileSystem fileSystem = Storages.fileSystem(hadoopPath, configuration);
            if (isGlob(path) && !fileSystem.exists(hadoopPath)) {
                return ofGlob(path, hadoopPath, fileSystem, configuration);
            }
            Storages.Located located = Storages.locate(path, configuration);
            return Checkpoint.open(located.storage(), located.path());
        } catch (FileNotFoundException | java.nio.file.NoSuchFileException missing) {
            throw new InvalidRequestException(
                    "Path does not exist: " + path, "Check the path and the file system it is on", missing);
        } catch (IOException failed) {
            throw new UncheckedIOException("Cannot read " + path + ": " + failed.getMessage(), failed);
        }
    }

    private static boolean isGlob(String path) {
        return path.chars().anyMatch(c -> c == '*' || c == '?' || c == '[' || c == '{');
    }

    private static Checkpoint ofGlob(String path, Path pattern, FileSystem fileSystem, Configuration configuration)
            throws IOException {
        FileStatus[] matches = fileSystem.globStatus(pattern);
        List<String> files = new ArrayList<>();
        for (FileStatus match : matches == null ? new FileStatus[0] : matches) {
            if (!match.isDirectory()) {
                files.add(located(match, configuration));
                continue;
            }
            for (FileStatus child : fileSystem.listStatus(match.getPath())) {
                if (!child.isDirectory() && child.getPath().getName().endsWith(SUFFIX)) {
                    files.add(located(child, configuration));
                }
            }
        }
        if (files.isEmpty()) {
            throw new InvalidRequestException("No file matches " + path, "Check the pattern");
        }
        Storages.Located root = Storages.locate(globFreeParent(pattern).toString(), configuration);
        return Checkpoint.ofFiles(root.storage(), root.path(), files);
    }

    private static String located(FileStatus status, Configuration configuration) throws IOException {
        return Storages.locate(status.getPath().toString(), configuration).path();
    }

    /** The deepest directory that no glob character leads to. */
    private static Path globFreeParent(Path pattern) {
        Path parent = pattern;
        while (parent.getParent() != null && isGlob(parent.toUri().getPath())) {
            parent = parent.getParent();
        }
        return parent;
    }
}
