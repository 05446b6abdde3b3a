package io.arrowquant.tensor;

import java.io.Serializable;

/**
 * What a header says of one tensor. {@code offset} is the absolute position of its first byte in the file and
 * {@code byteLength} the size of its data there.
 */
public record TensorInfo(String name, DataType dtype, Shape shape, long offset, long byteLength)
        implements Serializable {

    public long elements() {
        return shape.elements();
    }
}
