package io.arrowquant.spark.function;

import java.io.Serializable;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.catalog.SupportsRead;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.connector.catalog.TableCapability;
import org.apache.spark.sql.connector.catalog.TableProvider;
import org.apache.spark.sql.connector.expressions.Transform;
import org.apache.spark.sql.connector.read.Batch;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.connector.read.PartitionReaderFactory;
import org.apache.spark.sql.connector.read.Scan;
import org.apache.spark.sql.connector.read.ScanBuilder;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;
import org.apache.spark.sql.vectorized.ColumnarBatch;

/**
 * A source of Arrow batches for tests: columns layer, weights (floats), wide (doubles), data (bytes) and shape. Tensors
 * are registered under a name, which works because the tests run in one JVM.
 *
 * <p>Options: {@code tensors} (that name), {@code batchRows}, {@code partitions}, {@code vectors}: {@code plain},
 * {@code sliced} (vectors cut out of longer ones), {@code stored} (weights that offer their stored BF16) or
 * {@code foreign} (vectors that are not Arrow's).
 */
public final class ArrowTestSource implements TableProvider {
    static final String NAME = ArrowTestSource.class.getName();

    static final StructType SCHEMA = new StructType()
            .add("layer", DataTypes.StringType, false)
            .add("weights", DataTypes.createArrayType(DataTypes.FloatType))
            .add("wide", DataTypes.createArrayType(DataTypes.DoubleType))
            .add("data", DataTypes.BinaryType)
            .add("shape", DataTypes.createArrayType(DataTypes.LongType));

    private static final Map<String, List<TestTensor>> TENSORS = new ConcurrentHashMap<>();

    static void register(String name, List<TestTensor> tensors) {
        TENSORS.put(name, tensors);
    }

    static List<TestTensor> tensors(String name) {
        return TENSORS.get(name);
    }

    @Override
    public StructType inferSchema(CaseInsensitiveStringMap options) {
        return SCHEMA;
    }

    @Override
    public Table getTable(StructType schema, Transform[] partitioning, Map<String, String> properties) {
        return new TestTable();
    }

    private static final class TestTable implements SupportsRead {
        @Override
        public String name() {
            return "arrow test";
        }

        @Override
        @SuppressWarnings("deprecation")
        public StructType schema() {
            return SCHEMA;
        }

        @Override
        public Set<TableCapability> capabilities() {
            return EnumSet.of(TableCapability.BATCH_READ);
        }

        @Override
        public ScanBuilder newScanBuilder(CaseInsensitiveStringMap options) {
            TestScan scan = new TestScan(
                    options.get("tensors"),
                    options.getInt("batchRows", 3),
                    options.getInt("partitions", 2),
                    options.getOrDefault("vectors", "plain"));
            return () -> scan;
        }
    }

    /** A record, so that equal scans let exchanges be reused. */
    record TestScan(String tensors, int batchRows, int partitions, String vectors)
            implements Scan, Batch, PartitionReaderFactory {
        private static final long serialVersionUID = 1L;

        @Override
        public StructType readSchema() {
            return SCHEMA;
        }

        @Override
        public Batch toBatch() {
            return this;
        }

        @Override
        public InputPartition[] planInputPartitions() {
            int all = ArrowTestSource.tensors(tensors).size();
            InputPartition[] split = new InputPartition[partitions];
            for (int i = 0; i < partitions; i++) {
                split[i] = new TestPartition(all * i / partitions, all * (i + 1) / partitions);
            }
            return split;
        }

        @Override
        public PartitionReaderFactory createReaderFactory() {
            return this;
        }

        @Override
        public PartitionReader<InternalRow> createReader(InputPartition partition) {
            throw new UnsupportedOperationException("batches only");
        }

        @Override
        public boolean supportColumnarReads(InputPartition partition) {
            return true;
        }

        @Override
        public PartitionReader<ColumnarBatch> createColumnarReader(InputPartition partition) {
            TestPartition range = (TestPartition) partition;
            List<TestTensor> rows = ArrowTestSource.tensors(tensors).subList(range.begin(), range.end());
            return new ArrowTestReader(rows, batchRows, vectors);
        }
    }

    record TestPartition(int begin, int end) implements InputPartition, Serializable {
        private static final long serialVersionUID = 1L;
    }
}
