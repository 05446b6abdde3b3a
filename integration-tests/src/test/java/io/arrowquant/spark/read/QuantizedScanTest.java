package io.arrowquant.spark.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.arrowquant.spark.testing.CheckpointFiles;
import io.arrowquant.spark.testing.CheckpointFiles.Stored;
import io.arrowquant.tensor.DataType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

/** The option scheme: quantization inside the scan. */
class QuantizedScanTest extends ReadTestBase {
    private Dataset<Row> scan(String scheme) {
        return reader().option("scheme", scheme).load(directory.toString());
    }

    @Test
    void emitsThePartsOfEveryQuantizedTensor() throws IOException {
        CheckpointFiles.write(
                directory.resolve("model.safetensors"),
                CheckpointFiles.gaussian("layers.0.q_proj.weight", DataType.BF16, 300, 1000),
                CheckpointFiles.gaussian("layers.0.input_layernorm.weight", DataType.BF16, 1000),
                CheckpointFiles.gaussian("lm_head.weight", DataType.BF16, 100, 1000),
                CheckpointFiles.random("position_ids", DataType.I64, 7));
        List<Row> rows = scan("int4")
                .selectExpr(
                        "layer_name",
                        "dtype",
                        "shape",
                        "sum(element_count) OVER (PARTITION BY layer_name)",
                        "length(data)",
                        "weights IS NULL")
                .orderBy("layer_name")
                .collectAsList();
        assertThat(rows)
                .extracting(row -> row.get(0) + " " + row.get(1) + " " + row.getList(2))
                .containsExactly(
                        "layers.0.input_layernorm.weight BF16 [1000]",
                        "layers.0.q_proj.weight.quantized_data U8 [150000]",
                        "layers.0.q_proj.weight.scales F32 [2344]",
                        "layers.0.q_proj.weight.zero_points F32 [2344]",
                        "lm_head.weight BF16 [100, 1000]",
                        "position_ids I64 [7]");
        assertThat(rows).extracting(row -> row.getBoolean(5)).containsOnly(true);
        assertThat(rows).extracting(row -> row.getLong(3)).containsExactly(1000L, 150000L, 2344L, 2344L, 100000L, 7L);

        assertThat(reader().option("scheme", "int4")
                        .option("defaults", "false")
                        .option("skip", "*norm*;re:lm_.*")
                        .option("layers", "layers.0.*=int8(group_size=32)")
                        .load(directory.toString())
                        .where("layer_name LIKE '%scales'")
                        .selectExpr("layer_name", "shape[0]")
                        .collectAsList())
                .extracting(Row::toString)
                .containsExactly("[layers.0.q_proj.weight.scales,9375]");
    }

    @Test
    void largeTensorsComeInPieces() throws IOException {
        CheckpointFiles.write(
                directory.resolve("model.safetensors"), CheckpointFiles.gaussian("w.weight", DataType.F32, 5000, 1000));
        for (String scheme : new String[] {"int8(group_size=1)", "int4(strategy=channel)", "int2(strategy=tensor)"}) {
            Dataset<Row> frame =
                    reader().option("scheme", scheme).option("quality", "true").load(directory.toString());
            List<Row> rows = frame.selectExpr("layer_name", "element_start", "element_count", "length(data)", "dtype")
                    .orderBy("layer_name", "element_start")
                    .collectAsList();
            assertThat(frame.count()).isEqualTo(rows.size());
            long next = 0;
            String last = "";
            for (Row row : rows) {
                next = row.getString(0).equals(last) ? next : 0;
                last = row.getString(0);
                assertThat(row.getLong(1)).isEqualTo(next);
                assertThat(row.getInt(3)).isLessThanOrEqualTo(1 << 20);
                assertThat((long) row.getInt(3))
                        .isEqualTo(
                                row.getLong(2) * DataType.of(row.getString(4)).bytes());
                next += row.getLong(2);
            }
            assertThat(frame.selectExpr("sum(length(data))").first().getLong(0))
                    .isEqualTo(rows.stream().mapToLong(row -> row.getInt(3)).sum());
        }
    }

    @Test
    void aPartAloneIsTheSameAsAmongAll() throws IOException {
        CheckpointFiles.write(
                directory.resolve("model.safetensors"),
                CheckpointFiles.gaussian("a.weight", DataType.F32, 500, 1000),
                CheckpointFiles.gaussian("b.weight", DataType.F32, 10, 1000));
        String digest = "sha1(array_join(transform(array_sort(collect_list(struct(layer_name, element_start, "
                + "sha1(data) AS h))), p -> p.h), ','))";
        List<Row> all = scan("int4").collectAsList();
        spark.createDataFrame(all, ReadSchema.SCHEMA).createOrReplaceTempView("collected");
        String expected = spark.sql("SELECT " + digest + " FROM collected WHERE layer_name LIKE '%.scales'")
                .first()
                .getString(0);
        assertThat(scan("int4")
                        .where("layer_name LIKE '%.scales'")
                        .selectExpr(digest)
                        .first()
                        .getString(0))
                .isEqualTo(expected);
    }

    @Test
    void errorsNameTheLayerAndQualityIsMeasured() throws IOException {
        Stored bad = CheckpointFiles.gaussian("bad.weight", DataType.F32, 100, 1000);
        ByteBuffer.wrap(bad.data()).order(ByteOrder.LITTLE_ENDIAN).putFloat(4 * 70001, Float.NaN);
        CheckpointFiles.write(directory.resolve("model.safetensors"), bad);
        assertThatThrownBy(() -> scan("int4").selectExpr("sum(length(data))").collectAsList())
                .hasMessageContaining("Layer 'bad.weight' contains NaN at index 70001");
        Row clamped = reader().option("scheme", "int4")
                .option("on_non_finite", "clamp")
                .option("quality", "true")
                .load(directory.toString())
                .selectExpr("sum(length(data))")
                .first();
        assertThat(clamped.getLong(0)).isEqualTo(50000 + 2 * 4 * 782);
        Row record = spark.read()
                .format("arrowquant-metrics")
                .load()
                .where("non_finite > 0")
                .select("non_finite", "worst_cosine", "quantize_ms")
                .first();
        assertThat(record.getLong(0)).isOne();
        assertThat(record.getDouble(2)).isPositive();
    }
}
