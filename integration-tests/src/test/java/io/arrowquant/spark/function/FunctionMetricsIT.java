package io.arrowquant.spark.function;

import static org.assertj.core.api.Assertions.assertThat;

import io.arrowquant.quality.ErrorStatistics;
import io.arrowquant.spark.metrics.PartitionRecord;
import io.arrowquant.spark.metrics.PartitionRecords;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.metric.SQLMetric;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import scala.jdk.javaapi.CollectionConverters;

/** What tasks report of the functions they evaluate. */
class FunctionMetricsIT extends FunctionTestBase {
    private static List<PartitionRecord> since(int known) {
        List<PartitionRecord> all = PartitionRecords.of(spark.sparkContext()).all();
        return all.subList(known, all.size());
    }

    private static int known() {
        return PartitionRecords.of(spark.sparkContext()).all().size();
    }

    @ParameterizedTest
    @CsvSource({"true,true", "false,true", "false,false"})
    void recordsEveryRange(String columnar, String codegen) {
        List<TestTensor> tensors = TestTensor.random(11, 10, 2_000);
        view("model", tensors, "plain", 2);
        long elements = 0;
        long count = 0;
        for (TestTensor tensor : tensors) {
            elements += tensor.weights() == null ? 0 : tensor.weights().length;
            count += tensor.weights() == null ? 0 : 1;
        }
        int known = known();
        spark.conf().set("spark.sql.codegen.wholeStage", codegen);
        try {
            rowsWith(
                    COLUMNAR, columnar, "SELECT quantize(weights, 'int8', layer => layer, quality => true) FROM model");
        } finally {
            spark.conf().unset("spark.sql.codegen.wholeStage");
        }
        long recorded = 0;
        long ranges = 0;
        double time = 0;
        for (PartitionRecord record : since(known)) {
            recorded += record.parameters();
            ranges += record.tensors();
            time += record.quantizeMs();
            assertThat(record.peakMemoryBytes()).isPositive();
            assertThat(record.worstCosine()).isBetween(0.9, 1.0);
            for (Map.Entry<String, byte[]> layer : record.layers().entrySet()) {
                assertThat(ErrorStatistics.fromBytes(layer.getValue()).count())
                        .isEqualTo(weights(tensors, layer.getKey()));
            }
        }
        assertThat(recorded).isEqualTo(elements);
        assertThat(ranges).isEqualTo(count);
        assertThat(time).isPositive();
    }

    private static long weights(List<TestTensor> tensors, String layer) {
        for (TestTensor tensor : tensors) {
            if (tensor.layer().equals(layer)) {
                return tensor.weights().length;
            }
        }
        throw new AssertionError("no layer " + layer);
    }

    @Test
    void countsReplacedValuesAndFirstRangesOnly() {
        spark.sql("SELECT * FROM VALUES (0L, array(1f, float('nan'))), (2L, array(float('inf'), 2f)) AS t(start, w)")
                .repartition(1)
                .createOrReplaceTempView("t");
        int known = known();
        rows(
                "SELECT quantize(w, group_size => 2, shape => array(4), element_start => start, on_non_finite => 'clamp') FROM t");
        PartitionRecord record = since(known).get(0);
        assertThat(record.nonFinite()).isEqualTo(2);
        assertThat(record.tensors()).isEqualTo(1);
        assertThat(record.parameters()).isEqualTo(4);
    }

    @Test
    void recordsTheErrorAggregateToo() {
        spark.sql("SELECT array(1f, 2f, 3f) AS w").repartition(1).createOrReplaceTempView("t");
        int known = known();
        rows("SELECT quantization_error(w) FROM t");
        long recorded = 0;
        for (PartitionRecord record : since(known)) {
            recorded += record.parameters();
        }
        assertThat(recorded).isEqualTo(3);
    }

    @Test
    void leavesNoTraceOfAQuarantinedRow() {
        spark.sql("SELECT * FROM VALUES (array(1f, 2f)), (array(float('nan'), 1f)) AS t(w)")
                .repartition(1)
                .createOrReplaceTempView("t");
        int known = known();
        rows("SELECT quantize(w, layer => 'l', quality => true, on_error => 'quarantine') FROM t");
        byte[] layer = since(known).get(0).layers().get("l");
        assertThat(ErrorStatistics.fromBytes(layer).count()).isEqualTo(2);
    }

    @Test
    void showsSqlMetricsOfTheOperator() {
        view("model", List.of(TestTensor.of("a", new float[1000]), TestTensor.withoutWeights("b")), "plain", 1);
        spark.conf().set("spark.sql.adaptive.enabled", "false");
        try {
            Dataset<Row> frame = spark.sql("SELECT quantize(weights, 'int8') FROM model");
            SparkPlan plan = ((org.apache.spark.sql.classic.Dataset<Row>) frame)
                    .queryExecution()
                    .executedPlan();
            frame.collectAsList();
            SparkPlan node = plan;
            while (!node.nodeName().equals("ArrowQuantProject")) {
                node = node.children().apply(0);
            }
            Map<String, SQLMetric> metrics = CollectionConverters.asJava(node.metrics());
            assertThat(metrics.get("numOutputRows").value()).isEqualTo(2);
            assertThat(metrics.get("outputBytes").value()).isEqualTo(1000 + 2 * 8 * 4);
            assertThat(metrics.get("quantizeTime").value()).isPositive();
        } finally {
            spark.conf().unset("spark.sql.adaptive.enabled");
        }
    }

    @Test
    void worksWithoutAnApplicationToReportTo() {
        // Folded into a literal on the driver, before there is a task.
        assertThat(value("SELECT quantize(array(1f, 2f), 'int8', layer => 'l', quality => true).scheme"))
                .isEqualTo("int8");
    }
}
