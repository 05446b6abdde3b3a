package io.arrowquant.scheme.compressed;

import io.arrowquant.kernel.Kernels;
import io.arrowquant.kernel.ScaledKernels;
import io.arrowquant.kernel.SymmetricFactors;
import io.arrowquant.kernel.Tile;
import io.arrowquant.kernel.WideningKernels;
import io.arrowquant.tensor.DataType;

/** Codes are eight-bit floats with four exponent bits; the largest value of the slice becomes 448. */
final class Float8Grid extends SliceGrid {
    static final float LARGEST = 448f;

    private final Precision precision;
    private final ScaledKernels kernels = Kernels.get().scaled();
    private final WideningKernels widening = Kernels.get().widening();
    private float scale;

    Float8Grid(Precision precision) {
        this.precision = precision;
    }

    @Override
    void fit(float low, float high) {
        scale = precision.round(Math.max(-low, high) / LARGEST);
        if (scale == 0f) {
            scale = precision.epsilon;
        }
    }

    @Override
    void fit(float[] magnitudes, int slices, float[] divisors, byte[] scales) {
        precision.scales(magnitudes, slices, LARGEST, divisors, scales);
    }

    @Override
    int scaleBytes() {
        return precision.dtype.bytes();
    }

    @Override
    void storeScale(byte[] target, int at) {
        precision.store(scale, target, at);
    }

    @Override
    void load(byte[] scales, int at, int zeroPoint) {
        scale = precision.load(scales, at);
    }

    @Override
    float divisor() {
        return scale;
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
        // Saturates at +-448, as the reference's clamp does.
        kernels.float8(values, offset, slices, length, precision.dtype, divisors, codes, codeOffset);
    }

    @Override
    boolean encodeStored(
            Tile tile, int slices, int length, float[] divisors, float[] zeroPoints, byte[] codes, int codeOffset) {
        byte[] stored = tile.bytes();
        if (tile.type() == DataType.BF16) {
            kernels.float8OfBrain(stored, tile.byteOffset(), slices, length, divisors, codes, codeOffset);
            return true;
        }
        return length % SymmetricFactors.SPAN == 0
                && kernels.float8OfStored(stored, tile.byteOffset(), slices, length, divisors, codes, codeOffset);
    }

    @Override
    void decode(byte[] codes, int codeOffset, int count, float[] values, int offset) {
        widening.widen(DataType.F8_E4M3, codes, codeOffset, values, offset, count);
        kernels.scale(values, offset, count, scale, precision.dtype);
    }
}
