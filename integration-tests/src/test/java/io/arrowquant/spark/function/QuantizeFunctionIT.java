package io.arrowquant.spark.function;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** quantize and dequantize on rows. */
class QuantizeFunctionIT extends FunctionTestBase {
    private static final StructType ROWS = new StructType()
            .add("layer", DataTypes.StringType)
            .add("w", DataTypes.createArrayType(DataTypes.FloatType));

    @ParameterizedTest
    @CsvSource({"2,128,false", "4,128,false", "8,128,false", "4,7,false", "2,64,true", "4,128,true", "8,32,true"})
    void givesTheBytesThatTheFormatDefines(int bits, int group, boolean symmetric) {
        Random random = new Random(bits * 31L + group);
        List<Row> rows = new ArrayList<>();
        List<IntegerReference> expected = new ArrayList<>();
        for (int length : new int[] {0, 1, 2, 3, 7, 8, 127, 128, 129, 1000, 5000}) {
            float[] values = new float[length];
            List<Float> boxed = new ArrayList<>();
            for (int i = 0; i < length; i++) {
                values[i] = length == 127 ? 0f : (float) random.nextGaussian() * length;
                boxed.add(values[i]);
            }
            rows.add(RowFactory.create("layer", boxed.toArray()));
            expected.add(IntegerReference.of(values, bits, group, symmetric));
        }
        table(rows).createOrReplaceTempView("t");
        List<Row> results = rows("SELECT q, dequantize(q) FROM (SELECT quantize(w, bit_width => " + bits
                + ", group_size => " + group + ", symmetric => " + symmetric + ") q FROM t)");
        for (int i = 0; i < results.size(); i++) {
            Row q = results.get(i).getStruct(0);
            assertThat(q.<byte[]>getAs("quantized_data"))
                    .isEqualTo(expected.get(i).data());
            assertThat(q.<Float>getList(1)).isEqualTo(expected.get(i).scales());
            assertThat(q.<Float>getList(2)).isEqualTo(expected.get(i).zeroPoints());
            assertThat(q.<Long>getList(3))
                    .containsExactly((long) expected.get(i).decoded().length);
            assertThat(q.<Integer>getAs("bit_width")).isEqualTo(bits);
            assertThat(q.<String>getAs("scheme")).isEqualTo("int" + bits + (symmetric ? "(symmetric=true)" : ""));
            assertThat(q.<Integer>getAs("group_size")).isEqualTo(group);
            assertThat(q.<Object>getAs("parts")).isNull();
            List<Float> decoded = results.get(i).getList(1);
            assertThat(decoded).hasSize(expected.get(i).decoded().length);
            for (int j = 0; j < decoded.size(); j++) {
                assertThat(decoded.get(j)).isEqualTo(expected.get(i).decoded()[j]);
            }
        }
    }

    private static Dataset<Row> table(List<Row> rows) {
        return spark.createDataFrame(rows, ROWS).repartition(1);
    }

    @Test
    void givesNullForNull() {
        assertThat(value("SELECT quantize(CAST(NULL AS array<float>), 'int8')")).isNull();
        assertThat(value("SELECT quantize(NULL)")).isNull();
        assertThat(value("SELECT dequantize(NULL)")).isNull();
        assertThat(value("SELECT dequantize(quantize(CAST(NULL AS array<float>)))"))
                .isNull();
    }

    @Test
    void takesEveryFormOfWeights() {
        String floats = RowText.of(value("SELECT quantize(array(1f, -2f, 0.5f), 'int8')"));
        assertThat(RowText.of(value("SELECT quantize(array(1d, -2d, 0.5d), 'int8')")))
                .isEqualTo(floats);
        assertThat(RowText.of(value("SELECT quantize(array(1, -2, 0.5), 'int8')")))
                .isEqualTo(floats);
        assertThat(RowText.of(value("SELECT quantize(X'803F00C0003F', 'int8', dtype => 'BF16')")))
                .isEqualTo(floats);
        assertThat(RowText.of(value("SELECT quantize(X'0000803F000000C00000003F', dtype => 'F32', bit_width => 8)")))
                .isEqualTo(floats);
        assertThat(RowText.of(value("SELECT quantize(weights => array(1f, -2f, 0.5f), scheme => 'INT8')")))
                .isEqualTo(floats);
    }

