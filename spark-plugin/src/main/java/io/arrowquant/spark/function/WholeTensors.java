package io.arrowquant.spark.function;

import io.arrowquant.scheme.Scheme;
import io.arrowquant.tensor.Shape;

/** Tells the schemes whose scales reach over a whole tensor from those that only happen to have a short one. */
final class WholeTensors {
    /** More elements than any group is long. */
    private static final long MANY = 1L << 40;

    private WholeTensors() {}

    /** True when a tensor with the same rows, but many of them, could not be encoded in parts. */
    static boolean areNeededBy(Scheme scheme, Shape shape) {
        long[] dimensions = shape.toArray();
        if (dimensions.length == 0 || shape.elements() == 0) {
            return false;
        }
        long rest = shape.elements() / dimensions[0];
        dimensions[0] = rest >= MANY ? 2 : MANY / rest + 1;
        Shape large = Shape.of(dimensions);
        return scheme.unit(large) >= large.elements();
    }
}
