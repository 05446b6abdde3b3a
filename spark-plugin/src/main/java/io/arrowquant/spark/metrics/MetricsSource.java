package io.arrowquant.spark.metrics;

import io.arrowquant.spark.compat.Sessions;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.connector.catalog.SupportsRead;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.connector.catalog.TableCapability;
import org.apache.spark.sql.connector.catalog.TableProvider;
import org.apache.spark.sql.connector.expressions.Transform;
import org.apache.spark.sql.connector.read.LocalScan;
import org.apache.spark.sql.connector.read.ScanBuilder;
import org.apache.spark.sql.sources.DataSourceRegister;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;
import org.apache.spark.unsafe.types.UTF8String;

/** {@code format("arrowquant-metrics")}: the partition records of this application, a row each. */
public final class MetricsSource implements TableProvider, DataSourceRegister {
    private static final StructType SCHEMA = new StructType()
            .add("query_id", DataTypes.StringType, false)
            .add("stage", DataTypes.IntegerType, false)
            .add("stage_attempt", DataTypes.IntegerType, false)
            .add("partition", DataTypes.IntegerType, false)
            .add("attempt", DataTypes.IntegerType, false)
            .add("executor", DataTypes.StringType, false)
            .add("host", DataTypes.StringType, false)
            .add("tensors", DataTypes.LongType, false)
            .add("parameters", DataTypes.LongType, false)
            .add("bytes_read", DataTypes.LongType, false)
            .add("bytes_written", DataTypes.LongType, false)
            .add("read_ms", DataTypes.DoubleType, false)
            .add("quantize_ms", DataTypes.DoubleType, false)
            .add("write_ms", DataTypes.DoubleType, false)
            .add("total_ms", DataTypes.DoubleType, false)
            .add("peak_memory_bytes", DataTypes.LongType, false)
            .add("gc_ms", DataTypes.LongType, false)
            .add("non_finite", DataTypes.LongType, false)
            .add("worst_cosine", DataTypes.DoubleType, true);

    @Override
    public String shortName() {
        return "arrowquant-metrics";
    }

    @Override
    public StructType inferSchema(CaseInsensitiveStringMap options) {
        return SCHEMA;
    }

    @Override
    public Table getTable(StructType schema, Transform[] partitioning, Map<String, String> properties) {
        return new MetricsTable();
    }

    private static final class MetricsTable implements SupportsRead {
        @Override
        public String name() {
            return "arrowquant-metrics";
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
            // Read when the query is planned, so that a later query over the same frame may see more rows.
            return () -> new MetricsScan(PartitionRecords.of(Sessions.context()).all());
        }
    }

    private record MetricsScan(List<PartitionRecord> records) implements LocalScan {
        @Override
        public StructType readSchema() {
            return SCHEMA;
        }

        @Override
        public InternalRow[] rows() {
            InternalRow[] rows = new InternalRow[records.size()];
            for (int i = 0; i < rows.length; i++) {
                rows[i] = row(records.get(i));
            }
            return rows;
        }

        private static InternalRow row(PartitionRecord record) {
            return new GenericInternalRow(new Object[] {
                UTF8String.fromString(record.queryId()),
                record.stage(),
                record.stageAttempt(),
                record.partition(),
                record.attempt(),
                UTF8String.fromString(record.executor()),
                UTF8String.fromString(record.host()),
                record.tensors(),
                record.parameters(),
                record.bytesRead(),
                record.bytesWritten(),
                record.readMs(),
                record.quantizeMs(),
                record.writeMs(),
                record.totalMs(),
                record.peakMemoryBytes(),
                record.gcMs(),
                record.nonFinite(),
                Double.isNaN(record.worstCosine()) ? null : record.worstCosine()
            });
        }
    }
}