    @Test
    void keepsValuesInTheirStoredType() {
        assertThat(RowText.of(value("SELECT quantize(X'803F00C0', 'keep', dtype => 'BF16')")))
                .isEqualTo("{803f00c0, [], [], [2], 16, BF16, 0, null}");
        assertThat(RowText.of(value("SELECT quantize(array(1f, -2f), 'keep', dtype => 'BF16')")))
                .isEqualTo("{803f00c0, [], [], [2], 16, BF16, 0, null}");
        assertThat(RowText.of(value("SELECT quantize(array(1f, -2f), 'KEEP', shape => array(2, 1))")))
                .isEqualTo("{0000803f000000c0, [], [], [2, 1], 32, F32, 0, null}");
        assertThat(RowText.of(value("SELECT quantize(array(1d, -2d), 'keep')")))
                .isEqualTo("{000000000000f03f00000000000000c0, [], [], [2], 64, F64, 0, null}");
        assertThat(RowText.of(value("SELECT quantize(array(3f, -2f), 'keep', dtype => 'I64')")))
                .isEqualTo("{0300000000000000feffffffffffffff, [], [], [2], 64, I64, 0, null}");
        assertThat(RowText.of(value("SELECT quantize(array(3f), 'keep', dtype => 'Q4_K')")))
                .isEqualTo("{00004040, [], [], [1], 32, F32, 0, null}");
        assertThat(RowText.of(value("SELECT dequantize(quantize(X'803F00C0', 'keep', dtype => 'BF16'))")))
                .isEqualTo("[1.0, -2.0]");
        assertThat(error("SELECT quantize(array(0f, 0.1f), 'keep', dtype => 'BF16', layer => 'l0')"))
                .startsWith("Layer 'l0' holds a value from which BF16 cannot be restored at index 1. ");
        assertThat(error("SELECT quantize(array(16777218f), 'keep', dtype => 'I32')"))
                .startsWith("The array holds a value from which I32 cannot be restored at index 0. ");
        assertThat(error("SELECT quantize(array(1f), 'keep', dtype => 'F64')"))
                .startsWith("The array holds floats, from which F64 cannot be restored. ");
    }

    @Test
    void remembersWhichPartOfATensorARowIs() {
        String part =
                "quantize(array(1f, 2f, 3f, 4f, 5f), 'int2', group_size => 4, shape => array(3, 3), element_start => 4)";
        assertThat(RowText.of(value("SELECT " + part + ".parts")))
                .isEqualTo("{element_count=0500000000000000, element_start=0400000000000000}");
        assertThat(RowText.of(value("SELECT " + part + ".shape"))).isEqualTo("[3, 3]");
        assertThat((List<?>) rows("SELECT dequantize(" + part + ")").get(0).getList(0))
                .hasSize(5);
        assertThat(value("SELECT quantize(array(1f, 2f), shape => array(2), element_start => 0).parts"))
                .isNull();
        // A flattened frame has lost the parts, but not the range.
        String flat =
                "named_struct('quantized_data', q.quantized_data, 'scales', q.scales, 'zero_points', q.zero_points,"
                        + " 'shape', q.shape, 'scheme', q.scheme, 'group_size', q.group_size)";
        assertThat(RowText.of(value("SELECT dequantize(" + flat
                        + ", element_count => 5, element_start => 4) FROM (SELECT " + part + " q)")))
                .isEqualTo(RowText.of(value("SELECT dequantize(" + part + ")")));
    }

    @Test
    void readsStructsThatWereStored(@TempDir Path directory) {
        String path = directory.resolve("q").toString();
        spark.sql("SELECT quantize(array(0.0, 1.0, 2.0), 'int2', group_size => 2, symmetric => true) AS q, 1 AS other")
                .write()
                .parquet(path);
        spark.read().parquet(path).createOrReplaceTempView("stored");
        assertThat(RowText.of(value("SELECT dequantize(q) FROM stored"))).isEqualTo("[0.0, 1.0, 2.0]");
        assertThat(RowText.of(
                        value("SELECT dequantize(named_struct('more', 1, 'scheme', 'int8(strategy=channel)', 'shape',"
                                + " array(2L, 2L), 'zero_points', array(0f, 0f), 'scales', array(1f, 2f), 'quantized_data',"
                                + " X'01020304', 'group_size', 2))")))
                .isEqualTo("[1.0, 2.0, 6.0, 8.0]");
    }

