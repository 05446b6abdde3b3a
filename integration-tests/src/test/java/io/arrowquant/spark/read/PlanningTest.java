package io.arrowquant.spark.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.MalformedFileException;
import io.arrowquant.spark.testing.CheckpointFiles;
import io.arrowquant.tensor.DataType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What Spark pushes down, what it is told, and what is refused before any task starts. */
class PlanningTest extends ReadTestBase {
    @BeforeEach
    void writeCheckpoint() throws IOException {
        CheckpointFiles.write(
                directory.resolve("m").resolve("model-00001-of-00002.safetensors"),
                CheckpointFiles.gaussian("layers.0.q", DataType.BF16, 128, 256),
                CheckpointFiles.gaussian("layers.0.k", DataType.F32, 128, 256));
        CheckpointFiles.write(
                directory.resolve("m").resolve("model-00002-of-00002.safetensors"),
                CheckpointFiles.gaussian("layers.1.q", DataType.BF16, 128, 256),
                CheckpointFiles.random("mask", DataType.BOOL, 10));
    }

    private Dataset<Row> model() {
        return reader().load(directory + "/m");
    }

    @Test
    void questionsAboutHeadersReadNoData() {
        assertThat(model().count()).isEqualTo(4);
        assertThat(newestSums().getLong(2)).isZero();
        model().selectExpr("layer_name", "shape", "dtype", "element_count").collectAsList();
        assertThat(newestSums().getLong(2)).isZero();
        model().where("layer_name = 'mask'").select("data").collectAsList();
        assertThat(newestSums().getLong(2)).isEqualTo(10);
    }

