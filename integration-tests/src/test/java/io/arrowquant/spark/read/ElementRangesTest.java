package io.arrowquant.spark.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.arrowquant.spark.testing.CheckpointFiles;
import io.arrowquant.tensor.DataType;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where rows begin, and that it makes no difference to what is computed from them. */
class ElementRangesTest extends ReadTestBase {
    @ParameterizedTest
    @CsvSource({"64, 4096", "100, 1000", "33, 4097", "7, 333", "3, 200000", "1, 1", "500, 511"})
    void rangesBeginAtMultiplesOf4096AndOfRows(int rows, int columns) throws IOException {
        CheckpointFiles.write(
                directory.resolve("model.safetensors"), CheckpointFiles.gaussian("w", DataType.BF16, rows, columns));
        for (String split : new String[] {"1", "16KiB", "64KiB", "1MiB"}) {
            List<Row> ranges = reader().option("splitBytes", split)
                    .load(directory.toString())
                    .select("element_start", "element_count")
                    .orderBy("element_start")
                    .collectAsList();
            long next = 0;
            for (Row range : ranges) {
                assertThat(range.getLong(0)).isEqualTo(next);
                assertThat(range.getLong(0) % 4096).isZero();
                if (columns * 2L <= bytes(split)) {
                    assertThat(range.getLong(0) % columns).isZero();
                }
                next += range.getLong(1);
            }
            assertThat(next).isEqualTo((long) rows * columns);
        }
    }

    private static long bytes(String split) {
        return io.arrowquant.storage.ByteSize.parse("splitBytes", split);
    }

    @Test
    void groupSizeMovesTheRanges() throws IOException {
        CheckpointFiles.write(
                directory.resolve("model.safetensors"), CheckpointFiles.gaussian("w", DataType.F32, 100, 1000));
        List<Row> ranges = reader().option("splitBytes", "1")
                .option("groupSize", "96")
                .load(directory.toString())
                .select("element_start")
                .orderBy("element_start")
                .collectAsList();
        assertThat(ranges).extracting(range -> range.getLong(0) % 96).containsOnly(0L);
        assertThat(ranges).hasSizeGreaterThan(5);
    }

    @Test
    void quantizedBytesDoNotDependOnSplitsOrPartitions() throws IOException {
        CheckpointFiles.write(
                directory.resolve("model.safetensors"),
                CheckpointFiles.gaussian("a", DataType.BF16, 300, 1000),
                CheckpointFiles.gaussian("b", DataType.F32, 123457));
        for (String scheme : new String[] {"int4", "int2(symmetric=true)", "int8(group_size=32)"}) {
            String whole = quantizedBytes("1GiB", "512MiB", scheme);
            assertThat(quantizedBytes("1", "1", scheme)).isEqualTo(whole);
            assertThat(quantizedBytes("100KiB", "150KiB", scheme)).isEqualTo(whole);
            assertThat(scannedBytes(scheme)).isEqualTo(whole);
        }
    }

    private String quantizedBytes(String split, String partition, String scheme) {
        reader().option("splitBytes", split)
                .option("maxPartitionBytes", partition)
                .load(directory.toString())
                .createOrReplaceTempView("m");
        return spark.sql("SELECT layer_name, array_join(transform(array_sort(collect_list(struct(element_start, "
                        + "hex(q.quantized_data) AS h))), p -> p.h), '') FROM (SELECT layer_name, element_start, quantize("
                        + "weights, '" + scheme + "', shape => shape, element_start => element_start) AS q FROM m) "
                        + "GROUP BY layer_name ORDER BY layer_name")
                .collectAsList()
                .toString();
    }

    private String scannedBytes(String scheme) {
        reader().option("scheme", scheme)
                .option("defaults", "false")
                .load(directory.toString())
                .createOrReplaceTempView("s");
        return spark.sql(
                        "SELECT replace(layer_name, '.quantized_data', ''), array_join(transform(array_sort(collect_list("
                                + "struct(element_start, hex(data) AS h))), p -> p.h), '') FROM s WHERE layer_name LIKE "
                                + "'%.quantized_data' GROUP BY layer_name ORDER BY layer_name")
                .collectAsList()
                .toString();
    }

    @Test
    void wholeTensorsGiveOneRowEachOrSayWhyNot() throws IOException {
        CheckpointFiles.write(
                directory.resolve("small").resolve("model.safetensors"),
                CheckpointFiles.gaussian("w", DataType.F32, 3000, 1000));
        assertThat(reader().option("wholeTensors", "true")
                        .load(directory + "/small")
                        .count())
                .isOne();
        Path large = directory.resolve("large.safetensors");
        sparse(large, "w", 3L << 30);
        assertThatThrownBy(() -> reader().option("wholeTensors", "true")
                        .load(large.toString())
                        .select("data")
                        .count())
                .hasMessageContaining(
                        "Tensor 'w' has 3221225472 bytes, but one value of Spark holds at most 2147483631")
                .hasMessageContaining("Read without wholeTensors=true");
        assertThat(reader().load(large.toString())
                        .selectExpr("sum(element_count)")
                        .first()
                        .getLong(0))
                .isEqualTo(3L << 30);
    }

    private static void sparse(Path file, String name, long bytes) throws IOException {
        byte[] header = ("{\"" + name + "\":{\"dtype\":\"U8\",\"shape\":[" + bytes + "],\"data_offsets\":[0," + bytes
                        + "]}}")
                .getBytes(StandardCharsets.UTF_8);
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.write(ByteBuffer.allocate(8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(header.length)
                    .array());
            out.write(header);
            out.setLength(8 + header.length + bytes);
        }
    }
}
