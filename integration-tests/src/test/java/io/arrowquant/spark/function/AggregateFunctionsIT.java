package io.arrowquant.spark.function;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** tensor_stats and quantization_error. */
class AggregateFunctionsIT extends FunctionTestBase {
    private static final int PIECE = 4096;
    private static final StructType PIECES = new StructType()
            .add("layer", DataTypes.StringType)
            .add("start", DataTypes.LongType)
            .add("w", DataTypes.createArrayType(DataTypes.FloatType));

    /** A tensor of ten pieces in a frame, and the same tensor in one row. */
    private static float[] makePieces(String name, int partitions) {
        Random random = new Random(42);
        float[] values = new float[10 * PIECE];
        List<Row> rows = new ArrayList<>();
        List<Float> piece = new ArrayList<>();
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian() * 3 + 1;
            piece.add(values[i]);
            if (piece.size() == PIECE) {
                rows.add(RowFactory.create("l0", (long) i + 1 - PIECE, piece.toArray()));
                piece.clear();
            }
        }
        spark.createDataFrame(rows, PIECES).repartition(partitions).createOrReplaceTempView(name);
        return values;
    }

    @Test
    void measuresWhatTheValuesAreLike() {
        float[] values = makePieces("pieces", 3);
        double sum = 0;
        for (float value : values) {
            sum += value;
        }
        double mean = sum / values.length;
        double second = 0;
        double fourth = 0;
        for (float value : values) {
            second += Math.pow(value - mean, 2) / values.length;
            fourth += Math.pow(value - mean, 4) / values.length;
        }
        Row stats = (Row) value("SELECT tensor_stats(w) FROM pieces GROUP BY layer");
        assertThat(stats.<Long>getAs("count")).isEqualTo(values.length);
        assertThat(stats.<Double>getAs("mean")).isCloseTo(mean, within(1e-9));
        assertThat(stats.<Double>getAs("std")).isCloseTo(Math.sqrt(second), within(1e-9));
        assertThat(stats.<Double>getAs("kurtosis")).isCloseTo(fourth / second / second - 3, within(1e-9));
        assertThat(RowText.of(value("SELECT tensor_stats(w) FROM VALUES (array(0f, -3f, float('nan'))), (NULL),"
                        + " (array(float('inf'), 1f)) AS t(w)")))
                .startsWith("{5, -3.0, 1.0, -0.6666666666666666, ")
                .contains(", 3.0, 1, 1, 1, ");
        assertThat(RowText.of(value("SELECT tensor_stats(b, dtype => 'BF16').max FROM VALUES (X'803F0040') AS t(b)")))
                .isEqualTo("2.0");
    }

    @Test
    void comparesWithADirectComputation() {
        float[] values = makePieces("pieces", 2);
        float[] decoded = IntegerReference.of(values, 4, 64, false).decoded();
        double dot = 0;
        double original = 0;
        double quantized = 0;
        double noise = 0;
        double largest = 0;
        for (int i = 0; i < values.length; i++) {
            dot += (double) values[i] * decoded[i];
            original += (double) values[i] * values[i];
            quantized += (double) decoded[i] * decoded[i];
            noise += Math.pow((double) values[i] - decoded[i], 2);
            largest = Math.max(largest, Math.abs((double) values[i] - decoded[i]));
        }
        Row error = (Row) value("SELECT quantization_error(w, 'int4', group_size => 64, layer => layer,"
                + " shape => array(40960), element_start => start) FROM pieces GROUP BY layer");
        assertThat(error.<Long>getAs("count")).isEqualTo(values.length);
        assertThat(error.<Double>getAs("cosine")).isCloseTo(dot / Math.sqrt(original * quantized), within(1e-12));
        assertThat(error.<Double>getAs("mse")).isCloseTo(noise / values.length, within(1e-12));
        assertThat(error.<Double>getAs("max_abs_error")).isEqualTo(largest);
        assertThat(error.<Double>getAs("snr_db")).isCloseTo(10 * Math.log10(original / noise), within(1e-9));
    }

    @Test
    void doesNotDependOnPartitions() {
        List<String> results = new ArrayList<>();
        for (int partitions : new int[] {1, 2, 7}) {
            makePieces("pieces", partitions);
            results.add(RowText.of(rows("SELECT tensor_stats(w), quantization_error(w, 'int8', shape => array(40960),"
                            + " element_start => start), quantization_error(w, 'int2') FROM pieces GROUP BY layer")
                    .get(0)));
        }
        assertThat(results).containsOnly(results.get(0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "false"})
    void worksWhereverAggregatesDo(String codegen) {
        spark.sql(
                        "SELECT * FROM VALUES ('a', array(0f, 1f)), ('a', array(7f)), ('a', array(7f)), ('b', NULL) AS t(g, w)")
                .repartition(2)
                .createOrReplaceTempView("t");
        List<Row> rows = rowsWith(
                "spark.sql.codegen.wholeStage",
                codegen,
                "SELECT g, tensor_stats(w).count, tensor_stats(DISTINCT w).count, tensor_stats(w) FILTER (WHERE w[0] > 1)"
                        + ".count, quantization_error(DISTINCT w, 'int8').count, count(DISTINCT g) FROM t GROUP BY g ORDER BY g");
        assertThat(texts(rows)).containsExactly("{a, 4, 3, 2, 3, 1}", "{b, 0, 0, 0, 0, 1}");
        assertThat(texts(rows("SELECT g, tensor_stats(w) OVER (PARTITION BY g).count, quantization_error(w) OVER"
                        + " (PARTITION BY g ORDER BY w ROWS UNBOUNDED PRECEDING).count n FROM t ORDER BY g, n")))
                .containsExactly("{a, 4, 2}", "{a, 4, 3}", "{a, 4, 4}", "{b, 0, 0}");
    }

    @Test
    void refusesASecondRowOfATensorThatMustBeWhole() {
        spark.sql("SELECT * FROM VALUES ('a', array(0f, 1f)), ('a', array(7f)), ('b', array(1f)) AS t(g, w)")
                .repartition(2)
                .createOrReplaceTempView("t");
        String message =
                "Scheme int4(strategy=tensor) needs the whole tensor in one row, but the group has a second row."
                        + " Group by layer_name, and read with option wholeTensors=true";
        assertThat(error("SELECT quantization_error(w, strategy => 'tensor') FROM t"))
                .isEqualTo(message);
        assertThat(error(
                        "SELECT quantization_error(w, strategy => 'tensor') FROM (SELECT /*+ COALESCE(1) */ * FROM t)"))
                .isEqualTo(message);
        assertThat(value("SELECT quantization_error(w, strategy => 'tensor').count FROM t WHERE g = 'b'"))
                .isEqualTo(1L);
        assertThat(value("SELECT quantization_error(w, group_size => 128).count FROM t"))
                .isEqualTo(4L);
    }

    @Test
    void measuresNoErrorOfKeptValues() {
        Row error = (Row) value("SELECT quantization_error(w, 'keep') FROM VALUES (array(1f, 3f)) AS t(w)");
        assertThat(error.<Long>getAs("count")).isEqualTo(2);
        assertThat(error.<Double>getAs("cosine")).isCloseTo(1, within(1e-15));
        assertThat(error.<Double>getAs("max_abs_error")).isZero();
    }

    @Test
    void showsNoOffsetsInPlans() {
        makePieces("pieces", 1);
        assertThat((String) value("EXPLAIN SELECT quantization_error(w, 'int4'), tensor_stats(w) FROM pieces"))
                .containsPattern("functions=\\[quantization_error\\(w#\\d+, int4\\), tensor_stats\\(w#\\d+\\)\\]")
                .contains("partial_tensor_stats(");
    }

    @Test
    void saysWhatIsWrong() {
        assertThat(error("SELECT tensor_stats(array(1f, NULL), layer => 'l0')"))
                .isEqualTo("Layer 'l0' contains null at index 1");
        assertThat(error("SELECT tensor_stats(X'00')"))
                .isEqualTo("tensor_stats cannot tell the type of the elements of binary weights. Name it, e.g. dtype =>"
                        + " 'BF16'");
        assertThat(error("SELECT tensor_stats(X'00', dtype => 'BOOL')"))
                .isEqualTo("BOOL elements cannot be read as numbers");
        assertThat(error("SELECT quantization_error(array(1f), on_error => 'fail')"))
                .startsWith("Unknown argument of quantization_error 'on_error'. ");
        assertThat(error("SELECT quantization_error(array(1f), 'int9')")).startsWith("Unknown scheme 'int9'. ");
    }
}
