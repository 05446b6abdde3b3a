package io.arrowquant.arrow;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.LayerErrors;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import java.util.Arrays;

/**
 * A layer whose weights lie in memory that somebody else owns.
 *
 * @param row its place in the table
 * @param type of the stored elements
 * @param address of the first
 * @param shapeKnown false when the shape was inferred from the number of elements
 */
public record Layer(long row, String name, DataType type, long address, Shape shape, boolean shapeKnown) {
    /** A layer with {@code count} elements; {@code dimensions} may be null for one dimension. */
    public static Layer of(long row, String name, DataType type, long address, long count, long[] dimensions) {
        if (dimensions == null) {
            return new Layer(row, name, type, address, Shape.of(count), false);
        }
        Shape shape = shape(name, dimensions);
        if (shape.elements() != count) {
            throw LayerErrors.of(
                    name, "shape " + shape + " holds " + shape.elements() + " elements but weights has " + count, "");
        }
        return new Layer(row, name, type, address, shape, true);
    }

    /** The shape of these dimensions; one that is impossible names the layer. */
    static Shape shape(String name, long[] dimensions) {
        try {
            return Shape.of(dimensions);
        } catch (ArithmeticException impossible) {
            String text = "shape " + Arrays.toString(dimensions) + " is impossible: " + impossible.getMessage();
            throw LayerErrors.named(name, new InvalidRequestException(text, "", impossible));
        }
    }

    public long elements() {
        return shape.elements();
    }

    public long byteLength() {
        return type.byteLength(elements());
    }
}
