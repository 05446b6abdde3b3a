package io.arrowquant.arrow;

import io.arrowquant.quality.ErrorSummary;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.c.ArrowArray;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;

/** What became of a table: the quantized layers and their memory, until this is closed. */
public final class QuantizedBatch implements AutoCloseable {
    private final List<LayerPlan> plans;
    private final BatchOutput output;
    private final List<Failure> failures;
    private final Stages stages;

    /** The output is null when the call failed; then there is one failure, the one that made it fail. */
    QuantizedBatch(List<LayerPlan> plans, BatchOutput output, List<Failure> failures, Stages stages) {
        this.plans = plans;
        this.output = output;
        this.failures = failures;
        this.stages = stages;
    }

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
    public record Stages(long planNanos, long encodeNanos) {}

    public boolean failed() {
        return output == null;
    }

    /** Rows that are not in the result, in their order. */
    public List<Failure> failures() {
        return failures;
    }

    public Stages stages() {
        return stages;
    }

    /** True when the data column has offsets of 64 bits. */
    public boolean isLarge() {
        return ResultSchema.isLarge(output);
    }

    /** True when the result has the column of further parts. */
    public boolean hasParts() {
        return ResultSchema.needsParts(plans);
    }

    /** The layers of the result, in its order. */
    public List<Outcome> outcomes() {
        List<Outcome> outcomes = new ArrayList<>(plans.size());
        for (LayerPlan plan : plans) {
            outcomes.add(new Outcome(
                    plan.layer.row(),
                    plan.layer.name(),
                    plan.layer.elements(),
                    plan.layer.byteLength(),
                    plan.outputBytes(),
                    plan.attempts(),
                    plan.errors == null ? null : plan.errors.summary(),
                    plan.replaced));
        }
        return outcomes;
    }

    /** The result as vectors, which hold its memory as well, and are to be closed. */
    public VectorSchemaRoot table(BufferAllocator allocator) {
        return ResultVectors.of(allocator, plans, output);
    }

    /** Fills in a struct of the C Data Interface, whose consumer holds the memory as well. */
    void export(BufferAllocator allocator, ArrowArray target) {
        ResultExport.export(allocator, plans, output, target);
    }

    @Override
    public void close() {
        if (output != null) {
            output.close();
        }
    }
}
