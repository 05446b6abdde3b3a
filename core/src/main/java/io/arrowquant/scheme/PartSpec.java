package io.arrowquant.scheme;

import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import java.io.Serializable;

/** One output tensor of a scheme: what is appended to the tensor's name (after a dot), its type and its shape. */
public record PartSpec(String suffix, DataType dtype, Shape shape) implements Serializable {
    public long byteLength() {
        return dtype.byteLength(shape.elements());
    }
}
