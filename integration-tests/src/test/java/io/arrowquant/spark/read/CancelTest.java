package io.arrowquant.spark.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.arrowquant.spark.testing.CheckpointFiles;
import io.arrowquant.tensor.DataType;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.spark.api.java.function.ForeachPartitionFunction;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

/** Tasks that are stopped from outside. */
class CancelTest extends ReadTestBase {
    private static final CountDownLatch READING = new CountDownLatch(1);

    @Test
    void cancellingTheJobGroupStopsReadersAndFreesTheirMemory() throws IOException, InterruptedException {
        CheckpointFiles.write(
                directory.resolve("model.safetensors"), CheckpointFiles.gaussian("w", DataType.F32, 4000, 1000));
        ForeachPartitionFunction<Row> slow = rows -> {
            while (rows.hasNext()) {
                rows.next();
                READING.countDown();
                Thread.sleep(50);
            }
        };
        AtomicReference<Throwable> outcome = new AtomicReference<>();
        Thread query = new Thread(() -> {
            spark.sparkContext().setJobGroup("reading", "to be cancelled", true);
            try {
                reader().option("splitBytes", "16KiB")
                        .load(directory.toString())
                        .select("data")
                        .foreachPartition(slow);
            } catch (Throwable stopped) {
                outcome.set(stopped);
            }
        });
        query.start();
        assertThat(READING.await(60, TimeUnit.SECONDS)).isTrue();
        spark.sparkContext().cancelJobGroup("reading");
        query.join(60_000);
        assertThat(query.isAlive()).isFalse();
        assertThat(outcome.get()).hasMessageContaining("cancelled");
        waitForTasksToEnd();
    }

    /** A cancelled job returns before its tasks have noticed. */
    private static void waitForTasksToEnd() throws InterruptedException {
        for (int i = 0;
                i < 600
                        && spark.sparkContext()
                                        .statusTracker()
                                        .getExecutorInfos()[0]
                                        .numRunningTasks()
                                > 0;
                i++) {
            Thread.sleep(100);
        }
    }

    @Test
    void aFailingTaskFreesItsMemory() throws IOException {
        CheckpointFiles.write(
                directory.resolve("model.safetensors"), CheckpointFiles.gaussian("w", DataType.F32, 400, 1000));
        assertThatThrownBy(() -> reader().option("splitBytes", "16KiB")
                        .load(directory.toString())
                        .selectExpr("raise_error(concat('row ', element_start, sha1(data)))")
                        .collectAsList())
                .hasMessageContaining("row 0");
    }
}
