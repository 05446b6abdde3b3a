package io.arrowquant.scheme.ggml;

import io.arrowquant.kernel.BlockPassKernels;

/** MXFP4: a power of two as a biased exponent and 32 four-bit floats. */
final class Mxfp4Codec extends ScaledCodec {
    private static final int ELEMENTS = 32;
    private static final int CODES = 1;
    private static final int BYTES = CODES + ELEMENTS / 2;
    private static final int BIAS = 127;
    private static final int FRACTION_BITS = 23;
    private static final int FRACTION = (1 << FRACTION_BITS) - 1;
    private static final int ONE_EXPONENT = 1 << FRACTION_BITS;

    /** Fractions below this are far enough from the next power of two for the exponent to be the logarithm's. */
    private static final int NEARLY_TWO = 0x7fff00;

    /** Exponent of the largest four-bit float, 6. */
    private static final int LARGEST_EXPONENT = 2;

    private final byte[] codes = new byte[SCALES * ELEMENTS];

    Mxfp4Codec(BlockPassKernels kernels) {
        super(kernels, ELEMENTS, BYTES, 1);
    }

    @Override
    void encodeRun(float[] values, int offset, int blocks, byte[] target, int at) {
        kernels.farthest(values, offset, blocks, ELEMENTS, farthest);
        storeScales(blocks, target, at);
        kernels.fourBitFloats(values, offset, blocks, ELEMENTS, scales, codes);
        kernels.packHalves(codes, blocks, target, at + CODES, BYTES);
    }

    @Override
    boolean encodeBrainRun(byte[] stored, int byteOffset, int blocks, byte[] target, int at) {
        if (!kernels.magnitudesOfBrain(stored, byteOffset, blocks, ELEMENTS, farthest)) {
            return false;
        }
        storeScales(blocks, target, at);
        kernels.fourBitFloatsOfBrain(stored, byteOffset, blocks, ELEMENTS, scales, codes);
        kernels.packHalves(codes, blocks, target, at + CODES, BYTES);
        return true;
    }

    private void storeScales(int blocks, byte[] target, int at) {
        for (int block = 0; block < blocks; block++) {
            float largest = Math.abs(farthest[block]);
            byte exponent = exponent(largest);
            target[at + block * BYTES] = exponent;
            scales[block] = halfPowerOfTwo(exponent);
            if (!FourBitFloats.isUsual(largest, scales[block])) {
                leave(block);
            }
        }
    }

    @Override
    void encodePlain(float[] values, int offset, byte[] target, int at) {
        byte exponent = exponent(Math.abs(CArithmetic.largestMagnitude(values, offset, ELEMENTS)));
        target[at] = exponent;
        FourBitFloats.encode(values, offset, ELEMENTS, halfPowerOfTwo(exponent), target, at + CODES);
    }

    private static byte exponent(float largest) {
        if (!(largest > 0f)) {
            return 0;
        }
        // Below 2^-125 the number is negative, and C's cast makes a large exponent of it.
        return (byte) CArithmetic.truncated(floorOfLog2(largest) - LARGEST_EXPONENT + BIAS);
    }

    /** As C has it: the logarithm is rounded to a float first, which lifts values just below a power of two. */
    private static float floorOfLog2(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (bits >= ONE_EXPONENT && value <= Float.MAX_VALUE && (bits & FRACTION) < NEARLY_TWO) {
            return (bits >> FRACTION_BITS) - BIAS;
        }
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
