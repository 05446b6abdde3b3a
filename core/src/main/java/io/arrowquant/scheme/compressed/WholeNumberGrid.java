package io.arrowquant.scheme.compressed;

import io.arrowquant.kernel.Kernels;
import io.arrowquant.kernel.ScaledKernels;
import io.arrowquant.kernel.SymmetricFactors;
import io.arrowquant.kernel.Tile;
import io.arrowquant.tensor.DataType;

/** Codes are whole numbers of {@code bits} bits; zero is {@code 2^(bits-1)} when symmetric. */
final class WholeNumberGrid extends SliceGrid {
    private final ScaledKernels kernels = Kernels.get().scaled();
    private final Precision precision;
    private final boolean symmetric;
    private final float lowest;
    private final float highest;
    private final float steps;

    private float scale;
    private float zeroPoint;

    WholeNumberGrid(int bits, boolean symmetric, Precision precision) {
        this.precision = precision;
        this.symmetric = symmetric;
        this.lowest = -(1 << (bits - 1));
        this.highest = (1 << (bits - 1)) - 1;
        this.steps = highest - lowest;
    }

    @Override
    void fit(float low, float high) {
        if (symmetric) {
            zeroPoint = 0f;
            scale = precision.round(Math.max(-low, high) / (steps / 2));
        } else {
            scale = precision.round(precision.round(high - low) / steps);
            // The zero point comes from the scale as it is, even when that is zero; NaN (0/0) becomes zero.
            float exact = precision.round(lowest - precision.round(low / scale));
            float clamped = Math.min(Math.max(exact, lowest), highest);
            zeroPoint = Float.isNaN(clamped) ? 0f : (float) Math.rint(clamped);
        }
        if (scale == 0f) {
            scale = precision.epsilon;
        }
    }

    @Override
    void fit(float[] magnitudes, int slices, float[] divisors, byte[] scales) {
        precision.scales(magnitudes, slices, steps / 2, divisors, scales);
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
    void load(byte[] scales, int at, int storedZeroPoint) {
        scale = precision.load(scales, at);
        zeroPoint = storedZeroPoint;
    }

    @Override
    int zeroPoint() {
        return (int) zeroPoint;
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
        kernels.wholeNumbers(
                values,
                offset,
                slices,
                length,
                precision.dtype,
                divisors,
                symmetric ? null : zeroPoints,
                (int) lowest,
                (int) highest,
                codes,
                codeOffset);
    }

    @Override
    boolean encodeStored(
            Tile tile, int slices, int length, float[] divisors, float[] zeroPoints, byte[] codes, int codeOffset) {
        if (tile.type() != DataType.BF16) {
            return false;
        }
        kernels.wholeNumbersOfBrain(
                tile.bytes(),
                tile.byteOffset(),
                slices,
                length,
                divisors,
                symmetric ? null : zeroPoints,
                (int) lowest,
                (int) highest,
                codes,
                codeOffset);
        return true;
    }

    @Override
    boolean packStored(Tile tile, int slices, int length, float[] divisors, byte[] packed, int packedOffset) {
        return symmetric
                && steps == 15f
                && tile.type() == DataType.BF16
                && kernels.nibblesOfBrain(
                        tile.bytes(), tile.byteOffset(), slices, length, divisors, packed, packedOffset);
    }

    @Override
    boolean decodePacked(
            byte[] packed, int packedOffset, int slices, int length, float[] divisors, float[] values, int offset) {
        return symmetric
                && steps == 15f
                && length % SymmetricFactors.SPAN == 0
                && kernels.valuesOfNibbles(
                        packed, packedOffset, slices, length, divisors, precision.dtype, values, offset);
    }

    /** The difference of a code and the zero point is exact in every precision. */
    @Override
    void decode(byte[] codes, int codeOffset, int count, float[] values, int offset) {
        int shift = (int) (lowest - zeroPoint);
        kernels.values(codes, codeOffset, count, shift, scale, precision.dtype, values, offset);
    }
}
