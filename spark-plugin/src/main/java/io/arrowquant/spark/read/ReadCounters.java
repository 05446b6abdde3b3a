package io.arrowquant.spark.read;

import io.arrowquant.spark.metrics.SqlMetric;
import org.apache.spark.sql.connector.metric.CustomTaskMetric;

/** What a reader shows in the SQL tab. Spark hands the totals of one reader of a task to the next. */
final class ReadCounters {
    private static final SqlMetric TENSORS = new SqlMetric.Tensors();
    private static final SqlMetric PARAMETERS = new SqlMetric.Parameters();
    private static final SqlMetric BYTES = new SqlMetric.BytesRead();
    private static final SqlMetric READ_TIME = new SqlMetric.ReadTime();
    private static final SqlMetric QUANTIZE_TIME = new SqlMetric.QuantizeTime();
    private static final SqlMetric PEAK_MEMORY = new SqlMetric.PeakMemory();

    private long tensors;
    private long parameters;
    private long bytes;
    private long readNanos;
    private long quantizeNanos;

    void range(boolean first, long elements) {
        tensors += first ? 1 : 0;
        parameters += elements;
    }

    void bytes(long read, long nanos) {
        bytes += read;
        readNanos += nanos;
    }

    void quantized(long nanos) {
        quantizeNanos += nanos;
    }

    CustomTaskMetric[] values(long peakMemory) {
        return new CustomTaskMetric[] {
            TENSORS.of(tensors),
            PARAMETERS.of(parameters),
            BYTES.of(bytes),
            READ_TIME.of(readNanos),
            QUANTIZE_TIME.of(quantizeNanos),
            PEAK_MEMORY.of(peakMemory)
        };
    }

    void carryOver(CustomTaskMetric[] earlier) {
        for (CustomTaskMetric metric : earlier) {
            if (metric.name().equals(TENSORS.name())) {
                tensors += metric.value();
            } else if (metric.name().equals(PARAMETERS.name())) {
                parameters += metric.value();
            } else if (metric.name().equals(BYTES.name())) {
                bytes += metric.value();
            } else if (metric.name().equals(READ_TIME.name())) {
                readNanos += metric.value();
            } else if (metric.name().equals(QUANTIZE_TIME.name())) {
                quantizeNanos += metric.value();
            }
        }
    }
}
