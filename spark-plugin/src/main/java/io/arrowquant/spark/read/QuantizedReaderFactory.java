package io.arrowquant.spark.read;

import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.connector.read.PartitionReaderFactory;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.vectorized.ColumnarBatch;

/** Makes the readers of quantizing scans, in the tasks. */
final class QuantizedReaderFactory implements PartitionReaderFactory {
    private static final long serialVersionUID = 1L;

    private final ReaderContext context;
    private final StructType columns;
    private final ReadOptions options;

    QuantizedReaderFactory(ReaderContext context, StructType columns, ReadOptions options) {
        this.context = context;
        this.columns = columns;
        this.options = options;
    }

    @Override
    public boolean supportColumnarReads(InputPartition partition) {
        return true;
    }

    @Override
    public PartitionReader<ColumnarBatch> createColumnarReader(InputPartition partition) {
        return new QuantizedReader(context, (QuantizedPartition) partition, columns, options);
    }

    @Override
    public PartitionReader<InternalRow> createReader(InputPartition partition) {
        throw new UnsupportedOperationException("batches only");
    }
}
