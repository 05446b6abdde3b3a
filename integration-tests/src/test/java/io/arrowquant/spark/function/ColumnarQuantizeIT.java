package io.arrowquant.spark.function;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Quantization of Arrow batches: the same bytes as rows give, wherever in a plan it stands. */
class ColumnarQuantizeIT extends FunctionTestBase {
    private static final String NODE = "ArrowQuantProject";

    private static final List<String> CALLS = List.of(
            "quantize(weights)",
            "quantize(weights, 'int2', symmetric => true)",
            "quantize(weights, 'int8', group_size => 7, layer => layer)",
            "quantize(weights, 'int4(strategy=channel)', shape => shape)",
            "quantize(weights, strategy => 'tensor', bit_width => 8)",
            "quantize(weights, if(length(layer) % 2 = 0, 'int2', 'int8'), shape => shape, element_start => 0)",
            "quantize(weights, 'keep', shape => shape, layer => layer)",
            "quantize(weights, 'keep', dtype => 'BF16')",
            "quantize(wide, 'int4', group_size => 32)",
            "quantize(wide, 'keep')",
            "quantize(data, 'int8', dtype => 'BF16', shape => shape)",
            "quantize(data, 'keep', dtype => 'BF16')",
            "quantize(weights, 'int4', dtype => 'BF16', layer => layer, on_error => 'quarantine', quality => true)");

    @ParameterizedTest
    @CsvSource({"plain,1", "plain,4", "sliced,1", "sliced,5", "stored,1", "stored,3", "foreign,3"})
    void givesTheBytesOfRows(String vectors, int batchRows) {
        view("model", TestTensor.random(batchRows, 40, 20_000), vectors, batchRows);
        String query = "SELECT layer, " + String.join(", ", CALLS) + ", shape FROM model";

        assertThat(plan(query)).contains(NODE);
        List<String> columnar = texts(rows(query));
        List<String> byRow = texts(rowsWith(COLUMNAR, "false", query));
        spark.conf().set("spark.sql.codegen.wholeStage", "false");
        spark.conf().set("spark.sql.codegen.factoryMode", "NO_CODEGEN");
        List<String> interpreted;
        try {
            interpreted = texts(rowsWith(COLUMNAR, "false", query));
        } finally {
            spark.conf().unset("spark.sql.codegen.wholeStage");
            spark.conf().unset("spark.sql.codegen.factoryMode");
        }
        assertThat(columnar).isEqualTo(byRow).isEqualTo(interpreted).hasSize(40);
    }

    @Test
    void takesStoredBytesWithoutDecodingThem() {
        view("stored", TestTensor.random(1, 20, 50_000), "stored", 2);
        long before = ArrowTestReader.DECODED.get();
        rows(
                "SELECT layer, quantize(weights, 'int4', layer => layer), quantize(weights, 'keep', dtype => 'BF16') FROM stored");
        assertThat(ArrowTestReader.DECODED).hasValue(before);
    }

    @Test
    void canBeTurnedOff() {
        view("model", TestTensor.random(2, 4, 100), "plain", 2);
        spark.conf().set(COLUMNAR, "false");
        try {
            assertThat(plan("SELECT quantize(weights) FROM model"))
                    .doesNotContain(NODE)
                    .contains("quantize(weights");
        } finally {
            spark.conf().unset(COLUMNAR);
        }
    }

