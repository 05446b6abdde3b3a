package io.arrowquant.spark.function;

import org.apache.spark.sql.catalyst.InternalRow;

/** Evaluates quantize on rows. Public because generated code calls it. */
public final class QuantizeEvaluator {
    private final RowWeights weights;
    private final RangeQuantizer quantizer;

    QuantizeEvaluator(QuantizeCall call) {
        weights = new RowWeights(call.weightsType());
        quantizer = new RangeQuantizer(call.argumentNames(), call.sink());
    }

    /** The struct for one row, or null when the weights are null. */
    public InternalRow evaluate(Object[] arguments) {
        if (arguments[0] == null) {
            return null;
        }
        QuantizedRange quantized = quantize(arguments);
        return QuantizedStruct.row(quantized);
    }

    /** The result for one row whose weights are not null, before it takes the form of a row. */
    QuantizedRange quantize(Object[] arguments) {
        ArgumentValues values = quantizer.arguments();
        values.set(arguments);
        return quantizer.quantize(
                () -> weights.of(arguments[0], values.text(Arguments.LAYER), values.text(Arguments.DTYPE)));
    }
}
