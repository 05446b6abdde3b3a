package io.arrowquant.scheme.compressed;

import io.arrowquant.kernel.Kernels;
import io.arrowquant.kernel.ScaledKernels;

/** Codes are whole numbers of {@code bits} bits; zero is {@code 2^(bits-1)} when symmetric. */
final class WholeNumberGrid extends SliceGrid {
    private final ScaledKernels kernels = Kernels.get().scaled();
    private final Precision precision;
    private final boolean symmetric;
    private final float lowest;
    private final float highest;
    private final float steps;
    /** The values of all codes, where these are fewer than the values of a slice usually are. */
    private final float[] table;

    private float scale;
    private float zeroPoint;

    WholeNumberGrid(int bits, boolean symmetric, Precision precision) {
        this.precision = precision;
        this.symmetric = symmetric;
        this.lowest = -(1 << (bits - 1));
        this.highest = (1 << (bits - 1)) - 1;
        this.table = bits <= 4 ? new float[1 << bits] : null;
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
    boolean encodeBrains(
            byte[] stored,
            int byteOffset,
            int slices,
            int length,
            float[] divisors,
            float[] zeroPoints,
            byte[] codes,
            int codeOffset) {
        kernels.wholeNumbersOfBrain(
                stored,
                byteOffset,
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

    private float value(float whole) {
        return precision.round(precision.round(whole - zeroPoint) * scale);
    }

    @Override
    void decode(byte[] codes, int codeOffset, int count, float[] values, int offset) {
        if (table == null || count < table.length) {
            for (int i = 0; i < count; i++) {
                values[offset + i] = value((codes[codeOffset + i] & 0xff) + lowest);
            }
            return;
        }
        for (int code = 0; code < table.length; code++) {
            table[code] = value(code + lowest);
        }
        for (int i = 0; i < count; i++) {
            int code = codes[codeOffset + i] & 0xff;
            // A file may hold others, where codes have a byte each.
            values[offset + i] = code < table.length ? table[code] : value(code + lowest);
        }
    }

    @Override
    void reconstruct(byte[] codes, int codeOffset, int count, float[] values, int offset) {
        if (precision == Precision.BRAIN && table != null && BrainProducts.knows(scale)) {
            BrainProducts.multiply(codes, codeOffset, count, (int) (lowest - zeroPoint), scale, values, offset);
        } else {
            decode(codes, codeOffset, count, values, offset);
        }
    }
}
