package io.arrowquant.spark.compat;

import java.util.Properties;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.TaskSchedulerImpl;
import org.apache.spark.scheduler.TaskSetManager;

/**
 * Tasks that have been handed to an executor and have not been reported to have ended. Spark calls a job failed or
 * cancelled while tasks of it still run, and these may write: even into directories that are gone, which stores then make
 * again. What listeners and the status page know comes later still, so the scheduler itself is asked.
 */
public final class RunningTasks {
    private static final long STEP_MILLIS = 10;

    private RunningTasks() {}

    /**
     * Waits, but not for ever, until none is left of the tasks that were started with this local property.
     *
     * @return whether none is left
     */
    public static boolean awaitEnd(SparkContext context, String property, String value, long patienceMillis) {
        long end = System.currentTimeMillis() + patienceMillis;
        try {
            while (exist(context, property, value)) {
                if (System.currentTimeMillis() >= end) {
                    return false;
                }
                Thread.sleep(STEP_MILLIS);
            }
            return true;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static boolean exist(SparkContext context, String property, String value) {
        // Spark has one scheduler; it is gone once the context is stopped.
        if (!(context.taskScheduler() instanceof TaskSchedulerImpl scheduler)) {
            return false;
        }
        for (TaskSetManager tasks : scheduler.taskIdToTaskSetManager().values()) {
            Properties properties = tasks.taskSet().properties();
            if (properties != null && value.equals(properties.getProperty(property))) {
                return true;
            }
        }
        return false;
    }
}
