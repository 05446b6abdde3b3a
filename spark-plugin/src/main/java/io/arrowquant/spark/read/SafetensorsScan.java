package io.arrowquant.spark.read;

import io.arrowquant.spark.metrics.SqlMetric;
import java.util.List;
import java.util.Objects;
import org.apache.spark.sql.connector.metric.CustomMetric;
import org.apache.spark.sql.connector.read.Batch;
import org.apache.spark.sql.connector.read.Scan;
import org.apache.spark.sql.connector.read.Statistics;
import org.apache.spark.sql.connector.read.SupportsReportStatistics;
import org.apache.spark.sql.types.StructType;

/** One scan of a checkpoint. Equal scans let Spark reuse exchanges and cached frames. */
final class SafetensorsScan implements Scan, SupportsReportStatistics {
    private final ScanRequest request;
    private final ScanPlan plan;

    SafetensorsScan(ScanRequest request, ScanPlan plan) {
        this.request = request;
        this.plan = plan;
    }

    @Override
    public StructType readSchema() {
        return request.columns();
    }

    @Override
    public String description() {
        return "safetensors " + request.path() + plan.describe()
                + (request.filters().isEmpty() ? "" : ", PushedFilters: " + request.filters());
    }

    @Override
    public Batch toBatch() {
        return new SafetensorsBatch(this, plan);
    }

    @Override
    public ColumnarSupportMode columnarSupportMode() {
        return ColumnarSupportMode.SUPPORTED;
    }

    @Override
    public Statistics estimateStatistics() {
        return new ScanStatistics(plan.figures(), request.columns());
    }

    @Override
    public CustomMetric[] supportedCustomMetrics() {
        return new CustomMetric[] {
            new SqlMetric.Tensors(),
            new SqlMetric.Parameters(),
            new SqlMetric.BytesRead(),
            new SqlMetric.ReadTime(),
            new SqlMetric.QuantizeTime(),
            new SqlMetric.PeakMemory()
        };
    }

    private List<SourceFile> files() {
        return plan.files();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SafetensorsScan scan && request.equals(scan.request) && files().equals(scan.files());
    }

    @Override
    public int hashCode() {
        return Objects.hash(request, files());
    }
}
