package io.arrowquant.spark.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.arrowquant.spark.testing.FailingFileSystem;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A tensor four times as large as the heap, in a process of its own. */
@Tag("slow")
class BoundedMemoryTest {
    private static final int PIECE = 4 << 20;
    private static final int PIECES = 256;

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"", "fail://"})
    void aGibibyteInAQuarterOfIt(String scheme) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (String argument : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (argument.startsWith("--add-") || argument.startsWith("-Dspark") || argument.startsWith("-Dlog4j")) {
                command.add(argument);
            }
        }
        command.addAll(List.of("-Xmx256m", "-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(Child.class.getName(), scheme + directory.resolve("out"), directory.toString()));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile())
                .start();
        assertThat(process.waitFor(10, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue())
                .as(Files.readString(directory.resolve("log")))
                .isZero();
        checkContent(directory.resolve("out/model.safetensors"));
    }

    private static void checkContent(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            long start = channel.size() - (long) PIECE * PIECES;
            ByteBuffer sample = ByteBuffer.allocate(8);
            for (int piece = 0; piece < PIECES; piece++) {
                for (int at : new int[] {0, PIECE - 8}) {
                    channel.read(sample.clear(), start + (long) piece * PIECE + at);
                    assertThat(sample.array()).containsOnly(piece);
                }
            }
        }
    }

    /** The process with the small heap: one task writes all pieces, every second one from the end backwards. */
    static final class Child {
        private Child() {}

        public static void main(String[] arguments) {
            SparkSession session = SparkSession.builder()
                    .master("local[1]")
                    .config("spark.ui.enabled", "false")
                    .config("spark.local.dir", arguments[1])
                    // Spark would refuse heaps below 450 MB; only its own execution memory is meant by that.
                    .config("spark.testing.memory", String.valueOf(600L << 20))
                    .config("spark.hadoop.fs.fail.impl", FailingFileSystem.class.getName())
                    .getOrCreate();
            List<Integer> order = IntStream.range(0, PIECES)
                    .map(i -> i % 2 == 0 ? i : PIECES - i)
                    .boxed()
                    .toList();
            Dataset<Row> frame = session.createDataFrame(
                    JavaSparkContext.fromSparkContext(session.sparkContext())
                            .parallelize(new ArrayList<>(order), 1)
                            .mapPartitions(Child::rows),
                    Tensors.SCHEMA);
            frame.write().format(WritingSource.class.getName()).save(arguments[0]);
            session.stop();
        }

        private static Iterator<Row> rows(Iterator<Integer> pieces) {
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    return pieces.hasNext();
                }

                @Override
                public Row next() {
                    int piece = pieces.next();
                    byte[] data = new byte[PIECE];
                    Arrays.fill(data, (byte) piece);
                    Long[] shape = {(long) PIECES, (long) PIECE};
                    return RowFactory.create("big", "U8", shape, (long) piece * PIECE, (long) PIECE, data);
                }
            };
        }
    }
}
