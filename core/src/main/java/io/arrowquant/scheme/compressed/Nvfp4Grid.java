package io.arrowquant.scheme.compressed;

import io.arrowquant.kernel.Float8;
import io.arrowquant.kernel.Kernels;
import io.arrowquant.kernel.ScaledKernels;
import io.arrowquant.tensor.DataType;

/**
 * Four-bit floats with an eight-bit float as scale, which is itself scaled by one number for the whole tensor (or a set
 * of tensors that a runtime fuses): 448 * 6 over the largest magnitude.
 */
final class Nvfp4Grid extends SliceGrid {
    static final int GROUP = 16;

    /** What takes the place of scales that are zero. */
    private static final float SMALLEST_SCALE = 0.125f;

    private final Precision precision;
    private final ScaledKernels kernels = Kernels.get().scaled();
    private byte code;
    private float globalScale;
    private float divisor;

    Nvfp4Grid(Precision precision, float globalScale) {
        this.precision = precision;
        this.globalScale = globalScale;
    }

    /** The scale of a tensor or set whose values are at most {@code largest} from zero. */
    static float globalScale(float largest, Precision precision) {
        // The reference divides by multiplying with the reciprocal.
        float reciprocal = precision.round(1f / Math.max(largest, precision.tiny));
        float scale = precision.round(reciprocal * (Float8Grid.LARGEST * Float4.LARGEST));
        return Float.isFinite(scale) ? scale : 1f;
    }

    void setGlobalScale(float scale) {
        globalScale = scale;
    }

    @Override
    void fit(float low, float high) {
        code = Float8.toE4M3(globalScale * precision.round(Math.max(-low, high) / Float4.LARGEST));
        if (code == 0) {
            code = Float8.toE4M3(SMALLEST_SCALE);
        }
        setDivisor();
    }

    private void setDivisor() {
        divisor = Float8.fromE4M3(code) / globalScale;
    }

    @Override
    int scaleBytes() {
        return 1;
    }

    @Override
    void storeScale(byte[] target, int at) {
        target[at] = code;
    }

    @Override
    void load(byte[] scales, int at, int zeroPoint) {
        code = scales[at];
        setDivisor();
    }

    @Override
    float divisor() {
        return divisor;
    }

    @Override
    void encode(
            float[] values,
            int offset,
            int slices,
            int length,
            float[] divisors,
            float[] zeroPoints,
            byte[] codes,
            int codeOffset) {
        // The global scale is a float32, and so is what is divided by it.
        kernels.float4(values, offset, slices, length, DataType.F32, divisors, codes, codeOffset);
    }

    @Override
    void decode(byte[] codes, int codeOffset, int count, float[] values, int offset) {
        for (int i = 0; i < count; i++) {
            values[offset + i] = Float4.value(codes[codeOffset + i]) * divisor;
        }
    }
}
