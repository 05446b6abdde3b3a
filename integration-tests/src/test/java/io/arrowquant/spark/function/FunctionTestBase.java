package io.arrowquant.spark.function;

import static org.assertj.core.api.Assertions.assertThat;

import io.arrowquant.error.ArrowQuantException;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.util.ArrowUtils;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** A session, in which memory that Spark finds unreleased fails the query, and after each test no Arrow memory is left. */
abstract class FunctionTestBase {
    static final String COLUMNAR = "spark.arrowquant.columnar.enabled";

    static SparkSession spark;

    @BeforeAll
    static void start() {
        spark = SparkSession.builder()
                .master("local[2]")
                .config("spark.unsafe.exceptionOnMemoryLeak", "true")
                .config("spark.sql.shuffle.partitions", "2")
                .config("spark.ui.enabled", "false")
                .getOrCreate();
    }

    @AfterAll
    static void stop() {
        spark.stop();
    }

    @AfterEach
    void nothingLeaks() throws InterruptedException {
        for (int i = 0; i < 100 && ArrowUtils.rootAllocator().getAllocatedMemory() != 0; i++) {
            Thread.sleep(50); // a task that a LIMIT left behind may still be closing
        }
        assertThat(ArrowUtils.rootAllocator().getAllocatedMemory()).isZero();
    }

    /** Runs a query with a setting changed. */
    static List<Row> rowsWith(String key, String value, String query) {
        spark.conf().set(key, value);
        try {
            return rows(query);
        } finally {
            spark.conf().unset(key);
        }
    }

    static List<Row> rows(String query) {
        return spark.sql(query).collectAsList();
    }

    /** The only value of a query's only row. */
    static Object value(String query) {
        List<Row> rows = rows(query);
        assertThat(rows).hasSize(1);
        return rows.get(0).get(0);
    }

    /** The message of the error that a query ends with. */
    static String error(String query) {
        try {
            List<Row> rows = rows(query);
            throw new AssertionError("no error, but " + rows);
        } catch (Exception failure) {
            return ownError(failure);
        }
    }

    /** The message of the outermost error of ours, or of the innermost error when none is. */
    private static String ownError(Throwable failure) {
        Throwable at = failure;
        while (at.getCause() != null && !(at instanceof ArrowQuantException)) {
            at = at.getCause();
        }
        return at.getMessage();
    }

    /** Rows as texts that show every byte. */
    static List<String> texts(List<Row> rows) {
        List<String> texts = new ArrayList<>();
        for (Row row : rows) {
            texts.add(RowText.of(row));
        }
        return texts;
    }

    /** Registers tensors as a view of Arrow batches. */
    static Dataset<Row> view(String name, List<TestTensor> tensors, String vectors, int batchRows) {
        ArrowTestSource.register(name, tensors);
        Dataset<Row> frame = spark.read()
                .format(ArrowTestSource.NAME)
                .option("tensors", name)
                .option("vectors", vectors)
                .option("batchRows", batchRows)
                .load();
        frame.createOrReplaceTempView(name);
        return frame;
    }

    /** The physical plan; without adaptive execution, which decides on columns only while a query runs. */
    static String plan(String query) {
        return (String) rowsWith("spark.sql.adaptive.enabled", "false", "EXPLAIN FORMATTED " + query)
                .get(0)
                .get(0);
    }
}
