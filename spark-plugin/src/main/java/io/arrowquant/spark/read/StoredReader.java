package io.arrowquant.spark.read;

import io.arrowquant.spark.metrics.TaskRecorder;
import io.arrowquant.spark.vector.Closing;
import io.arrowquant.spark.vector.TaskMemory;
import io.arrowquant.tensor.ElementRange;
import io.arrowquant.tensor.TensorInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.spark.sql.connector.metric.CustomTaskMetric;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.vectorized.ColumnarBatch;

/** Turns the regions of a partition into batches: a row for each element range, small ranges together. */
final class StoredReader implements PartitionReader<ColumnarBatch> {
    /** Rows of a batch at most; small tensors rarely come in larger numbers within one batch's bytes. */
    private static final int MOST_ROWS = 1024;

    /** Stored bytes of a batch of several rows at most; one row may hold more. */
    private static final long MOST_BYTES = 4L << 20;

    private final TensorPartition partition;
    private final OpenFiles files;
    private final TaskRecorder recorder;
    private final TaskMemory memory;
    private final RangeBatch batch;
    private final ReadCounters counters = new ReadCounters();

    private int region;
    private long position;
    private boolean regionBegun;
    private ColumnarBatch current;
    private boolean closed;

    StoredReader(ReaderContext context, TensorPartition partition, StructType columns) {
        this.partition = partition;
        this.files = new OpenFiles(context.configuration().value());
        this.recorder = TaskRecorder.current(context.sink());
        this.memory = new TaskMemory("read", memoryLimit(partition), recorder);
        this.batch = new RangeBatch(columns, memory.allocator(), false);
    }

    /** Twice what the largest row takes as bytes and as floats, and room for the small columns. */
    private static long memoryLimit(TensorPartition partition) {
        long largest = MOST_BYTES;
        long largestFloats = MOST_BYTES * Float.BYTES;
        for (TensorRegion region : partition.regions()) {
            long elements = Math.min(region.step(), region.end() - region.start());
            largest = Math.max(largest, region.tensor().dtype().byteLength(elements));
            largestFloats = Math.max(largestFloats, elements * Float.BYTES);
        }
        return 2 * (largest + largestFloats) + (64L << 20);
    }

    @Override
    public boolean next() throws IOException {
        OpenFiles.stopIfCancelled();
        int rows = 0;
        long bytes = 0;
        // First see which ranges the batch will hold, so that its buffers are taken once.
        int scanRegion = region;
        long scanPosition = regionBegun ? position : startOf(region);
        while (scanRegion < partition.regions().size() && rows < MOST_ROWS) {
            TensorRegion next = partition.regions().get(scanRegion);
            long count = Math.min(next.step(), next.end() - scanPosition);
            long rangeBytes = batch.hasData() ? next.tensor().dtype().byteLength(count) : 0;
            if (rows > 0 && bytes + rangeBytes > MOST_BYTES) {
                break;
            }
            rows++;
            bytes += rangeBytes;
            scanPosition += count;
            if (scanPosition >= next.end()) {
                scanRegion++;
                scanPosition = startOf(scanRegion);
            }
        }
        if (rows == 0) {
            return false;
        }
        try {
            batch.begin(rows, bytes);
            for (int i = 0; i < rows; i++) {
                appendNext();
            }
        } catch (OutOfMemoryException tooMuch) {
            throw memory.exceeded(
                    "Reading "
                            + partition
                                    .regions()
                                    .get(Math.min(region, partition.regions().size() - 1))
                                    .tensor()
                                    .name(),
                    tooMuch);
        }
        current = batch.finish();
        return true;
    }

    private long startOf(int index) {
        return index < partition.regions().size()
                ? partition.regions().get(index).start()
                : 0;
    }

    private void appendNext() throws IOException {
        TensorRegion from = partition.regions().get(region);
        if (!regionBegun) {
            position = from.start();
            regionBegun = true;
        }
        TensorInfo tensor = from.tensor();
        SourceFile file = partition.files().get(from.file());
        long count = Math.min(from.step(), from.end() - position);
        ElementRange range = new ElementRange(position, count);
        long address = batch.append(tensor.name(), tensor.dtype(), tensor.shape(), file.name(), position, count);
        if (address >= 0) {
            fill(file, tensor, range, address);
        }
        recorder.rangeRead(position == 0, count);
        counters.range(position == 0, count);
        position += count;
        if (position >= from.end()) {
            region++;
            regionBegun = false;
        }
    }

    private void fill(SourceFile file, TensorInfo tensor, ElementRange range, long address) throws IOException {
        int length = Math.toIntExact(range.byteLength(tensor.dtype()));
        if (length == 0) {
            return;
        }
        long begin = System.nanoTime();
        ArrowBuf buffer = batch.storedBuffer();
        ByteBuffer target = buffer.nioBuffer(address, length);
        files.read(file, tensor.offset() + range.byteStart(tensor.dtype()), target);
        long nanos = System.nanoTime() - begin;
        recorder.bytesRead(length, nanos);
        counters.bytes(length, nanos);
    }

    @Override
    public ColumnarBatch get() {
        return current;
    }

    @Override
    public CustomTaskMetric[] currentMetricsValues() {
        return counters.values(recorder.peakMemory());
    }

    @Override
    public void initMetricsValues(CustomTaskMetric[] earlier) {
        counters.carryOver(earlier);
    }

    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        current = null;
        // The allocator comes after its buffers.
        Closing.all(batch, memory, files);
    }
}
