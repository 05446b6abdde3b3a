package io.arrowquant.spark.compat;

import java.io.File;
import java.nio.file.Path;
import java.nio.file.Paths;
import org.apache.spark.SparkEnv;

/** The directories in which Spark keeps a process's temporary files ({@code spark.local.dir} and what overrides it). */
public final class LocalDirectories {
    private LocalDirectories() {}

    /** One of them, spread over the tasks; the JVM's own outside of Spark. */
    public static Path forTask(long taskId) {
        SparkEnv environment = SparkEnv.get();
        if (environment != null) {
            File[] directories = environment.blockManager().diskBlockManager().localDirs();
            if (directories.length > 0) {
                return directories[(int) Math.floorMod(taskId, (long) directories.length)].toPath();
            }
        }
        return Paths.get(System.getProperty("java.io.tmpdir"));
    }
}
