package io.arrowquant.spark.read;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.util.ArrowUtils;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** A session that fails on leaked memory, and a directory for checkpoints. */
abstract class ReadTestBase {
    static SparkSession spark;

    @TempDir
    Path directory;

    @BeforeAll
    static void startSession() {
        spark = SparkSession.builder()
                .master("local[2]")
                .config("spark.ui.enabled", "false")
                .config("spark.sql.shuffle.partitions", "2")
                .config("spark.unsafe.exceptionOnMemoryLeak", "true")
                .getOrCreate();
    }

    @AfterAll
    static void stopSession() {
        spark.stop();
    }

    @AfterEach
    void nothingLeaked() {
        assertThat(ArrowUtils.rootAllocator().getAllocatedMemory()).isZero();
    }

    static DataFrameReader reader() {
        return spark.read().format("safetensors");
    }

    Dataset<Row> load() {
        return reader().load(directory.toString());
    }

    /** The partition records of the newest query. */
    static Row newestSums() {
        Dataset<Row> metrics = spark.read().format("arrowquant-metrics").load();
        List<Row> newest = metrics.selectExpr("max(cast(query_id as int))").collectAsList();
        return metrics.where("query_id = " + newest.get(0).getInt(0))
                .selectExpr("sum(tensors)", "sum(parameters)", "sum(bytes_read)", "count(*)")
                .first();
    }
}
