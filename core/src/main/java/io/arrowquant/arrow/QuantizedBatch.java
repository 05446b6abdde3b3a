package io.arrowquant.arrow;

import io.arrowquant.quality.ErrorSummary;
import java.util.List;
import org.apache.arrow.vector.LargeVarBinaryVector;
import org.apache.arrow.vector.VectorSchemaRoot;

/**
 * What became of a table.
 *
 * @param table the quantized layers, to be closed by whoever has it; null when the call failed
 * @param outcomes one for each row of the table
 * @param failures rows that are not in it, in their order; when the call failed, the one that made it fail
 */
public record QuantizedBatch(VectorSchemaRoot table, List<Outcome> outcomes, List<Failure> failures, Stages stages)
        implements AutoCloseable {
    /**
     * A layer of the result.
     *
     * @param row in the input
     * @param attempts schemes that were tried
     * @param errors how far it is from the original, or null when that was not measured
     * @param replaced values that were NaN or infinite
     */
    public record Outcome(
            long row,
            String layer,
            long parameters,
            long bytesIn,
            long bytesOut,
            int attempts,
            ErrorSummary errors,
            long replaced) {}

    /** Nanoseconds of the stages of a call. */
    public record Stages(long planNanos, long trialNanos, long encodeNanos, long assembleNanos) {}

    public boolean failed() {
        return table == null;
    }

    /** True when the data column has offsets of 64 bits. */
    public boolean isLarge() {
        return table.getVector(ResultSchema.QUANTIZED_DATA) instanceof LargeVarBinaryVector;
    }

    /** True when the table has the column of further parts. */
    public boolean hasParts() {
        return table.getVector(ResultSchema.PARTS) != null;
    }

    @Override
    public void close() {
        if (table != null) {
            table.close();
        }
    }
}
