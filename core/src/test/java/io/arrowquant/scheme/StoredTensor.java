package io.arrowquant.scheme;

import io.arrowquant.kernel.Kernels;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;

/** A small tensor in memory, as a file would hold it. */
public record StoredTensor(DataType dtype, Shape shape, byte[] bytes) {
    /** Floats narrowed to a type, as a matrix of so many columns. */
    public static StoredTensor of(DataType dtype, int columns, float... values) {
        byte[] bytes = new byte[values.length * dtype.bytes()];
        Kernels.get().narrowing().narrow(values, 0, dtype, bytes, 0, values.length);
        return new StoredTensor(dtype, Shape.of(values.length / columns, columns), bytes);
    }

    public float[] floats() {
        float[] values = new float[(int) shape.elements()];
        Kernels.get().widening().widen(dtype, bytes, 0, values, 0, values.length);
        return values;
    }

    ElementSource source() {
        return (start, count, tile) -> tile.setStored(dtype, bytes, (int) start * dtype.bytes(), count);
    }
}
