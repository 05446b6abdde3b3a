package io.arrowquant.spark.write;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.Printable;
import io.arrowquant.safetensors.TensorSpec;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.ElementRange;
import io.arrowquant.tensor.Shape;

/** A tensor's place in the output of a task, and how much of it is filled. */
final class TensorRegion {
    private final TensorSpec spec;
    private final Shard shard;
    private final long position;
    private final ElementCoverage coverage = new ElementCoverage();
    private boolean began;

    TensorRegion(TensorSpec spec, Shard shard) {
        this.spec = spec;
        this.shard = shard;
        this.position = shard.reserve(spec);
    }

    TensorSpec spec() {
        return spec;
    }

    Shard shard() {
        return shard;
    }

    boolean isComplete() {
        return began && coverage.covered() == spec.shape().elements();
    }

    ElementCoverage coverage() {
        return coverage;
    }

    /** All pieces must describe the same tensor. */
    void requireSame(DataType dtype, Shape shape) {
        if (dtype != spec.dtype() || !shape.equals(spec.shape())) {
            throw new InvalidRequestException(
                    "Layer '" + Printable.text(spec.name()) + "' comes with different descriptions: " + spec.dtype()
                            + " " + spec.shape() + " and " + dtype + " " + shape,
                    "All rows of a layer need the same dtype and shape; two layers need different names");
        }
    }

    /** Books a piece and says where in the file it belongs. Elements must not come twice. */
    long place(ElementRange range) {
        if (isComplete() && (range.count() > 0 || spec.shape().elements() == 0)) {
            throw new InvalidRequestException(
                    "Layer '" + Printable.text(spec.name()) + "' has all its "
                            + spec.shape().elements() + " elements, but a further row brings " + describe(range),
                    "Remove the duplicate rows");
        }
        long overlap = coverage.add(range);
        if (overlap != ElementCoverage.NO_OVERLAP) {
            throw new InvalidRequestException(
                    "Layer '" + Printable.text(spec.name()) + "' has overlapping rows: one brings " + describe(range)
                            + ", but element " + overlap + " was there already",
                    "Each element must come once");
        }
        began = true;
        return position + range.byteStart(spec.dtype());
    }

    static String describe(ElementRange range) {
        return switch ((int) Math.min(range.count(), 2)) {
            case 0 -> "no element";
            case 1 -> "element " + range.start();
            default -> "elements " + range.start() + " to " + (range.end() - 1);
        };
    }
}