    @Test
    void partitionRecordsSumUpToTheCheckpoint() {
        model().selectExpr("sum(length(data))").collectAsList();
        Row sums = newestSums();
        assertThat(sums.getLong(0)).isEqualTo(4);
        assertThat(sums.getLong(1)).isEqualTo(3 * 128 * 256 + 10);
        assertThat(sums.getLong(2)).isEqualTo(2 * 2 * 128 * 256 + 4 * 128 * 256 + 10);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "layer_name = 'layers.0.q'",
                "layer_name <=> 'layers.0.q'",
                "layer_name <> 'layers.0.q'",
                "layer_name < 'layers.1'",
                "layer_name >= 'layers.1'",
                "layer_name IN ('mask', 'layers.0.k', 'nothing')",
                "layer_name LIKE 'layers.0%'",
                "layer_name LIKE '%.q'",
                "layer_name LIKE '%ers.1%'",
                "layer_name LIKE '%a_k'",
                "dtype = 'BF16' AND file LIKE '%00001%'",
                "dtype = 'BF16' OR NOT (file = 'model-00001-of-00002.safetensors')",
                "layer_name IS NOT NULL AND NOT layer_name IN ('mask')",
                "dtype = 'F32' AND size(weights) > 1",
                "layer_name = NULL",
                "upper(layer_name) = 'MASK'"
            })
    void filtersGiveWhatSparkWouldGive(String filter) {
        Dataset<Row> names = model().select("layer_name", "dtype", "file", "weights");
        List<Row> expected = spark.createDataFrame(names.collectAsList(), names.schema())
                .where(filter)
                .select("layer_name")
                .orderBy("layer_name")
                .collectAsList();
        assertThat(names.where(filter)
                        .select("layer_name")
                        .orderBy("layer_name")
                        .collectAsList())
                .isEqualTo(expected);
    }

    @Test
    void filtersPruneBeforeReading() {
        model().where("dtype = 'F32'").selectExpr("sum(length(data))").collectAsList();
        assertThat(newestSums().getLong(2)).isEqualTo(4 * 128 * 256);
        assertThat(model().where("dtype = 'F32'")
                        .queryExecution()
                        .executedPlan()
                        .toString())
                .contains("PushedFilters: [dtype = 'F32']")
                .doesNotContain("Filter (");
    }

    @Test
    void statisticsAreExact() {
        assertThat(size(model().select("data"))).isEqualTo(4 * 8 + 2 * 2 * 128 * 256 + 4 * 128 * 256 + 10);
        assertThat(size(model().select("weights"))).isEqualTo(4 * 8 + 3 * 4 * 128 * 256);
        assertThat(size(model().select("element_start"))).isEqualTo(4 * 8 + 4 * 8);
    }

    @Test
    void theCostBasedOptimizerKnowsTheSizeOfATensor() {
        spark.conf().set("spark.sql.cbo.enabled", "true");
        try {
            long filtered = size(model().where("length(data) > 0").select("layer_name", "data"));
            assertThat(filtered).isGreaterThan(100_000);
        } finally {
            spark.conf().unset("spark.sql.cbo.enabled");
        }
    }

    private static long size(Dataset<Row> frame) {
        return frame.queryExecution().optimizedPlan().stats().sizeInBytes().longValue();
    }

    @Test
    void equalScansShareAnExchange() {
        spark.conf().set("spark.sql.autoBroadcastJoinThreshold", "-1");
        try {
            Dataset<Row> joined = model().select("layer_name", "dtype")
                    .as("a")
                    .join(model().select("layer_name", "dtype").as("b"), "layer_name");
            assertThat(joined.collectAsList()).hasSize(4);
            assertThat(joined.queryExecution().executedPlan().toString()).contains("ReusedExchange");
        } finally {
            spark.conf().unset("spark.sql.autoBroadcastJoinThreshold");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "splitbyte | 4 | Unknown option 'splitbyte'. Did you mean 'splitBytes'?",
                "splitBytes | 4x | Invalid splitBytes: '4x'. Write bytes, or a size such as 64MiB or 4.5GB",
                "splitBytes | 0 | Invalid splitBytes: 0. Must be a positive whole number",
                "groupSize | -3 | Invalid groupSize: -3. Must be a positive whole number",
                "groupSize | many | Invalid groupSize: 'many'. Must be a positive whole number",
                "wholeTensors | yes | Invalid wholeTensors: 'yes'. Must be true or false",
                "scheme | int5 | Unknown scheme 'int5'. Did you mean 'int",
                "scheme | int4(group=3) | Unknown parameter of scheme int4 'group'",
            })
    void badOptionsAreRefused(String option, String value, String message) {
        assertThatThrownBy(() ->
                        reader().option(option, value).load(directory + "/m").count())
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining(message);
    }

    @Test
    void optionsOfFileSystemsPass() {
        assertThat(reader().option("fs.s3a.endpoint", "nowhere")
                        .load(directory + "/m")
                        .count())
                .isEqualTo(4);
    }

    @Test
    void badPathsAreRefusedOnTheDriver() throws IOException {
        assertThatThrownBy(() -> reader().load(directory + "/absent").count())
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("Nothing exists at '");
        Files.createDirectories(directory.resolve("empty"));
        assertThatThrownBy(() -> reader().load(directory + "/empty").count())
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("is an empty directory. Pass the directory of a model or a .safetensors file");
        assertThatThrownBy(() -> reader().load(directory + "/m/*.nothing").count())
                .hasMessageContaining("No file matches");
        assertThatThrownBy(() -> reader().load().count()).hasMessageContaining("No path is given");
        Files.writeString(directory.resolve("broken.safetensors"), "ten bytes!");
        assertThatThrownBy(
                        () -> reader().load(directory + "/broken.safetensors").count())
                .isInstanceOf(MalformedFileException.class)
                .hasMessageContaining("broken.safetensors");
        Files.write(directory.resolve("pytorch_model.bin"), new byte[] {'P', 'K', 3, 4});
        assertThatThrownBy(() -> reader().load(directory + "/pytorch_model.bin").count())
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("pickle");
    }

    @Test
    void aFileReplacedAfterPlanningIsNoticed() throws IOException {
        Path file = directory.resolve("one").resolve("model.safetensors");
        CheckpointFiles.write(file, CheckpointFiles.gaussian("w", DataType.F32, 64));
        Dataset<Row> frame = reader().load(directory + "/one").selectExpr("length(data)");
        frame.queryExecution().executedPlan();
        CheckpointFiles.write(file, CheckpointFiles.gaussian("w", DataType.F32, 65));
        assertThatThrownBy(frame::collectAsList).hasMessageContaining("was replaced since its header was read");
    }
}