    @Test
    void quarantinesBadRowsOnly() {
        spark.sql("SELECT * FROM VALUES ('a', array(1f)), ('b', array(float('inf'))), ('c', NULL) AS t(layer, w)")
                .createOrReplaceTempView("t");
        List<String> rows = texts(rows("SELECT q.scheme, decode(q.parts['error'], 'UTF-8'), q.shape, dequantize(q) FROM"
                + " (SELECT quantize(w, layer => layer, on_error => 'quarantine') q FROM t) "));
        assertThat(rows)
                .containsExactly(
                        "{int4, null, [1], [1.0]}",
                        "{null, Layer 'b' contains Infinity at index 0. Use on_non_finite=clamp to replace such values, or"
                                + " skip the layer, null, null}",
                        "{null, null, null, null}");
        assertThat(
                        value(
                                "SELECT decode(quantize(X'00', dtype => 'BF16', on_error => 'quarantine').parts['error'], 'UTF-8')"))
                .isEqualTo("weights has 1 bytes, which is no whole number of BF16 elements of 16 bits");
        assertThat(value(
                        "SELECT decode(quantize(array(1f), concat('int', id), on_error => 'quarantine').parts['error'],"
                                + " 'UTF-8') FROM range(3, 4)"))
                .asString()
                .startsWith("Unknown scheme 'int3'. ");
    }

    @Test
    void clampsWhenAsked() {
        assertThat(RowText.of(value("SELECT dequantize(quantize(array(float('nan'), 1f, float('-inf')), 'int8',"
                        + " on_non_finite => 'clamp', symmetric => true))")))
                .isEqualTo("[0.0, 1.0, -1.0]");
    }

    @Test
    void showsReadableColumnNames() {
        assertThat(spark.sql(
                                "SELECT quantize(w, 'int4', group_size => 64), tensor_stats(w) FROM VALUES (array(1f)) t(w)"
                                        + " GROUP BY w")
                        .columns())
                .containsExactly("quantize(w, int4, group_size => 64)", "tensor_stats(w)");
    }

