package io.arrowquant.scheme;

import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import java.io.Serializable;

/**
 * One output tensor of a scheme.
 *
 * @param suffix what tells it from the other outputs of the tensor, e.g. {@code scales}
 * @param naming how its name is made of the tensor's
 */
public record PartSpec(String suffix, DataType dtype, Shape shape, Naming naming) implements Serializable {
    private static final String WEIGHT = "weight";

    /** How the name of an output is made. */
    public enum Naming {
        /** {@code model.a.weight} gives {@code model.a.weight.scales}. */
        OF_TENSOR,
        /**
         * The suffix takes the place of the module's {@code weight}: {@code model.a.weight} gives
         * {@code model.a.weight_scale}. The suffix begins with "weight"; of a tensor that is not called so, what
         * follows is appended: {@code model.experts} gives {@code model.experts_scale}.
         */
        OF_MODULE
    }

    /** A part named after the whole tensor. */
    public PartSpec(String suffix, DataType dtype, Shape shape) {
        this(suffix, dtype, shape, Naming.OF_TENSOR);
    }

    /** A part that takes the place of the module's weight. */
    public static PartSpec ofModule(String suffix, DataType dtype, Shape shape) {
        if (!suffix.startsWith(WEIGHT)) {
            throw new IllegalArgumentException(suffix);
        }
        return new PartSpec(suffix, dtype, shape, Naming.OF_MODULE);
    }

    /** The output's name for a tensor of this name. */
    public String nameFor(String tensor) {
        return switch (naming) {
            case OF_TENSOR -> tensor + '.' + suffix;
            // Whatever the tensor is called, its own name stands where "weight" stands in the suffix.
            case OF_MODULE -> tensor + suffix.substring(WEIGHT.length());
        };
    }

    public long byteLength() {
        return dtype.byteLength(shape.elements());
    }
}
