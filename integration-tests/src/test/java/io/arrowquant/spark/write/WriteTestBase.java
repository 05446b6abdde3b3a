package io.arrowquant.spark.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.arrowquant.error.ArrowQuantException;
import io.arrowquant.spark.testing.FailingFileSystem;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** A session that tries tasks three times, and frames whose partitions are laid out row by row. */
abstract class WriteTestBase {
    static SparkSession spark;

    @TempDir
    Path directory;

    @BeforeAll
    static void startSession() {
        spark = SparkSession.builder()
                .master("local[4,3]")
                .config("spark.ui.enabled", "false")
                .config("spark.sql.shuffle.partitions", "4")
                .config("spark.hadoop.fs.fail.impl", FailingFileSystem.class.getName())
                .getOrCreate();
    }

    @AfterAll
    static void stopSession() {
        spark.stop();
    }

    @AfterEach
    void clearFaults() {
        FailingFileSystem.reset();
    }

    /** A frame with exactly these partitions. */
    @SafeVarargs
    static Dataset<Row> frame(List<Row>... partitions) {
        return frame(Tensors.SCHEMA, List.of(partitions));
    }

    static Dataset<Row> frame(StructType schema, List<List<Row>> partitions) {
        return spark.createDataFrame(rows(partitions), schema);
    }

    static JavaRDD<Row> rows(List<List<Row>> partitions) {
        List<List<Row>> copies = new ArrayList<>();
        for (List<Row> partition : partitions) {
            copies.add(new ArrayList<>(partition));
        }
        return JavaSparkContext.fromSparkContext(spark.sparkContext())
                .parallelize(copies, copies.size())
                .flatMap(List::iterator);
    }

    static List<Row> rowsOf(List<Tensors.Tensor> tensors) {
        List<Row> rows = new ArrayList<>();
        for (Tensors.Tensor tensor : tensors) {
            rows.add(tensor.row());
        }
        return rows;
    }

    static DataFrameWriter<Row> writer(Dataset<Row> frame) {
        return frame.write().format(WritingSource.class.getName());
    }

    /** The same path through Hadoop's interface, where there is no short cut for local files. */
    static String remote(Path path) {
        return FailingFileSystem.SCHEME + "://" + path;
    }

    /** The first cause of a write's failure, which Spark versions wrap differently. */
    static Throwable failureOf(ThrowingCallable write) {
        Throwable failure = catchThrowable(write);
        assertThat(failure).as("the write was expected to fail").isNotNull();
        while (failure.getCause() != null && !(failure instanceof ArrowQuantException)) {
            failure = failure.getCause();
        }
        return failure;
    }

    /** After a job has failed its other tasks may still be at work, for a moment; then nothing may be left. */
    static void assertNothingLeft(Path root) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (System.nanoTime() < deadline && hasLitter(root)) {
            Thread.sleep(50);
        }
        assertThat(filesBelow(root)).isEmpty();
        assertThat(spoolFiles()).isEmpty();
    }

    private static boolean hasLitter(Path root) throws IOException {
        return !filesBelow(root).isEmpty() || !spoolFiles().isEmpty();
    }

    private static TreeSet<String> spoolFiles() throws IOException {
        TreeSet<String> found = new TreeSet<>();
        for (File local : SparkEnv.get().blockManager().diskBlockManager().localDirs()) {
            for (String name : filesBelow(local.toPath())) {
                if (name.endsWith(".spool")) {
                    found.add(name);
                }
            }
        }
        return found;
    }

    /** Relative names of all files and empty directories below a directory. */
    static TreeSet<String> filesBelow(Path root) throws IOException {
        TreeSet<String> names = new TreeSet<>();
        if (!Files.exists(root)) {
            return names;
        }
        try (Stream<Path> tree = Files.walk(root)) {
            for (Path path : (Iterable<Path>) tree::iterator) {
                if (!path.equals(root)) {
                    names.add(root.relativize(path).toString());
                }
            }
        } catch (UncheckedIOException changedMeanwhile) {
            return filesBelow(root);
        }
        return names;
    }
}
