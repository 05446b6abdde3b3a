package io.arrowquant.scheme.bitsandbytes;

import io.arrowquant.kernel.DynamicType;
import io.arrowquant.kernel.Kernels;
import io.arrowquant.kernel.ScaledKernels;
import io.arrowquant.tensor.DataType;

/** The values that codes of the dynamic type stand for, rounded to the type of the weights. */
final class DynamicValues {
    private final DataType dtype;
    private final ScaledKernels kernels = Kernels.get().scaled();

    DynamicValues(DataType dtype) {
        this.dtype = dtype;
    }

    void decode(byte[] codes, int codeOffset, int count, float absmax, float[] values, int offset) {
        DynamicType.decode(codes, codeOffset, count, values, offset);
        // Kernels know one NaN, and files may hold others.
        kernels.scale(values, offset, count, Float.isNaN(absmax) ? Float.NaN : absmax, dtype);
    }
}
