package io.arrowquant.spark.function;

import org.apache.spark.sql.catalyst.expressions.ExpressionInfo;

/**
 * What {@code DESCRIBE FUNCTION EXTENDED} shows. Every example is run by a test and must give exactly what is shown, in
 * the form of Spark's own documentation: the result under the query, columns separated by tabs.
 */
final class FunctionDocumentation {
    private static final String SINCE = "0.1.0";
    private static final String ROW_FUNCTION = "array_funcs";
    private static final String AGGREGATE = "agg_funcs";

    private static final String WEIGHTS = """
              * weights - array<float>, array<double>, or binary that holds little-endian elements of type dtype
            """;

    private static final String SCHEME = """
              * scheme - NAME or NAME(key=value, ...), e.g. 'int4' (the default) or 'int8(group_size=64)'; 'keep' leaves the
                  values as they are
              * bit_width - 2, 4 or 8: the same as scheme int2, int4 or int8
              * group_size, symmetric, strategy, ... - parameters of the scheme
            """;

    private static final String PLACE = """
              * layer - name of the tensor, for error messages and statistics
              * shape - shape of the whole tensor, array<bigint>; its product must equal the length of weights, or, with
                  element_start, contain the row. Without it the row is a whole tensor of one dimension
              * element_start - index in the flattened tensor of the row's first element, when the row may be a part of it
              * dtype - type of the stored elements, e.g. 'BF16'; needed when weights is binary
              * on_non_finite - 'error' (the default), or 'clamp' to replace NaN and infinities
            """;

    private static final ExpressionInfo QUANTIZE = info(
            Quantize.class,
            Quantize.NAME,
            "_FUNC_(weights[, scheme][, name => value ...]) - Quantizes weights. Returns the codes with what is needed to"
                    + " read them: struct<quantized_data binary, scales array<float>, zero_points array<float>,"
                    + " shape array<bigint>, bit_width int, scheme string, group_size int, parts map<string,binary>>.",
            WEIGHTS + SCHEME + PLACE + """
              * quality - true measures the error of each layer on the way, for the metrics of the tasks
              * on_error - 'fail' (the default), or 'quarantine' to return NULL fields and the message as parts.error
            """,
            """
              > SELECT hex(_FUNC_(array(0.0, 1.0, 2.0, 3.0), 'int2').quantized_data);
               E4
              > SELECT _FUNC_(array(0.0, 1.5, -2.0, 13.0), 'int4', group_size => 2).scales;
               [0.1,1.0]
              > SELECT q.scheme, q.group_size, q.shape FROM (SELECT _FUNC_(array(1, 2, 3, 4), bit_width => 8, shape => array(2, 2)) AS q);
               int8\t128\t[2,2]
              > SELECT hex(_FUNC_(X'803F0040', 'keep', dtype => 'BF16').quantized_data);
               803F0040
            """,
            """
            NULL weights give NULL. An argument that is NULL counts as not given. Schemes with other outputs than codes,
            scales and zero points leave those fields NULL and put their outputs into parts, by name.
            """,
            ROW_FUNCTION);

    private static final ExpressionInfo DEQUANTIZE = info(
            Dequantize.class,
            Dequantize.NAME,
            "_FUNC_(q[, name => value ...]) - Returns the values that a struct made by quantize stands for, as array<float>.",
            """
              * q - a struct with the fields that quantize returns; they are found by name
              * element_count - how many elements the row has, when the struct alone does not tell
              * element_start - index in the flattened tensor of the row's first element, when the struct does not tell
            """,
            """
              > SELECT _FUNC_(quantize(array(0.0, 1.0, 2.0, 3.0), 'int2'));
               [0.0,1.0,2.0,3.0]
              > SELECT _FUNC_(quantize(X'803F0040', 'keep', dtype => 'BF16'));
               [1.0,2.0]
            """,
            """
            A row that was quarantined gives NULL.
            """,
            ROW_FUNCTION);

    private static final ExpressionInfo TENSOR_STATS = info(
            TensorStats.class,
            TensorStats.NAME,
            "_FUNC_(weights[, name => value ...]) - Aggregates what the values of a tensor are like: struct<count bigint,"
                    + " min float, max float, mean double, std double, abs_max float, zeros bigint, nan bigint, inf bigint,"
                    + " kurtosis double>. A tensor may lie in several rows.",
            WEIGHTS + """
              * dtype - type of the stored elements, e.g. 'BF16'; needed when weights is binary
              * layer - name of the tensor, for error messages
            """,
            """
              > SELECT _FUNC_(w).mean FROM VALUES (array(1.0, 2.0)), (array(3.0, 6.0)) AS model(w);
               3.0
              > SELECT s.count, s.abs_max, s.zeros FROM (SELECT _FUNC_(w) AS s FROM VALUES (array(0.0, -2.0)) AS model(w));
               2\t2.0\t1
            """,
            """
            NULL weights are ignored. min to kurtosis are those of the finite values; std is that of the population, kurtosis
            the excess over a normal distribution. The result does not depend on how rows are partitioned.
            """,
            AGGREGATE);

    private static final ExpressionInfo QUANTIZATION_ERROR = info(
            QuantizationError.class,
            QuantizationError.NAME,
            "_FUNC_(weights[, scheme][, name => value ...]) - Aggregates how far quantized values are from the original ones:"
                    + " struct<count bigint, cosine double, mse double, max_abs_error double, snr_db double>. A tensor may"
                    + " lie in several rows.",
            WEIGHTS + SCHEME + PLACE,
            """
              > SELECT _FUNC_(w, 'int2').max_abs_error FROM VALUES (array(0.0, 1.25, 3.0)) AS model(w);
               0.25
              > SELECT e.count, e.cosine, e.mse FROM (SELECT _FUNC_(w, 'int8') AS e FROM VALUES (array(0.0, 255.0)) AS model(w));
               2\t1.0\t0.0
            """,
            """
            NULL weights are ignored. A scheme that needs the whole tensor refuses a second row of the same group.
            """,
            AGGREGATE);

    private FunctionDocumentation() {}

    static ExpressionInfo of(String name) {
        return switch (name) {
            case Quantize.NAME -> QUANTIZE;
            case Dequantize.NAME -> DEQUANTIZE;
            case TensorStats.NAME -> TENSOR_STATS;
            case QuantizationError.NAME -> QUANTIZATION_ERROR;
            default -> throw new IllegalArgumentException("no function is called " + name);
        };
    }

    private static ExpressionInfo info(
            Class<?> type, String name, String usage, String arguments, String examples, String note, String group) {
        return new ExpressionInfo(
                type.getName(),
                null,
                name,
                usage,
                section("Arguments:\n" + arguments),
                section("Examples:\n" + examples),
                section(note.indent(2)),
                group,
                SINCE,
                "",
                "built-in");
    }

    /** Indented as Spark insists. */
    private static String section(String text) {
        return "\n" + text.indent(4) + "  ";
    }
}
