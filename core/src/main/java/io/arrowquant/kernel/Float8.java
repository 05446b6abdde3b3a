package io.arrowquant.kernel;

/** Values of the eight-bit floating-point types, all 256 of each. */
public final class Float8 {
    /** Four exponent bits, bias 7; no infinity, 0x7f and 0xff are NaN. */
    static final float[] E4M3 = table(4, 3, 7, Specials.NAN_ALL_ONES);

    /** Five exponent bits, bias 15; infinities and NaN as in IEEE types. */
    static final float[] E5M2 = table(5, 2, 15, Specials.IEEE);

    /** Bias 8; the only special value is NaN at 0x80. */
    static final float[] E4M3FNUZ = table(4, 3, 8, Specials.NAN_NEGATIVE_ZERO);

    /** Bias 16; the only special value is NaN at 0x80. */
    static final float[] E5M2FNUZ = table(5, 2, 16, Specials.NAN_NEGATIVE_ZERO);

    static final float LARGEST_E4M3 = 448f;
    static final float SMALLEST_NORMAL_E4M3 = 0x1p-6f;

    private enum Specials {
        IEEE,
        NAN_ALL_ONES,
        NAN_NEGATIVE_ZERO
    }

    private Float8() {}

    /** The value of an F8_E4M3 code. */
    public static float fromE4M3(byte code) {
        return E4M3[code & 0xff];
    }

    /**
     * The nearest F8_E4M3, ties to the even code; saturates at 448. Rounding to three bits of fraction is an addition to
     * the bits of normal numbers, and one of 2^14, whose last bit is 2^-9, for subnormal ones.
     */
    public static byte toE4M3(float value) {
        int bits = Float.floatToRawIntBits(value);
        int sign = (bits >>> 24) & 0x80;
        int magnitude = bits & 0x7fffffff;
        if (magnitude > 0x7f800000) {
            return (byte) (sign | 0x7f);
        }
        magnitude = Math.min(magnitude, Float.floatToRawIntBits(LARGEST_E4M3));
        if (magnitude < Float.floatToRawIntBits(SMALLEST_NORMAL_E4M3)) {
            float sum = Float.intBitsToFloat(magnitude) + 0x1p14f;
            return (byte) (sign | (Float.floatToRawIntBits(sum) - Float.floatToRawIntBits(0x1p14f)));
        }
        int rounded = magnitude + 0x7ffff + ((magnitude >>> 20) & 1);
        return (byte) (sign | ((rounded >>> 20) - ((127 - 7) << 3)));
    }

    private static float[] table(int exponentBits, int mantissaBits, int bias, Specials specials) {
        float[] values = new float[256];
        for (int code = 0; code < 256; code++) {
            values[code] = value(code, exponentBits, mantissaBits, bias, specials);
        }
        return values;
    }

    private static float value(int code, int exponentBits, int mantissaBits, int bias, Specials specials) {
        int exponent = (code >> mantissaBits) & ((1 << exponentBits) - 1);
        int mantissa = code & ((1 << mantissaBits) - 1);
        float sign = (code & 0x80) == 0 ? 1f : -1f;
        int topExponent = (1 << exponentBits) - 1;
        switch (specials) {
            case IEEE -> {
                if (exponent == topExponent) {
                    return mantissa == 0 ? sign * Float.POSITIVE_INFINITY : Float.NaN;
                }
            }
            case NAN_ALL_ONES -> {
                if (exponent == topExponent && mantissa == (1 << mantissaBits) - 1) {
                    return Float.NaN;
                }
            }
            case NAN_NEGATIVE_ZERO -> {
                if (code == 0x80) {
                    return Float.NaN;
                }
            }
        }
        if (exponent == 0) {
            return sign * mantissa * (float) Math.scalb(1.0, 1 - bias - mantissaBits);
        }
        return sign * (1f + mantissa / (float) (1 << mantissaBits)) * (float) Math.scalb(1.0, exponent - bias);
    }
}
