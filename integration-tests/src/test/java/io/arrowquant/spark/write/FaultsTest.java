package io.arrowquant.spark.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.arrowquant.error.ResourceException;
import io.arrowquant.spark.testing.FailingFileSystem;
import io.arrowquant.spark.testing.FailingFileSystem.InjectedFailure;
import io.arrowquant.spark.testing.FailingFileSystem.Operation;
import io.arrowquant.spark.write.Tensors.Tensor;
import io.arrowquant.tensor.DataType;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tasks, stores and drivers that fail: the output is whole, or as it was before, and nothing is left lying around. */
class FaultsTest extends WriteTestBase {
    private static final Tensor A = Tensors.tensor("a", DataType.F32, 100, 30);
    private static final Tensor B = Tensors.tensor("b", DataType.BF16, 7001);
    private static final Tensor C = Tensors.tensor("c", DataType.U8, 5000);
    private static final List<Tensor> OLD = List.of(A, B);

    private Path out() {
        return directory.resolve("out");
    }

    private String target(boolean local) {
        return local ? out().toString() : remote(out());
    }

    /** Three partitions, of which one fails after some rows as long as attempts have lower numbers. */
    private static Dataset<Row> failingFrame(int failingAttempts) {
        List<List<Row>> partitions = List.of(A.pieces(100), B.pieces(1000), C.pieces(1000));
        return spark.createDataFrame(
                rows(partitions).mapPartitions(rows -> new FailingRows(rows, failingAttempts)), Tensors.SCHEMA);
    }

    private record FailingRows(Iterator<Row> rows, int failingAttempts) implements Iterator<Row>, Serializable {
        @Override
        public boolean hasNext() {
            return rows.hasNext();
        }

        @Override
        public Row next() {
            Row row = rows.next();
            boolean late = row.getLong(3) > 2000 && row.getString(0).equals("b");
            if (late && TaskContext.get().attemptNumber() < failingAttempts) {
                throw new IllegalStateException("this task fails");
            }
            return row;
        }
    }

