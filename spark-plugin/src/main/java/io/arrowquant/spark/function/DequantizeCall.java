package io.arrowquant.spark.function;

import java.io.Serializable;
import java.util.List;

/**
 * What tasks need to know of one call of dequantize. Public because generated code names it.
 *
 * @param argumentNames what the arguments are called, the struct first
 * @param fields where the struct has its fields; null when the argument is the literal NULL
 */
public record DequantizeCall(List<String> argumentNames, QuantizedFields fields) implements Serializable {
    /** An evaluator for one task; it keeps buffers and is not for use by several threads. */
    public DequantizeEvaluator newEvaluator() {
        return new DequantizeEvaluator(this);
    }
}
