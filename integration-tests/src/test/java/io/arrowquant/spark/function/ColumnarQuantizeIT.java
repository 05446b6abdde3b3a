package io.arrowquant.spark.function;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.spark.sql.Row;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
        for (String call : CALLS) {
            String query = "SELECT layer, " + call + " AS q, shape FROM model";
            assertThat(plan(query)).as(call).contains(NODE);
            List<Row> columnar = rows(query);
            List<String> expected = texts(rowsWith(COLUMNAR, "false", query));
            assertThat(texts(columnar)).as(call).isEqualTo(expected).hasSize(40);
            assertThat(texts(rowsWithoutCodegen(query))).as(call).isEqualTo(expected);
        }
    }

    private static List<Row> rowsWithoutCodegen(String query) {
        spark.conf().set("spark.sql.codegen.wholeStage", "false");
        spark.conf().set("spark.sql.codegen.factoryMode", "NO_CODEGEN");
        try {
            return rowsWith(COLUMNAR, "false", query);
        } finally {
            spark.conf().unset("spark.sql.codegen.wholeStage");
            spark.conf().unset("spark.sql.codegen.factoryMode");
        }
    }
}