    private Map<String, byte[]> bytesOf(Path root) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        for (String name : filesBelow(root)) {
            files.put(name, Files.readAllBytes(root.resolve(name)));
        }
        return files;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aTaskThatFailsOnceLeavesTheSameBytes(boolean local) throws IOException {
        writer(failingFrame(0)).save(target(local));
        Map<String, byte[]> undisturbed = bytesOf(out());
        writer(failingFrame(2)).mode(SaveMode.Overwrite).save(target(local));
        Map<String, byte[]> disturbed = bytesOf(out());
        assertThat(disturbed).containsOnlyKeys(undisturbed.keySet()).hasSize(4);
        disturbed.forEach((name, bytes) -> assertThat(bytes).as(name).isEqualTo(undisturbed.get(name)));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aTaskThatAlwaysFailsLeavesNothing(boolean local) throws IOException, InterruptedException {
        assertThat(failureOf(() -> writer(failingFrame(99)).save(target(local))))
                .hasMessageContaining("this task fails");
        assertNothingLeft(directory);
        writer(frame(rowsOf(OLD))).save(target(local));
        for (SaveMode mode : List.of(SaveMode.Overwrite, SaveMode.Append)) {
            failureOf(() -> writer(failingFrame(99)).mode(mode).save(target(local)));
            assertThat(filesBelow(out())).containsExactly("model.safetensors");
            assertThat(Tensors.contentOf(out())).isEqualTo(Tensors.contentOf(OLD));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Operation.class,
            names = {"CREATE", "WRITE", "CLOSE"})
    void aStoreThatFailsOnceIsTriedAgain(Operation operation) throws IOException {
        FailingFileSystem.fail(operation, "00000.safetensors", 2, 1);
        writer(failingFrame(0)).save(target(false));
        assertThat(filesBelow(out())).hasSize(4);
        assertThat(Tensors.contentOf(out())).isEqualTo(Tensors.contentOf(List.of(A, B, C)));
    }

    @ParameterizedTest
    @EnumSource(
            value = Operation.class,
            names = {"CREATE", "WRITE", "CLOSE"})
    void aStoreThatAlwaysFailsLeavesNothing(Operation operation) throws IOException, InterruptedException {
        FailingFileSystem.fail(operation, "00000.safetensors", 2, 1000);
        assertThat(failureOf(() -> writer(failingFrame(0)).save(target(false)))).isInstanceOf(InjectedFailure.class);
        assertNothingLeft(directory);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7})
    void anOverwriteThatFailsRestoresWhatWasThere(int nth) throws IOException {
        writer(frame(List.of(A.row()), List.of(B.row()))).save(target(false));
        Files.writeString(out().resolve("config.json"), "{}");
        Map<String, byte[]> before = bytesOf(out());
        // Two shards and an index leave, three and an index arrive.
        FailingFileSystem.fail(Operation.RENAME, "", nth, 1);
        Throwable failure =
                failureOf(() -> writer(failingFrame(0)).mode(SaveMode.Overwrite).save(target(false)));
        assertThat(failure).isInstanceOf(InjectedFailure.class);
        Map<String, byte[]> after = bytesOf(out());
        assertThat(after).containsOnlyKeys(before.keySet());
        after.forEach((name, bytes) -> assertThat(bytes).as(name).isEqualTo(before.get(name)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5})
    void anAppendThatFailsRestoresWhatWasThere(int nth) throws IOException {
        writer(frame(List.of(A.row()), List.of(B.row()))).save(target(false));
        Map<String, byte[]> before = bytesOf(out());
        FailingFileSystem.fail(Operation.RENAME, "", nth, 1);
        List<Row> first = C.pieces(1000);
        Tensor d = Tensors.tensor("d", DataType.I64, 3);
        Runnable append = () ->
                writer(frame(first, List.of(d.row()))).mode(SaveMode.Append).save(target(false));
        if (nth < 5) {
            assertThat(failureOf(append::run)).isInstanceOf(InjectedFailure.class);
            assertThat(bytesOf(out())).containsOnlyKeys(before.keySet());
            assertThat(Tensors.contentOf(out())).isEqualTo(Tensors.contentOf(OLD));
        } else {
            // Two shards, the old index, the new one: there is no fifth move.
            append.run();
            assertThat(Tensors.contentOf(out())).isEqualTo(Tensors.contentOf(List.of(A, B, C, d)));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void aNewOutputThatCannotBePublishedLeavesNothing(int nth) throws IOException, InterruptedException {
        FailingFileSystem.fail(Operation.RENAME, "", nth, 1);
        assertThat(failureOf(() -> writer(failingFrame(0)).save(target(false)))).isInstanceOf(InjectedFailure.class);
        assertNothingLeft(directory);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 4, 7})
    void aMoveThatIsDoneThoughReportedFailed(int nth) throws IOException {
        writer(frame(List.of(A.row()), List.of(B.row()))).save(target(false));
        FailingFileSystem.failAfterwards(Operation.RENAME, "", nth, 1);
        writer(failingFrame(0)).mode(SaveMode.Overwrite).save(target(false));
        assertThat(filesBelow(out())).hasSize(4);
        assertThat(Tensors.contentOf(out())).isEqualTo(Tensors.contentOf(List.of(A, B, C)));
    }

    @ParameterizedTest
    @EnumSource(
            value = SaveMode.class,
            names = {"Append", "Overwrite"})
    void anUnknownOutcomeDeletesNothingAndIsSettledByTheNextWrite(SaveMode next) throws IOException {
        writer(frame(List.of(A.row()), List.of(B.row()))).save(target(false));
        FailingFileSystem.fail(Operation.RENAME, "out/model-00003", 1, 1);
        FailingFileSystem.fail(Operation.DELETE, "out/model-", 1, 1000);
        Throwable failure =
                failureOf(() -> writer(failingFrame(0)).mode(SaveMode.Overwrite).save(target(false)));
        assertThat(failure)
                .isInstanceOf(ResourceException.class)
                .hasMessageStartingWith(
                        "Publishing to 'fail:" + out() + "' failed, and so did restoring what was there: "
                                + "whether the output is complete is unknown. Nothing was deleted. ")
                .hasMessageContaining("publish.json")
                .hasCauseInstanceOf(InjectedFailure.class);
        assertThat(filesBelow(out()))
                .anyMatch(name -> name.endsWith("replaced/model-00001-of-00002.safetensors"))
                .anyMatch(name -> name.endsWith("publish.json"))
                .contains("model-00001-of-00003.safetensors");
        FailingFileSystem.reset();
        Tensor d = Tensors.tensor("d", DataType.I64, 3);
        writer(frame(List.of(d.row()))).mode(next).save(target(false));
        assertThat(Tensors.contentOf(out()))
                .isEqualTo(Tensors.contentOf(next == SaveMode.Append ? List.of(A, B, d) : List.of(d)));
        assertThat(filesBelow(out())).noneMatch(name -> name.startsWith("_temporary"));
    }

    /** As happens when a late task of a job before takes the empty directories away while this one makes them. */
    @Test
    void aBeginningThatFailsIsTriedAgain() throws IOException, InterruptedException {
        FailingFileSystem.fail(Operation.CREATE, "owner.json", 1, 1);
        writer(failingFrame(0)).save(target(false));
        assertThat(filesBelow(out())).hasSize(4);

        FailingFileSystem.fail(Operation.CREATE, "owner.json", 1, 1000);
        assertThat(failureOf(
                        () -> writer(failingFrame(0)).mode(SaveMode.Overwrite).save(target(false))))
                .isInstanceOf(InjectedFailure.class);
        assertThat(filesBelow(out())).hasSize(4);
    }

    @Test
    void cleaningUpThatFailsDoesNotHideTheError() throws IOException {
        FailingFileSystem.fail(Operation.DELETE, "_temporary", 1, 1000);
        assertThat(failureOf(() -> writer(failingFrame(99)).save(target(false))))
                .hasMessageContaining("this task fails");
        FailingFileSystem.reset();
        // The next job takes away what this one could not.
        writer(failingFrame(0)).mode(SaveMode.Append).save(target(false));
        assertThat(filesBelow(out())).hasSize(4);
    }

    @Test
    void cleaningUpThatFailsDoesNotUndoASuccess() throws IOException {
        FailingFileSystem.fail(Operation.DELETE, "_temporary", 1, 1000);
        writer(failingFrame(0)).save(target(false));
        assertThat(Tensors.contentOf(out())).isEqualTo(Tensors.contentOf(List.of(A, B, C)));
        FailingFileSystem.reset();
        writer(failingFrame(0)).mode(SaveMode.Overwrite).save(target(false));
        assertThat(filesBelow(out())).hasSize(4);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aJobThatIsCancelled(boolean interrupt) throws Exception {
        for (boolean local : new boolean[] {true, false}) {
            Dataset<Row> endless = spark.createDataFrame(
                    rows(List.of(A.pieces(1), B.pieces(1))).map(FaultsTest::slowly), Tensors.SCHEMA);
            List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
            Thread job = new Thread(() -> {
                spark.sparkContext().setJobGroup("cancelled", "a write", interrupt);
                failures.add(catchThrowable(() -> writer(endless).save(target(local))));
            });
            job.start();
            while (job.isAlive() && filesBelow(out()).stream().noneMatch(name -> name.endsWith("owner.json"))) {
                Thread.sleep(20);
            }
            assertThat(failures).isEmpty();
            Thread.sleep(500);
            spark.sparkContext().cancelJobGroup("cancelled");
            job.join();
            assertThat(failures).singleElement().isNotNull();
            assertNothingLeft(directory);
        }
    }

    private static Row slowly(Row row) throws InterruptedException {
        Thread.sleep(10);
        return row;
    }

    @Test
    void twoJobsOnOnePath() throws Exception {
        List<Throwable> failures = new ArrayList<>();
        List<Thread> jobs = new ArrayList<>();
        for (Tensor tensor : List.of(A, B)) {
            Thread job = new Thread(() -> {
                try {
                    writer(frame(tensor.pieces(10))).mode(SaveMode.Overwrite).save(target(true));
                } catch (RuntimeException e) {
                    synchronized (failures) {
                        failures.add(e);
                    }
                }
            });
            jobs.add(job);
            job.start();
        }
        for (Thread job : jobs) {
            job.join();
        }
        assertThat(failures.size()).isLessThan(2);
        for (Throwable failure : failures) {
            assertThat(failure).hasStackTraceContaining("Another job is writing to '" + out() + "'");
        }
        assertThat(filesBelow(out())).containsExactly("model.safetensors");
        assertThat(Tensors.contentOf(out())).isIn(Tensors.contentOf(List.of(A)), Tensors.contentOf(List.of(B)));
    }
}
