package io.arrowquant.spark.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.serializer.KryoSerializer;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions whose data travel with Kryo, which cannot make records and, if told so, refuses classes it was not told of. */
class KryoTest extends JobTestBase {
    private static final Path MODEL = Path.of("src/test/resources/tiny-llama/model");

    private static void restart(boolean registrationRequired) {
        spark.stop();
        spark = SparkSession.builder()
                .master("local[2]")
                .config("spark.ui.enabled", "false")
                .config("spark.sql.shuffle.partitions", "2")
                .config("spark.serializer", KryoSerializer.class.getName())
                .config("spark.kryo.registrationRequired", Boolean.toString(registrationRequired))
                .getOrCreate();
    }

    private Path quantized(String name, Object... how) {
        Path output = directory.resolve(name);
        Object[] arguments = new Object[how.length + 5];
        arguments[0] = "quantize";
        arguments[1] = "--input";
        arguments[2] = MODEL;
        arguments[3] = "--output";
        arguments[4] = output;
        System.arraycopy(how, 0, arguments, 5, how.length);
        succeed(arguments);
        return output;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void jobsOfModelDirectoriesRun(boolean registrationRequired) throws IOException {
        restart(registrationRequired);
        // A first pass whose results are shared, and schemes chosen by what they were measured to cost.
        Path surveyed = quantized("surveyed", "--scheme", "NVFP4A16");
        Path measured = quantized("measured", "--scheme", "W4A16(group_size=32)", "--target-bpw", "7");
        assertThat(report(measured).get("choice").get("units")).isNotEmpty();
        succeed("verify", surveyed);
        Path plain = directory.resolve("plain");
        succeed("dequantize", "--input", surveyed, "--output", plain);

        JsonNode compared = succeed("compare", MODEL, surveyed, "--json").json();
        assertThat(compared.get("layers"))
                .hasSize(report(surveyed).get("tensors").size());
    }

    /** Not with registration: what Spark itself sends when it reads Parquet would have to be registered, too. */
    @Test
    void jobsOfTablesRun() throws IOException {
        restart(false);
        Path table = quantized("table", "--scheme", "int4", "--target-bpw", "6");
        succeed("verify", table);
        Path plain = directory.resolve("plain");
        succeed("dequantize", "--input", table, "--output", plain);
        Path other = quantized("other", "--scheme", "int8");
        for (Path side : new Path[] {MODEL, other}) {
            JsonNode compared = succeed("compare", side, table, "--json").json();
            assertThat(compared.get("layers"))
                    .hasSize(report(table).get("tensors").size());
        }
    }

    @Test
    void functionsAndSourcesWork() {
        restart(false);
        spark.read().format("safetensors").load(MODEL.toString()).createOrReplaceTempView("weights");
        List<Row> errors = spark.sql("SELECT quantization_error(weights, scheme => 'int8').cosine,"
                        + " tensor_stats(weights).count FROM weights WHERE dtype = 'BF16' GROUP BY layer_name")
                .collectAsList();
        assertThat(errors)
                .isNotEmpty()
                .allSatisfy(row -> assertThat(row.getDouble(0)).isGreaterThan(0.99));
        List<Row> sizes = spark.sql("SELECT size(dequantize(quantize(weights, scheme => 'int4'))), size(weights)"
                        + " FROM weights WHERE dtype = 'BF16'")
                .collectAsList();
        assertThat(sizes).isNotEmpty().allSatisfy(row -> assertThat(row.get(0)).isEqualTo(row.get(1)));

        Path copy = directory.resolve("copy");
        spark.table("weights").repartition(3).write().format("safetensors").save(copy.toString());
        assertThat(spark.read().format("safetensors").load(copy.toString()).count())
                .isEqualTo(spark.table("weights").count());
    }
}
