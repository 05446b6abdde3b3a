package io.arrowquant.spark.metrics;

import java.util.Arrays;
import java.util.Locale;
import org.apache.spark.sql.connector.metric.CustomMetric;
import org.apache.spark.sql.connector.metric.CustomTaskMetric;

/**
 * The metrics of the SQL tab. Spark makes them from their class names on the driver and the history server, hence one
 * public class with an empty constructor for each.
 */
public abstract class SqlMetric implements CustomMetric {
    private final String name;
    private final String description;

    SqlMetric(String name, String description) {
        this.name = name;
        this.description = description;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String description() {
        return description;
    }

    /** A value of one task, shown to people. */
    abstract String show(long value);

    @Override
    public String aggregateTaskMetrics(long[] values) {
        if (values.length == 0) {
            return "none";
        }
        long[] sorted = values.clone();
        Arrays.sort(sorted);
        return "total (min, med, max)\n" + show(Arrays.stream(sorted).sum()) + " (" + show(sorted[0]) + ", "
                + show(sorted[sorted.length / 2]) + ", " + show(sorted[sorted.length - 1]) + ")";
    }

    /** The value of this metric in one task. */
    public CustomTaskMetric of(long value) {
        return new TaskValue(name, value);
    }

    private record TaskValue(String name, long value) implements CustomTaskMetric {}

    /** Counts. */
    abstract static class Count extends SqlMetric {
        Count(String name, String description) {
            super(name, description);
        }

        @Override
        String show(long value) {
            return String.format(Locale.ROOT, "%,d", value);
        }
    }

    /** Sizes in bytes. */
    abstract static class Size extends SqlMetric {
        Size(String name, String description) {
            super(name, description);
        }

        @Override
        String show(long value) {
            if (value < 1 << 20) {
                return String.format(Locale.ROOT, "%.1f KiB", value / 1024.0);
            }
            return String.format(Locale.ROOT, "%.1f MiB", value / (1024.0 * 1024.0));
        }
    }

    /** Times in nanoseconds. */
    abstract static class Time extends SqlMetric {
        Time(String name, String description) {
            super(name, description);
        }

        @Override
        String show(long value) {
            return String.format(Locale.ROOT, "%.1f ms", value / 1e6);
        }
    }

    /** Tensors that begin in a partition. */
    public static final class Tensors extends Count {
        public Tensors() {
            super("arrowquantTensors", "tensors");
        }
    }

    /** Elements read. */
    public static final class Parameters extends Count {
        public Parameters() {
            super("arrowquantParameters", "parameters");
        }
    }

    /** Bytes read from files. */
    public static final class BytesRead extends Size {
        public BytesRead() {
            super("arrowquantBytesRead", "tensor bytes read");
        }
    }

    /** Bytes written to files. */
    public static final class BytesWritten extends Size {
        public BytesWritten() {
            super("arrowquantBytesWritten", "tensor bytes written");
        }
    }

    /** Time in reading. */
    public static final class ReadTime extends Time {
        public ReadTime() {
            super("arrowquantReadTime", "time in reading");
        }
    }

    /** Time in quantization inside the scan. */
    public static final class QuantizeTime extends Time {
        public QuantizeTime() {
            super("arrowquantQuantizeTime", "time in quantizing");
        }
    }

    /** Time in writing. */
    public static final class WriteTime extends Time {
        public WriteTime() {
            super("arrowquantWriteTime", "time in writing");
        }
    }

    /** The most memory a task held at once; the largest task counts, not the sum. */
    public static final class PeakMemory extends Size {
        public PeakMemory() {
            super("arrowquantPeakMemory", "peak memory of Arrow buffers and tiles");
        }

        @Override
        public String aggregateTaskMetrics(long[] values) {
            return "max " + show(Arrays.stream(values).max().orElse(0));
        }
    }
}
