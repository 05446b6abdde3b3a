package io.arrowquant.scheme.ggml;

/** MXFP4: a power of two as a biased exponent and 32 four-bit floats. */
final class Mxfp4Codec extends SingleBlockCodec {
    private static final int ELEMENTS = 32;
    private static final int CODES = 1;
    private static final int BIAS = 127;

    /** Exponent of the largest four-bit float, 6. */
    private static final int LARGEST_EXPONENT = 2;

    Mxfp4Codec() {
        super(ELEMENTS, 17);
    }

    @Override
    void encode(float[] values, int offset, byte[] target, int at) {
        float largest = Math.abs(CArithmetic.largestMagnitude(values, offset, ELEMENTS));
        byte exponent = 0;
        if (largest > 0f) {
            // Below 2^-125 the number is negative, and C's cast makes a large exponent of it.
            exponent = (byte) CArithmetic.truncated(floorOfLog2(largest) - LARGEST_EXPONENT + BIAS);
        }
        target[at] = exponent;
        FourBitFloats.encode(values, offset, ELEMENTS, halfPowerOfTwo(exponent), target, at + CODES);
    }

    /** As C has it: the logarithm is rounded to a float first, which lifts values just below a power of two. */
    private static float floorOfLog2(float value) {
        return (float) Math.floor((float) (StrictMath.log(value) / StrictMath.log(2)));
    }

    /** 2^(exponent - 128): half the scale, to go with doubled values. */
    private static float halfPowerOfTwo(byte exponent) {
        int biased = exponent & 0xff;
        int bits = biased < 2 ? 0x00200000 << biased : (biased - 1) << 23;
        return Float.intBitsToFloat(bits);
    }

    @Override
    public void decode(byte[] source, int at, float[] values, int offset) {
        FourBitFloats.decode(source, at + CODES, ELEMENTS, halfPowerOfTwo(source[at]), values, offset);
    }
}
