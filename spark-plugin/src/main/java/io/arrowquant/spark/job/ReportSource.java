package io.arrowquant.spark.job;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.spark.compat.Sessions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.connector.catalog.TableProvider;
import org.apache.spark.sql.connector.expressions.Transform;
import org.apache.spark.sql.sources.DataSourceRegister;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/** {@code format("arrowquant-report")}: what a job made, a row for each tensor of the output's report. */
public final class ReportSource implements TableProvider, DataSourceRegister {
    private static final String NAME = "arrowquant-report";
    private static final StructType SCHEMA = new StructType()
            .add("layer_name", DataTypes.StringType, false)
            .add("dtype", DataTypes.StringType, false)
            .add("shape", DataTypes.createArrayType(DataTypes.LongType, false), false)
            .add("scheme", DataTypes.StringType, false)
            .add("bytes_before", DataTypes.LongType, false)
            .add("bytes_after", DataTypes.LongType, false)
            .add("cosine", DataTypes.DoubleType, true)
            .add("mse", DataTypes.DoubleType, true)
            .add("max_abs_error", DataTypes.DoubleType, true)
            .add("snr_db", DataTypes.DoubleType, true)
            .add("reason", DataTypes.StringType, true)
            .add("crc32c", DataTypes.StringType, false)
            .add("file", DataTypes.StringType, false);

    @Override
    public String shortName() {
        return NAME;
    }

    @Override
    public StructType inferSchema(CaseInsensitiveStringMap options) {
        return SCHEMA;
    }

    @Override
    public Table getTable(StructType schema, Transform[] partitioning, Map<String, String> properties) {
        return new LocalTable(NAME, SCHEMA, ReportSource::rows);
    }

    private static List<Object[]> rows(CaseInsensitiveStringMap options) {
        String path = options.get("path");
        if (path == null) {
            throw new InvalidRequestException("No path is given", "Pass the output of a job to load()");
        }
        Configuration configuration = Sessions.hadoopConfiguration(options.asCaseSensitiveMap());
        Report report;
        try {
            report = OutputFolder.open(path, configuration).report();
        } catch (IOException failed) {
            throw new UncheckedIOException("Cannot read " + path + ": " + failed.getMessage(), failed);
        }
        List<Object[]> rows = new ArrayList<>();
        for (Report.Tensor tensor : report.tensors()) {
            rows.add(new Object[] {
                tensor.layerName(),
                tensor.dtype(),
                tensor.shape(),
                tensor.scheme(),
                tensor.bytesBefore(),
                tensor.bytesAfter(),
                tensor.cosine(),
                tensor.mse(),
                tensor.maxAbsError(),
                tensor.snrDb(),
                tensor.reason(),
                tensor.crc32c(),
                tensor.file()
            });
        }
        return rows;
    }
}
