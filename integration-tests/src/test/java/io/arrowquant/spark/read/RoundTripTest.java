package io.arrowquant.spark.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.arrowquant.spark.testing.CheckpointFiles;
import io.arrowquant.spark.testing.Frames;
import io.arrowquant.tensor.DataType;
import java.io.IOException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Reading what was written gives what was read. */
class RoundTripTest extends ReadTestBase {
    private Frames frames;

    @BeforeEach
    void writeCheckpoint() throws IOException {
        frames = new Frames(spark);
        CheckpointFiles.write(
                directory.resolve("m").resolve("model-00001-of-00002.safetensors"),
                CheckpointFiles.gaussian("layers.0.q.weight", DataType.BF16, 300, 1000),
                CheckpointFiles.gaussian("layers.0.norm.weight", DataType.F32, 1000),
                CheckpointFiles.random("odd", DataType.F4, 3, 14));
        CheckpointFiles.write(
                directory.resolve("m").resolve("model-00002-of-00002.safetensors"),
                CheckpointFiles.gaussian("layers.1.q.weight", DataType.F32, 70, 333),
                CheckpointFiles.random("scalar", DataType.I64));
    }

    private Dataset<Row> model(String name) {
        return reader().option("splitBytes", "64KiB").load(directory + "/" + name);
    }

    @Test
    void readingAndWritingIsTheIdentityOnEveryTensor() {
        model("m").write().format("safetensors").save(directory + "/copy");
        String[] columns = {"dtype", "shape", "element_start", "element_count", "data"};
        frames.assertDataFrameNoOrderEquals(
                model("m").select("layer_name", columns), model("copy").select("layer_name", columns));
        model("copy").write().format("safetensors").mode(SaveMode.Overwrite).save(directory + "/again");
        frames.assertDataFrameNoOrderEquals(
                model("copy").select("layer_name", columns), model("again").select("layer_name", columns));
    }

    @Test
    void quantizedWeightsSurviveParquet() {
        String dequantized = "SELECT layer_name, element_start, dequantize(q) AS weights FROM ";
        Dataset<Row> quantized = model("m")
                .where("dtype IN ('BF16', 'F32')")
                .selectExpr(
                        "layer_name",
                        "element_start",
                        "quantize(weights, 'int8', layer => layer_name, shape => shape, "
                                + "element_start => element_start) AS q");
        quantized.createOrReplaceTempView("fresh");
        quantized.write().parquet(directory + "/parquet");
        spark.read().parquet(directory + "/parquet").createOrReplaceTempView("stored");
        // Parquet makes every column nullable; the rows must be the same.
        Dataset<Row> stored = spark.sql(dequantized + "stored");
        Dataset<Row> fresh =
                spark.createDataFrame(spark.sql(dequantized + "fresh").javaRDD(), stored.schema());
        frames.assertDataFrameNoOrderEquals(fresh, stored);

        Row worst = spark.sql("SELECT max(aggregate(zip_with(m.weights, d.weights, (a, b) -> abs(a - b)), 0f, "
                        + "(x, y) -> greatest(x, y))), count(*) FROM (" + dequantized + "stored) d JOIN original m "
                        + "ON m.layer_name = d.layer_name AND m.element_start = d.element_start")
                .first();
        assertThat(worst.getFloat(0)).isPositive().isLessThan(0.02f);
    }

    @BeforeEach
    void originalView() {
        model("m").where("dtype IN ('BF16', 'F32')").createOrReplaceTempView("original");
    }
}