    @Test
    void leavesOnlyWhatIsNotQuantizedToRows() {
        view("model", TestTensor.random(2, 4, 100), "plain", 2);
        assertThat(plan("SELECT layer, quantize(weights) AS q FROM model"))
                .contains(NODE)
                .doesNotContain("Project [codegen");
        String rest = plan("SELECT upper(layer), quantize(weights).scales FROM model");
        assertThat(rest).contains(NODE).containsPattern("(?s)Project \\[codegen id : 1\\].*\\.scales");
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "false"})
    void quantizesOnceForAllFields(String enabled) {
        view("model", TestTensor.random(3, 12, 5_000), "plain", 4);
        long elements = ((Number) value("SELECT sum(size(weights)) FROM model WHERE weights IS NOT NULL")).longValue();
        long before = quantizedElements();
        List<Row> fields = rowsWith(
                COLUMNAR,
                enabled,
                "SELECT layer, q.quantized_data, q.scales, q.zero_points, q.scheme FROM"
                        + " (SELECT layer, quantize(weights, 'int8') AS q FROM model)");
        assertThat(quantizedElements() - before).isEqualTo(elements);
        List<Row> structs = rowsWith(
                COLUMNAR, "false", "SELECT layer, q.* FROM (SELECT layer, quantize(weights, 'int8') AS q FROM model)");
        for (int i = 0; i < fields.size(); i++) {
            assertThat(RowText.of(fields.get(i).get(1)))
                    .isEqualTo(RowText.of(structs.get(i).get(1)));
            assertThat(RowText.of(fields.get(i).get(2)))
                    .isEqualTo(RowText.of(structs.get(i).get(2)));
        }
    }

    private static long quantizedElements() {
        Object sum = spark.read()
                .format("io.arrowquant.spark.metrics.MetricsSource")
                .load()
                .agg(functions.coalesce(functions.sum("parameters"), functions.lit(0L)))
                .head()
                .get(0);
        return (Long) sum;
    }

    @Test
    void evaluatesNothingThatACaseSpares() {
        view("bad", List.of(TestTensor.of("good", 1, 2), TestTensor.of("bad", 1, Float.NaN)), "plain", 2);
        List<Row> rows =
                rows("SELECT layer, CASE WHEN layer = 'bad' THEN NULL ELSE quantize(weights).scheme END FROM bad");
        assertThat(texts(rows)).containsExactly("{good, int4}", "{bad, null}");
        assertThat(
                        value(
                                "SELECT count(*) FROM (SELECT try_divide(size(quantize(weights).scales), 0) FROM bad WHERE layer = 'good')"))
                .isEqualTo(1L);
    }

    @Test
    void namesLayerAndIndexInErrors() {
        TestTensor holed = new TestTensor("l0", new float[] {1, 2, 3, 4}, 3, new long[] {4});
        for (String vectors : List.of("plain", "sliced", "foreign")) {
            view("holed", List.of(TestTensor.of("fine", 1), holed), vectors, 2);
            assertThat(error("SELECT quantize(weights, layer => layer) FROM holed"))
                    .isEqualTo("Layer 'l0' contains null at index 3");
            view("nan", List.of(TestTensor.of("l0", 0, Float.NaN)), vectors, 2);
            assertThat(error("SELECT quantize(weights, layer => layer) FROM nan"))
                    .startsWith("Layer 'l0' contains NaN at index 1. ");
            assertThat(value("SELECT decode(quantize(weights, layer => layer, on_error => 'quarantine').parts['error'],"
                            + " 'UTF-8') FROM nan"))
                    .asString()
                    .startsWith("Layer 'l0' contains NaN at index 1. ");
        }
    }

    @Test
    void keepsToItsMemoryLimit() {
        view("model", List.of(TestTensor.of("large", new float[1 << 20])), "plain", 1);
        spark.conf().set("spark.arrowquant.columnar.memoryLimit", "64k");
        try {
            assertThat(error("SELECT quantize(weights, 'int8') FROM model"))
                    .startsWith(
                            "Quantized weights need more Arrow memory than there is (limit of a task: 65536 bytes): ")
                    .endsWith(
                            "Read smaller rows (option splitBytes), or raise spark.arrowquant.columnar.memoryLimit and"
                                    + " -XX:MaxDirectMemorySize");
        } finally {
            spark.conf().unset("spark.arrowquant.columnar.memoryLimit");
        }
    }

    /** Plans around the operator: each must contain it, and give what rows give. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT layer, quantize(weights, 'int4') q FROM model LIMIT 3",
                "SELECT layer, hex(q.quantized_data) h FROM (SELECT layer, quantize(weights) q FROM model) ORDER BY layer",
                "SELECT a.layer, a.q.scales, b.q.scales FROM (SELECT layer, quantize(weights) q FROM model) a"
                        + " JOIN (SELECT layer, quantize(weights) q FROM model) b ON a.layer = b.layer",
                "SELECT /*+ BROADCAST(b) */ a.layer, b.q.quantized_data FROM model a"
                        + " JOIN (SELECT layer, quantize(weights) q FROM model) b ON a.layer = b.layer",
                "SELECT layer, quantize(weights) q FROM model UNION ALL SELECT layer, quantize(weights, 'int8') FROM model",
                "SELECT layer, q.bit_width, row_number() OVER (PARTITION BY q.bit_width ORDER BY layer) n FROM"
                        + " (SELECT layer, quantize(weights, if(layer < 'layer.3', 'int2', 'int8')) q FROM model)",
                "SELECT /*+ COALESCE(1) */ layer, quantize(weights) q FROM model",
                "SELECT /*+ REPARTITION(3) */ layer, quantize(weights) q FROM model",
                "SELECT count(q), sum(length(q.quantized_data)) FROM (SELECT quantize(weights) q FROM model)",
                "SELECT layer, quantize(weights, group_size => (SELECT 16)) q FROM model",
                "SELECT layer, (SELECT max(n) FROM (SELECT length(quantize(weights).quantized_data) n FROM model)) m FROM model",
                "SELECT layer, size(dequantize(quantize(weights))) FROM model",
                "SELECT layer, layer AS again, quantize(weights) a, quantize(weights) b, quantize(weights).scales FROM model",
                "SELECT quantize(weights) q FROM model",
            })
    void standsAnywhereInAPlan(String query) {
        view("model", TestTensor.random(4, 16, 3_000), "plain", 3);
        List<String> expected = texts(rowsWith(COLUMNAR, "false", query));
        assertThat(plan(query)).contains(NODE);
        assertThat(texts(rows(query))).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(texts(rowsWith("spark.sql.adaptive.enabled", "false", query)))
                .containsExactlyInAnyOrderElementsOf(expected);
        assertThat(texts(rowsWith("spark.sql.codegen.wholeStage", "false", query)))
                .containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void letsExchangesBeReused() {
        view("model", TestTensor.random(5, 16, 500), "plain", 3);
        String query = "SELECT /*+ MERGE(a, b) */ a.q.scales, b.q.scales FROM"
                + " (SELECT layer, quantize(weights) q FROM model) a JOIN"
                + " (SELECT layer, quantize(weights) q FROM model) b ON a.layer = b.layer";
        assertThat(plan(query)).contains("ReusedExchange").contains(NODE);
    }

    @Test
    void canBeCachedAndWritten(@TempDir java.nio.file.Path directory) {
        view("model", TestTensor.random(6, 16, 3_000), "plain", 3);
        String query = "SELECT layer, quantize(weights, 'int4', layer => layer) q FROM model";
        List<String> expected = texts(rowsWith(COLUMNAR, "false", query));
        spark.sql("CACHE TABLE cached AS " + query);
        assertThat(texts(rows("SELECT * FROM cached"))).containsExactlyInAnyOrderElementsOf(expected);
        spark.sql("UNCACHE TABLE cached");

        String path = directory.resolve("q").toString();
        spark.sql(query).write().parquet(path);
        spark.read().parquet(path).createOrReplaceTempView("written");
        assertThat(texts(rows("SELECT * FROM written"))).containsExactlyInAnyOrderElementsOf(expected);
        // Parquet vectors are not Arrow's: a table of plain arrays quantizes all the same.
        spark.sql("SELECT layer, weights, shape FROM model")
                .write()
                .parquet(directory.resolve("w").toString());
        spark.read().parquet(directory.resolve("w").toString()).createOrReplaceTempView("arrays");
        String again = "SELECT layer, quantize(weights, 'int4', layer => layer) q FROM arrays";
        assertThat(plan(again)).contains(NODE);
        assertThat(texts(rows(again))).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void explainsItself() {
        view("model", TestTensor.random(7, 4, 100), "plain", 3);
        for (String mode : List.of("", "EXTENDED", "CODEGEN", "COST", "FORMATTED")) {
            assertThat(value("EXPLAIN " + mode
                            + " SELECT layer, quantize(weights, 'int4', group_size => 64) q FROM model"))
                    .asString()
                    .contains(NODE)
                    .contains("int4, group_size => 64");
        }
    }

    @Test
    void stopsInTheMiddleWithoutALeak() {
        view("model", TestTensor.random(8, 60, 3_000), "plain", 1);
        assertThat(spark.sql("SELECT layer, quantize(weights) q FROM model")
                        .toLocalIterator()
                        .next())
                .isNotNull();
        assertThat(rows("SELECT quantize(weights).scheme FROM model LIMIT 1")).hasSize(1);
        assertThat(error("SELECT q, raise_error('stop') FROM (SELECT layer, quantize(weights) q FROM model)"))
                .contains("stop");
    }
}
