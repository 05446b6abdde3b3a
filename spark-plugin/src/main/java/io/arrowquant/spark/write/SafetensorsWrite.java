package io.arrowquant.spark.write;

import io.arrowquant.spark.metrics.SqlMetric;
import java.util.Map;
import org.apache.spark.sql.connector.metric.CustomMetric;
import org.apache.spark.sql.connector.write.BatchWrite;
import org.apache.spark.sql.connector.write.Write;

/**
 * A checked request to write.
 *
 * @param replaces whether the checkpoint at the path is replaced rather than added to
 * @param settings all options as given, those of file systems included
 */
record SafetensorsWrite(
        String path,
        String queryId,
        InputColumns columns,
        boolean replaces,
        WriteOptions options,
        Map<String, String> settings)
        implements Write {

    @Override
    public String description() {
        return "safetensors " + path;
    }

    @Override
    public BatchWrite toBatch() {
        return new SafetensorsBatchWrite(this);
    }

    @Override
    public CustomMetric[] supportedCustomMetrics() {
        return new CustomMetric[] {new SqlMetric.BytesWritten(), new SqlMetric.WriteTime(), new SqlMetric.Tensors()};
    }
}
