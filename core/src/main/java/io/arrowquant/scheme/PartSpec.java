package io.arrowquant.scheme;

import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import java.io.Serializable;
import java.util.List;

/**
 * One output tensor of a scheme.
 *
 * @param suffix what tells it from the other outputs of the tensor, e.g. {@code scales}
 * @param naming how its name is made of the tensor's
 * @param extent whether the shape is what is written, or its upper bound
 */
public record PartSpec(String suffix, DataType dtype, Shape shape, Naming naming, Extent extent)
        implements Serializable {
    private static final String WEIGHT = "weight";
    private static final String DOT_WEIGHT = '.' + WEIGHT;

    /** How the name of an output is made. */
    public enum Naming {
        /** {@code model.a.weight} gives {@code model.a.weight.scales}. */
        OF_TENSOR,
        /**
         * The suffix takes the place of the module's {@code weight}: {@code model.a.weight} gives
         * {@code model.a.weight_scale}. The suffix begins with "weight"; of a tensor that is not called so, what
         * follows is appended: {@code model.experts} gives {@code model.experts_scale}.
         */
        OF_MODULE,
        /**
         * The output stands beside the module's {@code weight}: {@code model.a.weight} gives {@code model.a.qweight}.
         * To the name of a tensor that is not called so, it is appended.
         */
        BESIDE_WEIGHT
    }

    /** How much the headers tell of the shape. */
    public enum Extent {
        /** The shape is exactly what is written. */
        EXACT,
        /**
         * One dimension whose length follows from the values: the shape holds the longest it can be, and
         * {@link #written} the true one, once the tensor is encoded. A text of a few hundred bytes at most.
         */
        AT_MOST
    }

    /** A part named after the whole tensor. */
    public PartSpec(String suffix, DataType dtype, Shape shape) {
        this(suffix, dtype, shape, Naming.OF_TENSOR, Extent.EXACT);
    }

    /** A part that takes the place of the module's weight. */
    public static PartSpec ofModule(String suffix, DataType dtype, Shape shape) {
        if (!suffix.startsWith(WEIGHT)) {
            throw new IllegalArgumentException(suffix);
        }
        return new PartSpec(suffix, dtype, shape, Naming.OF_MODULE, Extent.EXACT);
    }

    /** A part beside the module's weight. */
    public static PartSpec besideWeight(String suffix, DataType dtype, Shape shape) {
        return new PartSpec(suffix, dtype, shape, Naming.BESIDE_WEIGHT, Extent.EXACT);
    }

    /** A part named after the whole tensor, whose length is known only when it is written. */
    public static PartSpec atMost(String suffix, DataType dtype, long longest) {
        return new PartSpec(suffix, dtype, Shape.of(longest), Naming.OF_TENSOR, Extent.AT_MOST);
    }

    /**
     * True for the parts of schemes that make codes, scales and zero points, in this order: those fill the columns of
     * tables. Told from the parts and not from names, so that another scheme of this form fills them as well.
     */
    public static boolean areScaleColumns(List<PartSpec> specs) {
        return specs.size() == 3
                && specs.get(1).isOfFloats("scales")
                && specs.get(2).isOfFloats("zero_points");
    }

    private boolean isOfFloats(String name) {
        return suffix.equals(name) && dtype == DataType.F32;
    }

    /** The output's name for a tensor of this name. */
    public String nameFor(String tensor) {
        return switch (naming) {
            case OF_TENSOR -> tensor + '.' + suffix;
            // Whatever the tensor is called, its own name stands where "weight" stands in the suffix.
            case OF_MODULE -> tensor + suffix.substring(WEIGHT.length());
            case BESIDE_WEIGHT -> moduleOf(tensor) + '.' + suffix;
        };
    }

    private static String moduleOf(String tensor) {
        return tensor.endsWith(DOT_WEIGHT) ? tensor.substring(0, tensor.length() - DOT_WEIGHT.length()) : tensor;
    }

    /** Bytes that are written; at most, when the extent says so. */
    public long byteLength() {
        return dtype.byteLength(shape.elements());
    }

    /** False when the length of what was written contradicts the shape. */
    public boolean allows(long bytes) {
        return extent == Extent.EXACT
                ? bytes == byteLength()
                : bytes <= byteLength() && bytes * Byte.SIZE % dtype.bits() == 0;
    }

    /** The part as it was written, with its true shape. */
    public PartSpec written(long bytes) {
        if (!allows(bytes)) {
            throw new IllegalArgumentException(bytes + " bytes of " + this);
        }
        return extent == Extent.EXACT
                ? this
                : new PartSpec(suffix, dtype, Shape.of(bytes * Byte.SIZE / dtype.bits()), naming, Extent.EXACT);
    }
}
