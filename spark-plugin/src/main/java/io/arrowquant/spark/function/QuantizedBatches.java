package io.arrowquant.spark.function;

import io.arrowquant.error.ResourceException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import org.apache.spark.sql.execution.metric.SQLMetric;
import org.apache.spark.sql.util.ArrowUtils;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.apache.spark.util.TaskCompletionListener;

/**
 * The batches of one task of {@link ArrowQuantProject}. Columns that pass through belong to the input, which may free or
 * reuse them when it is asked for more; columns made here live until then as well, and no longer than the task.
 */
final class QuantizedBatches implements Iterator<ColumnarBatch> {
    /**
     * What tasks need to know.
     *
     * @param sources for each output column the input column it is, or, below zero, {@code -1 - index} of a call
     * @param memoryLimit the most bytes of Arrow memory that a task may hold
     */
    record Plan(
            int[] sources,
            List<ColumnQuantizer.Call> calls,
            long memoryLimit,
            SQLMetric rows,
            SQLMetric nanos,
            SQLMetric bytes)
            implements Serializable {}

    private final Iterator<ColumnarBatch> input;
    private final Plan plan;
    private final TaskContext task = TaskContext.get();
    private final List<ColumnQuantizer> quantizers = new ArrayList<>();
    private final List<QuantizedVectors> open = new ArrayList<>();
    private final BufferAllocator allocator;

    QuantizedBatches(Iterator<ColumnarBatch> input, Plan plan) {
        this.input = input;
        this.plan = plan;
        for (ColumnQuantizer.Call call : plan.calls()) {
            quantizers.add(new ColumnQuantizer(call));
        }
        String name = "quantize of task " + task.taskAttemptId();
        allocator = ArrowUtils.rootAllocator().newChildAllocator(name, 0, plan.memoryLimit());
        task.addTaskCompletionListener((TaskCompletionListener) completed -> close());
    }

    @Override
    public boolean hasNext() {
        return input.hasNext();
    }

    @Override
    public ColumnarBatch next() {
        release();
        if (task.isInterrupted()) {
            throw new TaskKilledException("interrupted while quantizing");
        }
        ColumnarBatch batch = input.next();
        long begin = System.nanoTime();
        ColumnVector[] quantized = new ColumnVector[quantizers.size()];
        for (int i = 0; i < quantized.length; i++) {
            quantized[i] = quantize(quantizers.get(i), batch);
        }
        plan.nanos().add(System.nanoTime() - begin);
        plan.rows().add(batch.numRows());
        int[] sources = plan.sources();
        ColumnVector[] columns = new ColumnVector[sources.length];
        for (int i = 0; i < columns.length; i++) {
            columns[i] = sources[i] < 0 ? quantized[-1 - sources[i]] : batch.column(sources[i]);
        }
        return new ColumnarBatch(columns, batch.numRows());
    }

    private QuantizedColumn quantize(ColumnQuantizer quantizer, ColumnarBatch batch) {
        try {
            QuantizedVectors vectors = new QuantizedVectors(allocator, batch.numRows());
            open.add(vectors);
            quantizer.quantize(batch, vectors);
            QuantizedColumn column = vectors.toColumn();
            plan.bytes().add(quantizer.outputBytes());
            quantizer.reports().recorder().memory(this, allocator.getAllocatedMemory());
            return column;
        } catch (OutOfMemoryException tooMuch) {
            // Not as a cause: it holds parts of the allocator, which do not travel from an executor to the driver.
            throw new ResourceException(
                    "Quantized weights need more Arrow memory than there is (limit of a task: " + plan.memoryLimit()
                            + " bytes): " + tooMuch.getMessage(),
                    "Read smaller rows (option splitBytes), or raise " + ArrowQuantProject.MEMORY_LIMIT
                            + " and -XX:MaxDirectMemorySize");
        }
    }

    private void release() {
        open.forEach(QuantizedVectors::close);
        open.clear();
    }

    private void close() {
        release();
        allocator.close();
    }
}
