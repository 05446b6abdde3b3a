package io.arrowquant.spark.compat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.SparkEnv;

/** What a task may use of the machine it runs on. */
public final class Executors {
    private Executors() {}

    /** A new file in the directory Spark keeps its own temporary data in; the caller deletes it. */
    public static Path temporaryFile(String prefix) throws IOException {
        SparkEnv environment = SparkEnv.get();
        if (environment == null) {
            return Files.createTempFile(prefix, null);
        }
        File[] directories = environment.blockManager().diskBlockManager().localDirs();
        return Files.createTempFile(directories[0].toPath(), prefix, null);
    }
}
