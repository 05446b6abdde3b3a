package io.arrowquant.spark.vector;

import io.arrowquant.error.ResourceException;
import io.arrowquant.spark.metrics.TaskRecorder;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.arrow.memory.AllocationListener;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.util.ArrowUtils;

/**
 * The Arrow memory of one user of a task: a child of Spark's root allocator with a limit of its own, which tells the
 * task's recorder how much it holds. Closing it fails when a buffer was not released.
 */
public final class TaskMemory implements AutoCloseable {
    private static final AtomicLong NAMES = new AtomicLong();

    private final BufferAllocator allocator;
    private final TaskRecorder recorder;
    private final long limit;
    private long arrowBytes;
    private long heapBytes;

    public TaskMemory(String owner, long limit, TaskRecorder recorder) {
        this.recorder = recorder;
        this.limit = limit;
        TaskContext task = TaskContext.get();
        String name = "arrowquant-" + owner + '-' + (task == null ? "driver" : task.taskAttemptId()) + '-'
                + NAMES.incrementAndGet();
        this.allocator = ArrowUtils.rootAllocator().newChildAllocator(name, new Listener(), 0, limit);
    }

    public BufferAllocator allocator() {
        return allocator;
    }

    /** Counts heap tiles of this user. */
    public void heap(long bytes) {
        heapBytes = bytes;
        report();
    }

    /** What an allocation that does not fit means for the user. */
    public ResourceException exceeded(String subject, OutOfMemoryException cause) {
        return new ResourceException(
                subject + " needs more Arrow memory than there is: " + cause.getMessage(),
                "The limit of this task is " + limit
                        + " bytes; the process has what -XX:MaxDirectMemorySize (by default"
                        + " -Xmx) allows. Lower splitBytes or raise that limit",
                cause);
    }

    private void report() {
        recorder.memory(this, arrowBytes + heapBytes);
    }

    @Override
    public void close() {
        heapBytes = 0;
        allocator.close();
        recorder.memory(this, 0);
    }

    private final class Listener implements AllocationListener {
        @Override
        public void onAllocation(long size) {
            arrowBytes += size;
            report();
        }

        @Override
        public void onRelease(long size) {
            arrowBytes -= size;
            report();
        }
    }
}
