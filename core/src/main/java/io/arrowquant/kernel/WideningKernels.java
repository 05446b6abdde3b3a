package io.arrowquant.kernel;

import io.arrowquant.tensor.DataType;

/** Stored elements to floats. Exact for all types a float can hold; wider ones (F64, I32, I64...) are rounded. */
public interface WideningKernels {
    /** Widens {@code count} little-endian elements; the type must be {@link DataType#isReadableAsFloat()}. */
    void widen(DataType type, byte[] source, int sourceOffset, float[] target, int targetOffset, int count);
}
