package io.arrowquant.spark.metrics;

import io.arrowquant.quality.ErrorStatistics;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.util.CollectionAccumulator;
import org.apache.spark.util.TaskCompletionListener;

/**
 * Gathers what one task does. The reader, functions and writer of a task share one recorder, found by the task they run
 * in; outside of tasks, where Spark may evaluate functions as well, everything recorded is forgotten. One thread uses a
 * recorder at a time.
 */
public final class TaskRecorder {
    /** Set on the driver by jobs: the id under which their records are found instead of that of the SQL execution. */
    public static final String QUERY_ID_PROPERTY = "spark.arrowquant.query.id";

    private static final String EXECUTION_ID_PROPERTY = "spark.sql.execution.id";
    private static final Map<Long, TaskRecorder> BY_TASK = new ConcurrentHashMap<>();

    private final CollectionAccumulator<String> sink;
    private final String queryId;
    private final long startNanos = System.nanoTime();
    private final long startGcMillis = gcMillis();
    private final Map<String, ErrorStatistics> layers = new LinkedHashMap<>();
    private final Map<Object, Long> memory = new HashMap<>();

    private boolean reads;
    private long tensorsRead;
    private long parametersRead;
    private long tensorsQuantized;
    private long parametersQuantized;
    private long bytesRead;
    private long bytesWritten;
    private long readNanos;
    private long quantizeNanos;
    private long writeNanos;
    private long nonFinite;
    private long memoryNow;
    private long memoryPeak;

    private TaskRecorder(CollectionAccumulator<String> sink, String queryId) {
        this.sink = sink;
        this.queryId = queryId;
    }

    /**
     * Bytes that tasks of a query which still run in this process have read so far: what progress shows beyond the
     * records of tasks that are done. The sum may lag a little behind other threads; on a cluster it is zero.
     */
    public static long bytesBeingRead(String queryId) {
        long bytes = 0;
        for (TaskRecorder recorder : BY_TASK.values()) {
            bytes += recorder.queryId.equals(queryId) ? recorder.bytesRead : 0;
        }
        return bytes;
    }

    /** The recorder of the task this thread runs, which reports to {@code sink} when the task completes. */
    public static TaskRecorder current(CollectionAccumulator<String> sink) {
        TaskContext task = TaskContext.get();
        if (task == null || sink == null) {
            return new TaskRecorder(null, "");
        }
        TaskRecorder recorder = BY_TASK.get(task.taskAttemptId());
        if (recorder == null) {
            TaskRecorder created = new TaskRecorder(sink, queryId(task));
            BY_TASK.put(task.taskAttemptId(), created);
            // Listeners run last first: this one runs after those of readers and operators, which register later.
            task.addTaskCompletionListener((TaskCompletionListener) created::complete);
            recorder = created;
        }
        return recorder;
    }

    /** As {@link #bytesBeingRead}, for what they have written. */
    public static long bytesBeingWritten(String queryId) {
        long bytes = 0;
        for (TaskRecorder recorder : BY_TASK.values()) {
            bytes += recorder.queryId.equals(queryId) ? recorder.bytesWritten : 0;
        }
        return bytes;
    }

    /** The reader took up a range of a tensor; {@code first} says whether the tensor begins with it. */
    public void rangeRead(boolean first, long elements) {
        reads = true;
        tensorsRead += first ? 1 : 0;
        parametersRead += elements;
    }

    public void bytesRead(long bytes, long nanos) {
        bytesRead += bytes;
        readNanos += nanos;
    }

    /** A function or scan quantized a range. */
    public void rangeQuantized(boolean first, long elements, long nanos, long replaced) {
        tensorsQuantized += first ? 1 : 0;
        parametersQuantized += elements;
        quantizeNanos += nanos;
        nonFinite += replaced;
    }

    public void bytesWritten(long bytes, long nanos) {
        bytesWritten += bytes;
        writeNanos += nanos;
    }

    /** Tells how much memory an owner holds now; the peak of the task is that of the sum over all owners. */
    public void memory(Object owner, long bytes) {
        Long before = bytes == 0 ? memory.remove(owner) : memory.put(owner, bytes);
        memoryNow += bytes - (before == null ? 0 : before);
        memoryPeak = Math.max(memoryPeak, memoryNow);
    }

    /** The error statistics of a layer, which the caller adds to. */
    public ErrorStatistics layer(String name) {
        return layers.computeIfAbsent(name, unused -> new ErrorStatistics());
    }

    public long peakMemory() {
        return memoryPeak;
    }

    private void complete(TaskContext task) {
        BY_TASK.remove(task.taskAttemptId());
        sink.add(soFar(task).serialize());
    }

    /** What the task has done up to now. */
    public PartitionRecord soFar(TaskContext task) {
        double worstCosine = Double.NaN;
        Map<String, byte[]> serialized = new LinkedHashMap<>();
        for (Map.Entry<String, ErrorStatistics> layer : layers.entrySet()) {
            double cosine = layer.getValue().summary().cosine();
            worstCosine = Double.isNaN(worstCosine) ? cosine : Math.min(worstCosine, cosine);
            serialized.put(layer.getKey(), layer.getValue().toBytes());
        }
        // Files that Spark's own writers made in this task count as well.
        long written = Math.max(bytesWritten, task.taskMetrics().outputMetrics().bytesWritten());
        return new PartitionRecord(
                queryId,
                task.stageId(),
                task.stageAttemptNumber(),
                task.partitionId(),
                task.attemptNumber(),
                SparkEnv.get().executorId(),
                SparkEnv.get().blockManager().blockManagerId().host(),
                reads ? tensorsRead : tensorsQuantized,
                reads ? parametersRead : parametersQuantized,
                bytesRead,
                written,
                readNanos / 1e6,
                quantizeNanos / 1e6,
                writeNanos / 1e6,
                (System.nanoTime() - startNanos) / 1e6,
                memoryPeak,
                gcMillis() - startGcMillis,
                nonFinite,
                worstCosine,
                serialized);
    }

    private static String queryId(TaskContext task) {
        String id = task.getLocalProperty(QUERY_ID_PROPERTY);
        if (id == null) {
            id = task.getLocalProperty(EXECUTION_ID_PROPERTY);
        }
        return id == null ? "stage-" + task.stageId() : id;
    }

    private static long gcMillis() {
        long millis = 0;
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            millis += Math.max(0, collector.getCollectionTime());
        }
        return millis;
    }
}
