package io.arrowquant.spark.function;

import io.arrowquant.spark.metrics.PartitionRecords;
import io.arrowquant.spark.metrics.TaskRecorder;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.CollectionAccumulator;
import scala.Option;

/** The way from an evaluator to the recorder of the task it runs in. */
final class TaskReports {
    private final CollectionAccumulator<String> sink;
    private TaskContext task;
    private TaskRecorder recorder;

    TaskReports(CollectionAccumulator<String> sink) {
        this.sink = sink;
    }

    /**
     * Where tasks report to, asked for on the driver when a function is put into a plan. Null in tasks and where no
     * Spark application runs: evaluation works there as well, without records.
     */
    static CollectionAccumulator<String> sinkOfDriver() {
        if (TaskContext.get() != null) {
            return null;
        }
        Option<SparkSession> session = SparkSession.getActiveSession();
        if (session.isEmpty()) {
            session = SparkSession.getDefaultSession();
        }
        if (session.isEmpty() || session.get().sparkContext().isStopped()) {
            return null;
        }
        return PartitionRecords.of(session.get().sparkContext()).sink();
    }

    /** The recorder of the task that runs now, looked up when the task changes. */
    TaskRecorder recorder() {
        TaskContext running = TaskContext.get();
        if (recorder == null || running != task) {
            recorder = TaskRecorder.current(sink);
            task = running;
        }
        return recorder;
    }
}
