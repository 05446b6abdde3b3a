package io.arrowquant.spark.function;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.LayerErrors;
import io.arrowquant.tensor.ElementRange;
import io.arrowquant.tensor.Shape;
import java.util.Arrays;
import org.apache.spark.sql.catalyst.util.ArrayData;

/** Where the values of a row lie: the shape of the whole tensor and the elements of it that the row holds. */
record TensorPlace(Shape shape, ElementRange range) {
    /** True when the row holds a part of the tensor only. */
    boolean isPart() {
        return range.count() != shape.elements();
    }

    /**
     * The place that the arguments of a row give. Without a shape the row is a whole tensor of one dimension; with a
     * shape it is whole as well, unless the start says that it may be a part.
     */
    static TensorPlace of(String layer, ArrayData dimensions, Long elementStart, int count) {
        if (dimensions == null) {
            if (elementStart != null && elementStart != 0) {
                throw LayerErrors.of(
                        layer,
                        "element_start " + elementStart + " says nothing without the shape of the whole tensor",
                        "Give shape as well");
            }
            return new TensorPlace(Shape.of(count), new ElementRange(0, count));
        }
        Shape shape = shape(layer, dimensions);
        if (elementStart == null) {
            if (shape.elements() != count) {
                throw LayerErrors.of(layer, holds(shape) + " but weights has " + count, "");
            }
            return new TensorPlace(shape, new ElementRange(0, count));
        }
        if (elementStart < 0 || elementStart > shape.elements() - count) {
            throw LayerErrors.of(
                    layer, holds(shape) + " but weights has " + count + " from element_start " + elementStart, "");
        }
        return new TensorPlace(shape, new ElementRange(elementStart, count));
    }

    private static String holds(Shape shape) {
        return "shape " + shape + " holds " + shape.elements() + " elements";
    }

    private static Shape shape(String layer, ArrayData dimensions) {
        long[] lengths = new long[dimensions.numElements()];
        for (int i = 0; i < lengths.length; i++) {
            if (dimensions.isNullAt(i)) {
                throw LayerErrors.of(layer, "shape contains null at index " + i, "");
            }
            lengths[i] = dimensions.getLong(i);
        }
        try {
            return Shape.of(lengths);
        } catch (ArithmeticException impossible) {
            String text = "shape " + Arrays.toString(lengths) + " is impossible: " + impossible.getMessage();
            throw LayerErrors.named(layer, new InvalidRequestException(text, "", impossible));
        }
    }
}
