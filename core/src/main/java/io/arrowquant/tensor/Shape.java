package io.arrowquant.tensor;

import java.io.Serializable;
import java.util.Arrays;

/** The dimensions of a tensor, row-major, last dimension fastest. No dimension means one element (a scalar). */
public final class Shape implements Serializable {
    private static final long serialVersionUID = 1L;

    private final long[] dimensions;
    private final long elements;

    private Shape(long[] dimensions) {
        this.dimensions = dimensions;
        this.elements = product(dimensions);
    }

    /** Dimensions must not be negative; a product beyond 2^63 - 1 is an ArithmeticException. */
    public static Shape of(long... dimensions) {
        return new Shape(dimensions.clone());
    }

    private static long product(long[] dimensions) {
        boolean empty = false;
        for (long dimension : dimensions) {
            if (dimension < 0) {
                throw new ArithmeticException("negative dimension " + dimension);
            }
            empty |= dimension == 0;
        }
        if (empty) {
            return 0;
        }
        long product = 1;
        for (long dimension : dimensions) {
            product = Math.multiplyExact(product, dimension);
        }
        return product;
    }

    public int rank() {
        return dimensions.length;
    }

    public long dimension(int index) {
        return dimensions[index];
    }

    public long[] toArray() {
        return dimensions.clone();
    }

    /** Elements of the whole tensor. */
    public long elements() {
        return elements;
    }

    /** Elements of one row: the last dimension, or one for a scalar. */
    public long columns() {
        return dimensions.length == 0 ? 1 : dimensions[dimensions.length - 1];
    }

    /** Rows, all leading dimensions multiplied; zero when a row is empty. */
    public long rows() {
        return columns() == 0 ? 0 : elements / columns();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Shape shape && Arrays.equals(dimensions, shape.dimensions);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(dimensions);
    }

    @Override
    public String toString() {
        return Arrays.toString(dimensions);
    }
}
