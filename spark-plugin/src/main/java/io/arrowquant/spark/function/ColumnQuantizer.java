package io.arrowquant.spark.function;

import java.io.Serializable;
import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarBatch;

/** Evaluates one call of quantize on batches: the weights as a column, the other arguments row by row. */
final class ColumnQuantizer {
    /**
     * A call whose weights are a column of its input.
     *
     * @param weights which column
     * @param arguments the other arguments, bound to the input; null in place of the weights
     */
    record Call(QuantizeCall call, int weights, List<Expression> arguments) implements Serializable {}

    private final Call call;
    private final RangeQuantizer quantizer;
    private final ColumnWeights weights;
    private final Object[] values;
    private long outputBytes;

    ColumnQuantizer(Call call) {
        this.call = call;
        quantizer = new RangeQuantizer(call.call().argumentNames(), call.call().sink());
        weights = new ColumnWeights(call.call().weightsType());
        values = new Object[call.arguments().size()];
    }

    /** Quantizes a batch into vectors that the caller closes. */
    void quantize(ColumnarBatch batch, QuantizedVectors target) {
        ColumnVector column = batch.column(call.weights());
        ArgumentValues arguments = quantizer.arguments();
        arguments.set(values);
        outputBytes = 0;
        for (int i = 0; i < batch.numRows(); i++) {
            if (column.isNullAt(i)) {
                target.addNull();
                continue;
            }
            evaluateArguments(batch.getRow(i));
            int row = i;
            QuantizedRange range = quantizer.quantize(
                    () -> weights.of(column, row, arguments.text(Arguments.LAYER), arguments.text(Arguments.DTYPE)));
            target.add(range);
            outputBytes += range.byteLength();
        }
    }

    private void evaluateArguments(InternalRow row) {
        for (int i = 1; i < values.length; i++) {
            values[i] = call.arguments().get(i).eval(row);
        }
    }

    /** Bytes that the last batch was quantized to. */
    long outputBytes() {
        return outputBytes;
    }

    TaskReports reports() {
        return quantizer.reports();
    }
}
