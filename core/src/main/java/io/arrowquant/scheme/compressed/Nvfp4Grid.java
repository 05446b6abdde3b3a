package io.arrowquant.scheme.compressed;

import io.arrowquant.kernel.Kernels;
import io.arrowquant.kernel.NarrowingKernels;
import io.arrowquant.kernel.WideningKernels;
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
    private final NarrowingKernels narrowing = Kernels.get().narrowing();
    private final WideningKernels widening = Kernels.get().widening();
    private final float[] one = new float[1];
    private final byte[] code = new byte[1];
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
        one[0] = globalScale * precision.round(Math.max(-low, high) / Float4.LARGEST);
        narrowing.narrow(one, 0, DataType.F8_E4M3, code, 0, 1);
        if (code[0] == 0) {
            one[0] = SMALLEST_SCALE;
            narrowing.narrow(one, 0, DataType.F8_E4M3, code, 0, 1);
        }
        setDivisor();
    }

    private void setDivisor() {
        widening.widen(DataType.F8_E4M3, code, 0, one, 0, 1);
        divisor = one[0] / globalScale;
    }

    @Override
    int scaleBytes() {
        return 1;
    }

    @Override
    void storeScale(byte[] target, int at) {
        target[at] = code[0];
    }

    @Override
    void load(byte[] scales, int at, int zeroPoint) {
        code[0] = scales[at];
        setDivisor();
    }

    @Override
    void encode(float[] values, int offset, int count, byte[] codes, int codeOffset) {
        for (int i = 0; i < count; i++) {
            codes[codeOffset + i] = Float4.code(values[offset + i] / divisor);
        }
    }

    @Override
    void decode(byte[] codes, int codeOffset, int count, float[] values, int offset) {
        for (int i = 0; i < count; i++) {
            values[offset + i] = Float4.value(codes[codeOffset + i]) * divisor;
        }
    }
}
