package io.arrowquant.spark.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.arrowquant.error.InvalidRequestException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

/** The sources through which SQL, Python and Connect reach the job. */
class JobSourcesTest extends JobTestBase {
    private DataFrameWriter<Long> job(Path model, Path output) {
        return spark.range(0)
                .write()
                .format("arrowquant-job")
                .option("input", model.toString())
                .option("output", output.toString())
                .option("scheme", "int4");
    }

    @Test
    void writingToTheJobSourceRunsTheJob() throws IOException {
        Path model = model();
        Path output = directory.resolve("out");
        job(model, output)
                .option("groupSize", "64")
                .option("skip", "*.0.q_proj\nre:.*odd")
                .mode("append")
                .save();

        List<Row> rows = spark.read()
                .format("arrowquant-report")
                .load(output.toString())
                .where("reason IS NULL")
                .selectExpr("layer_name", "scheme", "bytes_after < bytes_before", "cosine > 0.9")
                .collectAsList();
        assertThat(rows).hasSize(1);
        assertThat(rows.get(0).mkString(" ")).isEqualTo("model.layers.1.q_proj.weight int4 true true");
    }

    @Test
    void modesAndErrorsAreThoseOfTheJob() throws IOException {
        Path model = model();
        Path output = directory.resolve("out");
        job(model, output).mode("append").save();

        assertThatThrownBy(() -> job(model, output).mode("append").save())
                .hasStackTraceContaining("exists already and is not empty");
        job(model, output).mode("overwrite").save();
        Path broken = brokenModel();
        assertThatThrownBy(() -> job(broken, output)
                        .option("overwrite", "true")
                        .mode("append")
                        .save())
                .hasStackTraceContaining("contains NaN at index 4095");
        assertThatThrownBy(() ->
                        job(model, output).option("schema", "x").mode("append").save())
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageStartingWith("Unknown option 'schema'. Did you mean 'scheme'?");
        assertThat(spark.read().parquet(output.toString()).count()).isEqualTo(TENSORS);
    }

    @Test
    void thePlanIsATable() throws IOException {
        List<Row> rows = spark.read()
                .format("arrowquant-plan")
                .option("scheme", "int8")
                .load(model().toString())
                .where("reason IS NULL")
                .orderBy("layer_name")
                .selectExpr("layer_name", "shape[1]", "bytes_before", "bytes_after", "output_file")
                .collectAsList();

        assertThat(rows).hasSize(3);
        assertThat(rows.get(1).mkString(" ")).isEqualTo("model.layers.0.q_proj.weight 512 262144 139264 scheme=int8/");
    }
}
