package io.arrowquant.scheme.compressed;

import io.arrowquant.kernel.Kernels;
import io.arrowquant.kernel.ScaledKernels;
import io.arrowquant.kernel.Tile;
import io.arrowquant.kernel.WideningKernels;
import io.arrowquant.tensor.DataType;

/** Microscaling: four- or eight-bit floats with a power of two as scale, stored as its exponent plus 127. */
final class MxGrid extends SliceGrid {
    static final int GROUP = 32;

    private static final int BIAS = 127;
    private static final int HIGHEST_EXPONENT = 255;
    private static final int FRACTION_BITS = 23;

    /** Carries into the exponent of a float from 1.75 on. */
    private static final int QUARTER = 1 << (FRACTION_BITS - 2);

    private final Precision precision;
    private final boolean eightBits;
    /** The exponent of the largest power of two among the codes' values. */
    private final int elementExponent;

    private final ScaledKernels kernels = Kernels.get().scaled();
    private final WideningKernels widening = Kernels.get().widening();
    private float scale;
    private byte exponent;

    MxGrid(boolean eightBits, Precision precision) {
        this.precision = precision;
        this.eightBits = eightBits;
        this.elementExponent = eightBits ? 8 : 2;
    }

    @Override
    void fit(float low, float high) {
        int mantissaBits = precision.mantissaBits;
        // Carries into the exponent from 1.75 on, also for eight-bit floats.
        int bits = precision.bits(Math.max(-low, high)) + (1 << (mantissaBits - 2));
        float power = precision.fromBits(bits >>> mantissaBits << mantissaBits);
        int biased = Float.isInfinite(power)
                ? HIGHEST_EXPONENT
                : power == 0f ? 0 : BIAS + Math.getExponent(power) - elementExponent;
        biased = Math.min(Math.max(biased, 0), HIGHEST_EXPONENT);
        scale = precision.round(powerOfTwo(biased));
        if (scale == 0f) {
            // Half precision has no numbers as small: the reference then takes one.
            scale = 1f;
        }
        exponent = (byte) storedExponent();
    }

    /** As above, written out for types with the exponents of float32: there is one for every 32 weights. */
    @Override
    void fit(float[] magnitudes, int slices, float[] divisors, byte[] scales) {
        if (precision == Precision.HALF) {
            super.fit(magnitudes, slices, divisors, scales);
            return;
        }
        for (int slice = 0; slice < slices; slice++) {
            int power = (Float.floatToRawIntBits(magnitudes[slice]) + QUARTER) >>> FRACTION_BITS;
            int biased = power == HIGHEST_EXPONENT ? power : Math.max(power - elementExponent, 0);
            divisors[slice] = powerOfTwo(biased);
            scales[slice] = (byte) (biased == HIGHEST_EXPONENT ? BIAS : biased);
        }
    }

    /** Two to an exponent that was stored with the bias of float32: 2^-127 is subnormal, 2^128 infinite. */
    private static float powerOfTwo(int biased) {
        return Float.intBitsToFloat(biased == 0 ? 1 << 22 : biased << 23);
    }

    /** The exponent as it is derived from the scale once more when it is stored. */
    private int storedExponent() {
        if (Float.isInfinite(scale)) {
            return BIAS;
        }
        // Of subnormal powers, getExponent knows only that they are: -127 is the one that can occur.
        return BIAS + Math.max(Math.getExponent(scale), -BIAS);
    }

    @Override
    int scaleBytes() {
        return 1;
    }

    @Override
    void storeScale(byte[] target, int at) {
        target[at] = exponent;
    }

    @Override
    void load(byte[] scales, int at, int zeroPoint) {
        exponent = scales[at];
        scale = powerOfTwo(exponent & 0xff);
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
        if (eightBits) {
            kernels.float8(values, offset, slices, length, precision.dtype, divisors, codes, codeOffset);
        } else {
            kernels.float4(values, offset, slices, length, precision.dtype, divisors, codes, codeOffset);
        }
    }

    @Override
    boolean encodeStored(
            Tile tile, int slices, int length, float[] divisors, float[] zeroPoints, byte[] codes, int codeOffset) {
        if (!eightBits || tile.type() != DataType.BF16) {
            return false;
        }
        kernels.float8OfBrain(tile.bytes(), tile.byteOffset(), slices, length, divisors, codes, codeOffset);
        return true;
    }

    @Override
    void decode(byte[] codes, int codeOffset, int count, float[] values, int offset) {
        if (eightBits) {
            widening.widen(DataType.F8_E4M3, codes, codeOffset, values, offset, count);
            for (int i = offset; i < offset + count; i++) {
                values[i] *= scale;
            }
            return;
        }
        for (int i = 0; i < count; i++) {
            values[offset + i] = Float4.value(codes[codeOffset + i]) * scale;
        }
    }
}
