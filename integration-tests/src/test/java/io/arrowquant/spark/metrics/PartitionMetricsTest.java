package io.arrowquant.spark.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.arrowquant.spark.testing.CheckpointFiles;
import io.arrowquant.tensor.DataType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Partition records: one for each successful task, with the checkpoint's own totals as their sums. */
class PartitionMetricsTest {
    private static final long ELEMENTS = 2 * 200 * 1024 + 500;
    private static final long BYTES = 2 * 200 * 1024 + 4 * 200 * 1024 + 4 * 500;

    private static SparkSession spark;

    @TempDir
    private static Path directory;

    @BeforeAll
    static void start() throws IOException {
        spark = SparkSession.builder()
                .master("local[2,3]")
                .config("spark.sql.shuffle.partitions", "2")
                .getOrCreate();
        CheckpointFiles.write(
                directory.resolve("model.safetensors"),
                CheckpointFiles.gaussian("a.weight", DataType.BF16, 200, 1024),
                CheckpointFiles.gaussian("b.weight", DataType.F32, 200, 1024),
                CheckpointFiles.gaussian("norm", DataType.F32, 500));
    }

    @AfterAll
    static void stop() {
        spark.stop();
    }

    private static Dataset<Row> model() {
        return spark.read()
                .format("safetensors")
                .option("splitBytes", "64KiB")
                .option("maxPartitionBytes", "100KiB")
                .load(directory.toString());
    }

    private static Row sumsOfNewestQuery() {
        Dataset<Row> metrics = spark.read().format("arrowquant-metrics").load();
        int newest = metrics.selectExpr("max(cast(query_id AS int))").first().getInt(0);
        return metrics.where("query_id = '" + newest + "'")
                .selectExpr(
                        "sum(tensors)",
                        "sum(parameters)",
                        "sum(bytes_read)",
                        "count(*)",
                        "count(DISTINCT stage, partition)",
                        "min(worst_cosine)",
                        "min(total_ms - read_ms)",
                        "max(peak_memory_bytes)",
                        "max(attempt)")
                .first();
    }

    private static void assertTotals(Row sums) {
        assertThat(sums.getLong(0)).isEqualTo(3);
        assertThat(sums.getLong(1)).isEqualTo(ELEMENTS);
        assertThat(sums.getLong(2)).isEqualTo(BYTES);
        assertThat(sums.getLong(3)).isEqualTo(sums.getLong(4)).isGreaterThan(3);
        assertThat(sums.getDouble(6)).isNotNegative();
        assertThat(sums.getLong(7)).isBetween(64L << 10, 16L << 20);
    }

    @Test
    void sumsAreTheTotalsOfTheCheckpoint() {
        model().selectExpr("sum(length(data))").collectAsList();
        Row sums = sumsOfNewestQuery();
        assertTotals(sums);
        assertThat(sums.isNullAt(5)).isTrue();
    }

    @Test
    void functionsReportToTheSameRecords() {
        model().createOrReplaceTempView("m");
        spark.sql("SELECT sum(length(q.quantized_data)) FROM (SELECT quantize(weights, 'int8', layer => layer_name, "
                        + "shape => shape, element_start => element_start, quality => true) AS q FROM m)")
                .collectAsList();
        Row sums = sumsOfNewestQuery();
        assertTotals(sums);
        assertThat(sums.getDouble(5)).isCloseTo(1, within(0.001)).isLessThan(1);
    }

    @Test
    void functionsReportWithoutTheReaderToo() {
        spark.sql("SELECT sum(length(quantize(array(1.0, 2.0, id), 'int4').quantized_data)) FROM range(0, 10, 1, 2)")
                .collectAsList();
        Row sums = sumsOfNewestQuery();
        assertThat(sums.getLong(0)).isEqualTo(10);
        assertThat(sums.getLong(1)).isEqualTo(30);
        assertThat(sums.getLong(3)).isEqualTo(2);
    }

    @Test
    void retriesDoNotCountTwice() {
        MapPartitionsFunction<Row, Integer> failOnce = rows -> {
            int length = 0;
            while (rows.hasNext()) {
                length += ((byte[]) rows.next().get(0)).length;
            }
            if (TaskContext.get().attemptNumber() == 0 && TaskContext.getPartitionId() % 2 == 0) {
                throw new IllegalStateException("fails on its first attempt");
            }
            return List.of(length).iterator();
        };
        model().select("data").mapPartitions(failOnce, Encoders.INT()).collectAsList();
        Row sums = sumsOfNewestQuery();
        assertTotals(sums);
        assertThat(sums.getInt(8)).isEqualTo(1);
    }

    @Test
    void aQueryThatEndsEarlyReportsWhatItRead() {
        model().select("data").limit(1).collectAsList();
        assertThat(sumsOfNewestQuery().getLong(2)).isPositive().isLessThan(BYTES);
    }

    @Test
    void theSqlTabShowsTotals() {
        Dataset<Row> frame = model().selectExpr("sum(length(data))");
        frame.collectAsList();
        long id = spark.sharedState().statusStore().executionsList().last().executionId();
        String values = spark.sharedState().statusStore().executionMetrics(id).toString();
        assertThat(values).contains("total (min, med, max)").contains("max ");
    }
}
