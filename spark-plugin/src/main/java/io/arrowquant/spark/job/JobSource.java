package io.arrowquant.spark.job;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.spark.compat.Sessions;
import io.arrowquant.spark.storage.Storages;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.catalog.SupportsWrite;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.connector.catalog.TableCapability;
import org.apache.spark.sql.connector.catalog.TableProvider;
import org.apache.spark.sql.connector.expressions.Transform;
import org.apache.spark.sql.connector.write.BatchWrite;
import org.apache.spark.sql.connector.write.DataWriter;
import org.apache.spark.sql.connector.write.DataWriterFactory;
import org.apache.spark.sql.connector.write.LogicalWriteInfo;
import org.apache.spark.sql.connector.write.PhysicalWriteInfo;
import org.apache.spark.sql.connector.write.SupportsTruncate;
import org.apache.spark.sql.connector.write.Write;
import org.apache.spark.sql.connector.write.WriteBuilder;
import org.apache.spark.sql.connector.write.WriterCommitMessage;
import org.apache.spark.sql.sources.DataSourceRegister;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/**
 * {@code format("arrowquant-job")}: runs a quantize job on the driver of the session it is written from, for clients that
 * reach the driver by no other way (Spark Connect). The rows that are written do not matter; the options say what to do.
 * {@code spark.range(0).write.format("arrowquant-job").option("input", ...).option("output", ...)
 * .option("scheme", "int4").mode("append").save()}; mode overwrite is the same as the option overwrite.
 */
public final class JobSource implements TableProvider, DataSourceRegister {
    private static final String NAME = "arrowquant-job";

    @Override
    public String shortName() {
        return NAME;
    }

    @Override
    public StructType inferSchema(CaseInsensitiveStringMap options) {
        return new StructType();
    }

    @Override
    public Table getTable(StructType schema, Transform[] partitioning, Map<String, String> properties) {
        return new JobTable();
    }

    private static final class JobTable implements SupportsWrite {
        @Override
        public String name() {
            return NAME;
        }

        @Override
        @SuppressWarnings("deprecation")
        public StructType schema() {
            return new StructType();
        }

        @Override
        public Set<TableCapability> capabilities() {
            return EnumSet.of(TableCapability.BATCH_WRITE, TableCapability.TRUNCATE, TableCapability.ACCEPT_ANY_SCHEMA);
        }

        @Override
        public WriteBuilder newWriteBuilder(LogicalWriteInfo info) {
            return new JobWriteBuilder(info.options().asCaseSensitiveMap());
        }
    }

    private static final class JobWriteBuilder implements SupportsTruncate {
        private final Map<String, String> options;
        private final QuantizeSettings settings;

        JobWriteBuilder(Map<String, String> options) {
            this.options = options;
            this.settings = SourceOptions.parse(options);
            if (settings.input == null || settings.output == null) {
                throw new InvalidRequestException(
                        "Option " + (settings.input == null ? "input" : "output") + " is missing",
                        "Say what to quantize and where to write it");
            }
        }

        @Override
        public WriteBuilder truncate() {
            settings.overwrite = true;
            return this;
        }

        @Override
        public Write build() {
            List<QuantizeRequest> requests = settings.requests(Sessions.hadoopConfiguration(options));
            return new Write() {
                @Override
                public String description() {
                    return "quantize " + settings.input + " into " + settings.output;
                }

                @Override
                public BatchWrite toBatch() {
                    return new JobWrite(requests, options);
                }
            };
        }
    }

    /** The write that is none: the job runs when it is committed. */
    private record JobWrite(List<QuantizeRequest> requests, Map<String, String> options) implements BatchWrite {
        @Override
        public DataWriterFactory createBatchWriterFactory(PhysicalWriteInfo info) {
            return new NoRows();
        }

        @Override
        public boolean useCommitCoordinator() {
            return false;
        }

        @Override
        public void commit(WriterCommitMessage[] messages) {
            PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
            Configuration configuration = Sessions.hadoopConfiguration(options);
            try {
                List<JobPlan> plans = JobPlan.of(requests, configuration);
                List<Storages.Located> outputs = QuantizeJob.check(plans, configuration);
                QuantizeJob.run(plans, configuration, new Streams(nowhere, nowhere, false), outputs);
            } catch (IOException failed) {
                throw new UncheckedIOException(
                        "Cannot quantize " + requests.get(0).input() + ": " + failed.getMessage(), failed);
            }
        }

        /** The job cleans up after itself. */
        @Override
        public void abort(WriterCommitMessage[] messages) {}
    }

    /** Takes rows and forgets them. */
    private static final class NoRows implements DataWriterFactory {
        private static final long serialVersionUID = 1L;

        @Override
        public DataWriter<InternalRow> createWriter(int partitionId, long taskId) {
            return new DataWriter<>() {
                @Override
                public void write(InternalRow row) {}

                @Override
                public WriterCommitMessage commit() {
                    return null;
                }

                @Override
                public void abort() {}

                @Override
                public void close() {}
            };
        }
    }
}
