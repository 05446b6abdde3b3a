package io.arrowquant.kernel;

import io.arrowquant.tensor.DataType;

/** Floats to stored elements: round to nearest, ties to even; values beyond the type's range as documented there. */
public interface NarrowingKernels {
    /**
     * Stores {@code count} floats as little-endian elements of a floating-point type. F16 and BF16 overflow to
     * infinity, F8_E4M3 (which has none) saturates, F8_E5M2 overflows to infinity; integer types round and saturate.
     */
    void narrow(float[] source, int sourceOffset, DataType type, byte[] target, int targetOffset, int count);
}
