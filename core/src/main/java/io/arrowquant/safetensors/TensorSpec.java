package io.arrowquant.safetensors;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.Printable;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import java.io.Serializable;

/** A tensor to be written: everything the header says of it but its place. */
public record TensorSpec(String name, DataType dtype, Shape shape) implements Serializable {
    /** Refuses what our own reader would: names no header can hold, sizes that overflow or end within a byte. */
    public TensorSpec {
        if (name.equals(HeaderJsonReader.METADATA)) {
            throw new InvalidRequestException(
                    "A tensor cannot be called __metadata__, which is the header's own key", "Rename the tensor");
        }
        if (!Utf8.canEncode(name)) {
            throw new InvalidRequestException(
                    "The tensor name '" + Printable.text(name) + "' holds half a surrogate pair and has no UTF-8 form",
                    "Rename the tensor");
        }
        SafetensorsLimits limits = SafetensorsLimits.DEFAULTS;
        if (name.length() > limits.nameLength() || shape.rank() > limits.rank()) {
            throw new InvalidRequestException(
                    "Tensor '" + Printable.text(name) + "' has a name of " + name.length() + " characters and "
                            + shape.rank() + " dimensions; the limits are " + limits.nameLength() + " and "
                            + limits.rank(),
                    "Rename or reshape the tensor");
        }
        try {
            requireProduct(shape);
            dtype.byteLength(shape.elements());
        } catch (ArithmeticException e) {
            throw new InvalidRequestException(
                    "Tensor '" + Printable.text(name) + "' of shape " + shape + " cannot be stored as " + dtype + ": "
                            + e.getMessage(),
                    "Check its shape and dtype",
                    e);
        }
    }

    public long byteLength() {
        return dtype.byteLength(shape.elements());
    }

    /** Readers multiply from the first dimension on: a zero does not help when the product before it overflows. */
    private static void requireProduct(Shape shape) {
        long product = 1;
        for (int i = 0; i < shape.rank(); i++) {
            product = Math.multiplyExact(product, shape.dimension(i));
        }
    }
}
