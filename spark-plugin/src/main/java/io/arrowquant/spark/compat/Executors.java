package io.arrowquant.spark.compat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;

/** The executors of an application, and what a task may use of the machine it runs on. */
public final class Executors {
    /** Spark's own patience with executors on clusters where it knows how many there will be. */
    private static final String PATIENCE = "spark.scheduler.maxRegisteredResourcesWaitingTime";

    /** A cluster starts executors at about the same time. */
    private static final long QUIET_MILLIS = 1_000;

    private static final long STEP_MILLIS = 50;

    private Executors() {}

    /**
     * Waits for the executors of an application that has just begun, where nothing else tells how many tasks will run at
     * once. No task could begin without them anyway.
     */
    public static void await(SparkContext context) {
        if (!Parallelism.showsWhenExecutorsCome(context.getConf())) {
            return;
        }
        long end = context.startTime() + context.getConf().getTimeAsMs(PATIENCE, "30s");
        long changed = System.currentTimeMillis();
        int cores = -1;
        for (long now = changed; now < end && !context.isStopped(); now = System.currentTimeMillis()) {
            int known = context.defaultParallelism();
            // The driver is one of those who have memory.
            if (known != cores || context.getExecutorMemoryStatus().size() < 2) {
                cores = known;
                changed = now;
            } else if (now - changed >= QUIET_MILLIS) {
                return;
            }
            try {
                Thread.sleep(STEP_MILLIS);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

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
