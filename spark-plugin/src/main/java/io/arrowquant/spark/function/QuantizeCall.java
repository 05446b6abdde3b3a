package io.arrowquant.spark.function;

import java.io.Serializable;
import java.util.List;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.util.CollectionAccumulator;

/**
 * What tasks need to know of one call of quantize. Public because generated code names it.
 *
 * @param argumentNames what the arguments are called, the weights first
 * @param weightsType the SQL type of the weights
 * @param sink what tasks report to, or null
 */
public record QuantizeCall(List<String> argumentNames, DataType weightsType, CollectionAccumulator<String> sink)
        implements Serializable {

    /** An evaluator for one task; it keeps buffers and is not for use by several threads. */
    public QuantizeEvaluator newEvaluator() {
        return new QuantizeEvaluator(this);
    }
}