    static List<String[]> errors() {
        return List.of(
                new String[] {"quantize()", "quantize needs the argument weights"},
                new String[] {"quantize(w, bit_width => 3)", "Invalid bit_width: 3. Must be 2, 4, or 8"},
                new String[] {
                    "quantize(w, 'int4', bit_width => 8)",
                    "bit_width 8 means scheme int8, but the scheme given is int4. Give one of them"
                },
                new String[] {"quantize(w, 'int4', scheme => 'int8')", "quantize is given the argument scheme twice"},
                new String[] {
                    "quantize(w, 'int4', 64)",
                    "quantize takes no more than 2 arguments without a name. Name the others, e.g. bit_width => value"
                },
                new String[] {
                    "quantize(w, group_sise => 3)",
                    "Unknown argument of quantize 'group_sise'. Did you mean 'group_size'? "
                },
                new String[] {"quantize(w, 'int44')", "Unknown scheme 'int44'. Did you mean 'int4'? "},
                new String[] {
                    "quantize(w, group_size => 0)", "Invalid group_size: 0 for scheme int4. Must be 1 to 2147483647"
                },
                new String[] {
                    "quantize(w, on_non_finite => 'clam')", "Unknown on_non_finite 'clam'. Did you mean 'clamp'? "
                },
                new String[] {
                    "quantize(w, on_error => 'quarantin')", "Unknown on_error 'quarantin'. Did you mean 'quarantine'? "
                },
                new String[] {"quantize(w, on_error => layer)", "quantize needs a constant as on_error, but got t.layer"
                },
                new String[] {"quantize(w, dtype => 'BF15')", "Unknown dtype 'BF15'. Did you mean 'BF16'? "},
                new String[] {
                    "quantize(w, quality => true)",
                    "quality => true measures errors for each layer, but the layer is not given. Name it, e.g. layer =>"
                            + " layer_name"
                },
                new String[] {
                    "quantize(bytes)",
                    "quantize cannot tell the type of the elements of binary weights. Name it, e.g. dtype => 'BF16'"
                },
                new String[] {
                    "quantize(bytes, dtype => nullif('a', 'a'))",
                    "weights is binary, and dtype does not tell the type of its elements"
                },
                new String[] {
                    "quantize(bytes, dtype => 'BF16', layer => layer)",
                    "Layer 'l0': weights has 3 bytes, which is no whole number of BF16 elements of 16 bits"
                },
                new String[] {
                    "quantize(bytes, dtype => 'BOOL', layer => layer)",
                    "Layer 'l0': BOOL elements cannot be read as numbers. Use scheme keep for this layer"
                },
                new String[] {
                    "quantize(w, layer => layer, shape => array(2, 3))",
                    "Layer 'l0': shape [2, 3] holds 6 elements but weights has 5"
                },
                new String[] {"quantize(w, shape => array(2, 3))", "shape [2, 3] holds 6 elements but weights has 5"},
                new String[] {
                    "quantize(w, layer => layer, shape => array(2, 3), element_start => 4)",
                    "Layer 'l0': shape [2, 3] holds 6 elements but weights has 5 from element_start 4"
                },
                new String[] {
                    "quantize(w, layer => layer, element_start => 4)",
                    "Layer 'l0': element_start 4 says nothing without the shape of the whole tensor. Give shape as well"
                },
                new String[] {
                    "quantize(w, layer => layer, shape => array(-1, 5))",
                    "Layer 'l0': shape [-1, 5] is impossible: negative dimension -1"
                },
                new String[] {
                    "quantize(w, layer => layer, shape => array(5, NULL))", "Layer 'l0': shape contains null at index 1"
                },
                new String[] {
                    "quantize(w, 'int4(strategy=channel)', layer => layer, shape => array())",
                    "Layer 'l0': shape [] holds 1 elements but weights has 5"
                },
                new String[] {
                    "quantize(w, 'int4(strategy=tensor)', layer => layer, shape => array(2, 5), element_start => 5)",
                    "Layer 'l0': scheme int4(strategy=tensor) needs the whole tensor of 10 elements, but this row holds 5"
                            + " from 5. Read with option wholeTensors=true"
                },
                new String[] {
                    "quantize(w, 'int4', group_size => 2, layer => layer, shape => array(2, 5), element_start => 5)",
                    "Layer 'l0': the range from element 5 to 10 cuts a group of 2 elements of scheme int4(group_size=2). Read"
                            + " with option groupSize=2"
                },
                new String[] {"quantize(holed, layer => layer)", "Layer 'l0' contains null at index 1"},
                new String[] {"quantize(holed)", "The array contains null at index 1"},
                new String[] {
                    "quantize(holed, layer => layer, shape => array(8), element_start => 4)",
                    "Layer 'l0' contains null at index 5"
                },
                new String[] {
                    "quantize(array(0f, float('nan')), layer => layer)", "Layer 'l0' contains NaN at index 1. "
                },
                new String[] {
                    "quantize(array(0f, float('nan')), group_size => 2, layer => layer, shape => array(8), element_start => 4)",
                    "Layer 'l0' contains NaN at index 5. "
                },
                new String[] {"dequantize()", "dequantize needs the argument q"},
                new String[] {
                    "dequantize(named_struct('quantized_data', X'01', 'scheme', 'int8', 'scales', array(1f, 1f), 'zero_points',"
                            + " array(1f)))",
                    "scales holds 2 values, but there are 1 groups"
                },
                new String[] {
                    "dequantize(named_struct('quantized_data', X'01', 'scheme', 'int8', 'scales', array(1f)))",
                    "the struct has no zero_points"
                },
                new String[] {
                    "dequantize(quantize(w, 'int8'), element_count => 3)",
                    "quantized_data has 5 bytes, but 3 elements of 8 bits take 3"
                },
                new String[] {
                    "dequantize(quantize(w, 'int8'), element_start => 3)",
                    "shape [5] holds 5 elements, but the struct holds 5 from element_start 3"
                },
                new String[] {
                    "dequantize(named_struct('quantized_data', X'01', 'scheme', 'BF16'))",
                    "1 bytes are no whole number of BF16 elements of 16 bits"
                });
    }

    @ParameterizedTest
    @MethodSource("errors")
    void saysWhatIsWrong(String call, String message) {
        spark.sql("SELECT 'l0' AS layer, array(1f, 2f, 3f, 4f, 5f) AS w, array(1f, NULL) AS holed, X'010203' AS bytes")
                .repartition(1)
                .createOrReplaceTempView("t");
        String actual = error("SELECT " + call + " FROM t");
        if (message.endsWith(" ")) {
            assertThat(actual).startsWith(message);
        } else {
            assertThat(actual).isEqualTo(message);
        }
    }

    @Test
    void refusesOtherTypesWhileAnalyzing() {
        assertThat(error("SELECT quantize(map(1, 2))")).contains("[DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE]");
        assertThat(error("SELECT quantize(array(1f), shape => 'x')")).contains("[DATATYPE_MISMATCH");
        assertThat(error("SELECT dequantize(1)"))
                .contains("dequantize: it needs the struct that quantize returns, but got int");
        assertThat(error("SELECT dequantize(named_struct('scheme', 'int4'))"))
                .contains("dequantize: the struct has no field quantized_data");
        assertThat(error("SELECT dequantize(named_struct('scheme', 1, 'quantized_data', X'00'))"))
                .contains("dequantize: field scheme must be string, but is int");
    }
}
