package io.arrowquant.spark.read;

import io.arrowquant.spark.metrics.TaskRecorder;
import io.arrowquant.spark.vector.Closing;
import io.arrowquant.spark.vector.TaskMemory;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.spark.sql.connector.metric.CustomTaskMetric;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.vectorized.ColumnarBatch;

/** Gives the quantized tensors of a partition, one after the other, in pieces of at most 1 MiB. */
final class QuantizedReader implements PartitionReader<ColumnarBatch> {
    /** Stored bytes of a row; a multiple of every element size. */
    static final int PIECE_BYTES = 1 << 20;

    private static final long MEMORY_LIMIT = 64L << 20;

    private final QuantizedPartition partition;
    private final OpenFiles files;
    private final TaskRecorder recorder;
    private final TaskMemory memory;
    private final RangeBatch batch;
    private final ReadCounters counters = new ReadCounters();
    private final TensorPieces pieces;

    private int nextTensor;
    private ColumnarBatch current;
    private boolean closed;

    QuantizedReader(ReaderContext context, QuantizedPartition partition, StructType columns, ReadOptions options) {
        this.partition = partition;
        this.files = new OpenFiles(context.configuration().value());
        this.recorder = TaskRecorder.current(context.sink());
        this.memory = new TaskMemory("quantize", MEMORY_LIMIT, recorder);
        this.batch = new RangeBatch(columns, memory.allocator(), true);
        this.pieces = new TensorPieces(files, options, recorder, counters, memory, batch.hasData());
    }

    @Override
    public boolean next() throws IOException {
        OpenFiles.stopIfCancelled();
        while (!pieces.next()) {
            if (nextTensor == partition.tensors().size()) {
                return false;
            }
            QuantizedTensor tensor = partition.tensors().get(nextTensor);
            pieces.begin(tensor, partition.files().get(tensor.file()));
            nextTensor++;
        }
        QuantizedTensor.Output output = pieces.output();
        int bytes = pieces.pieceBytes();
        int bits = output.dtype().bits();
        long start = pieces.pieceOffset() * 8 / bits;
        long count = bytes * 8L / bits;
        try {
            batch.begin(1, bytes);
        } catch (OutOfMemoryException tooMuch) {
            throw memory.exceeded("Quantizing " + output.name(), tooMuch);
        }
        long address = batch.append(output.name(), output.dtype(), output.shape(), pieces.fileName(), start, count);
        if (address >= 0 && bytes > 0) {
            ByteBuffer target = batch.storedBuffer().nioBuffer(address, bytes);
            pieces.copyPiece(target);
        }
        current = batch.finish();
        return true;
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
        Closing.all(pieces, batch, memory, files);
    }
}
