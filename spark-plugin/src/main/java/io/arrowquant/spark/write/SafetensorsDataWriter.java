package io.arrowquant.spark.write;

import io.arrowquant.safetensors.TensorSpec;
import io.arrowquant.spark.metrics.SqlMetric;
import io.arrowquant.spark.metrics.TaskRecorder;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.ElementRange;
import io.arrowquant.tensor.Shape;
import java.io.IOException;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.metric.CustomTaskMetric;
import org.apache.spark.sql.connector.write.DataWriter;
import org.apache.spark.sql.connector.write.WriterCommitMessage;

/** Writes the rows of one task attempt. No more of a tensor is in memory than the row at hand and one buffer. */
final class SafetensorsDataWriter implements DataWriter<InternalRow> {
    private static final SqlMetric BYTES_WRITTEN = new SqlMetric.BytesWritten();
    private static final SqlMetric WRITE_TIME = new SqlMetric.WriteTime();
    private static final SqlMetric TENSORS = new SqlMetric.Tensors();

    private final int partition;
    private final long taskId;
    private final PieceRows rows;
    private final Payload payload;
    private final TaskOutput output;
    private final TaskRecorder recorder;
    private long tensors;
    private long bytes;
    private long nanos;

    SafetensorsDataWriter(int partition, long taskId, InputColumns columns, TaskOutput output, TaskRecorder recorder) {
        this.partition = partition;
        this.taskId = taskId;
        this.rows = new PieceRows(columns);
        this.payload = Payload.of(columns);
        this.output = output;
        this.recorder = recorder;
    }

    @Override
    public void write(InternalRow row) throws IOException {
        long begin = System.nanoTime();
        String layer = rows.layer(row);
        DataType dtype = rows.dtype(row, layer);
        Shape shape = rows.shape(row, layer);
        ElementRange range = rows.range(row, layer, dtype, shape);
        if (payload.isMissing(row)) {
            rows.requireValue(row, payload.column(), payload.columnName(), layer);
        }

        TensorRegion region = output.find(layer);
        if (region == null) {
            region = output.add(new TensorSpec(layer, dtype, shape));
            tensors++;
        } else {
            region.requireSame(dtype, shape);
        }
        boolean wasComplete = region.isComplete();
        long written = payload.write(row, region, range, output);
        if (region.isComplete() && !wasComplete) {
            output.completed(region);
        }
        record(written, System.nanoTime() - begin);
    }

    @Override
    public WriterCommitMessage commit() throws IOException {
        long begin = System.nanoTime();
        CommitMessage message = output.commit(partition, taskId);
        record(0, System.nanoTime() - begin);
        return message;
    }

    @Override
    public void abort() {
        output.discard();
    }

    @Override
    public void close() {
        output.close();
    }

    @Override
    public CustomTaskMetric[] currentMetricsValues() {
        return new CustomTaskMetric[] {BYTES_WRITTEN.of(bytes), WRITE_TIME.of(nanos), TENSORS.of(tensors)};
    }

    private void record(long writtenBytes, long writtenNanos) {
        bytes += writtenBytes;
        nanos += writtenNanos;
        recorder.bytesWritten(writtenBytes, writtenNanos);
    }
}
