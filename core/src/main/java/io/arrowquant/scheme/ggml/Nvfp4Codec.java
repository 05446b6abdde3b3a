package io.arrowquant.scheme.ggml;

import io.arrowquant.kernel.BlockPassKernels;

/**
 * NVFP4 as ggml has it: four scales in unsigned E4M3 and 64 four-bit floats in sub-blocks of 16. No scale of the tensor
 * takes part; a checkpoint may bring one in a tensor of its own.
 */
final class Nvfp4Codec extends ScaledCodec {
    private static final int SUB_BLOCK = 16;
    private static final int SUB_BLOCKS = 4;
    private static final int BYTES = SUB_BLOCKS + SUB_BLOCKS * SUB_BLOCK / 2;
    private static final float LARGEST_CODE = 6f;

    private static final float LARGEST_SCALE = 448f;
    private static final byte LARGEST_SCALE_BITS = 0x7e;
    private static final byte NAN_BITS = 0x7f;
    private static final int BIAS = 7;
    private static final int TOP_EXPONENT = 15;
    private static final int TOP_MANTISSA = 7;

    private final byte[] codes = new byte[SCALES * SUB_BLOCK];

    Nvfp4Codec(BlockPassKernels kernels) {
        super(kernels, SUB_BLOCKS * SUB_BLOCK, BYTES, SUB_BLOCKS);
    }

    @Override
    void encodeRun(float[] values, int offset, int blocks, byte[] target, int at) {
        int subBlocks = blocks * SUB_BLOCKS;
        kernels.farthest(values, offset, subBlocks, SUB_BLOCK, farthest);
        for (int j = 0; j < subBlocks; j++) {
            float largest = Math.abs(farthest[j]);
            byte scale = toScale(largest / LARGEST_CODE);
            target[at + j / SUB_BLOCKS * BYTES + j % SUB_BLOCKS] = scale;
            scales[j] = halfScale(scale);
            if (!FourBitFloats.isUsual(largest, scales[j])) {
                leave(j / SUB_BLOCKS);
            }
        }
        kernels.fourBitFloats(values, offset, subBlocks, SUB_BLOCK, scales, codes);
        for (int j = 0; j < subBlocks; j++) {
            int to = codes(at + j / SUB_BLOCKS * BYTES, j % SUB_BLOCKS);
            Fields.putNibbles(codes, j * SUB_BLOCK, SUB_BLOCK, target, to);
        }
    }

    @Override
    void encodePlain(float[] values, int offset, byte[] target, int at) {
        for (int j = 0; j < SUB_BLOCKS; j++) {
            int from = offset + SUB_BLOCK * j;
            float largest = Math.abs(CArithmetic.largestMagnitude(values, from, SUB_BLOCK));
            byte scale = toScale(largest / LARGEST_CODE);
            target[at + j] = scale;
            FourBitFloats.encode(values, from, SUB_BLOCK, halfScale(scale), target, codes(at, j));
        }
    }

    @Override
    public void decode(byte[] source, int at, float[] values, int offset) {
        for (int j = 0; j < SUB_BLOCKS; j++) {
            float scale = halfScale(source[at + j]);
            FourBitFloats.decode(source, codes(at, j), SUB_BLOCK, scale, values, offset + SUB_BLOCK * j);
        }
    }

    private static int codes(int at, int subBlock) {
        return at + SUB_BLOCKS + subBlock * (SUB_BLOCK / 2);
    }

    /** Rounds ties up, and everything from 248 on to the largest scale. */
    private static byte toScale(float value) {
        if (!(value > 0f)) {
            return 0;
        }
        int bits = Float.floatToRawIntBits(Math.min(value, LARGEST_SCALE));
        int exponent = (bits >> 23) - 127 + BIAS;
        if (exponent <= 0) {
            return (byte) Math.min(TOP_MANTISSA, (int) (value * 512f + 0.5f));
        }
        if (exponent >= TOP_EXPONENT) {
            return LARGEST_SCALE_BITS;
        }
        // A mantissa that rounds up to eight carries into the exponent.
        int rounded = (exponent << 3) + ((bits >> 20) & 7) + ((bits >> 19) & 1);
        return rounded >= TOP_EXPONENT << 3 ? LARGEST_SCALE_BITS : (byte) rounded;
    }

    /** Half the scale, to go with doubled values. */
    private static float halfScale(byte bits) {
        if (bits == 0 || bits == NAN_BITS) {
            return 0f;
        }
        int exponent = (bits >> 3) & 0xf;
        int mantissa = bits & 7;
        float value = exponent == 0
                ? mantissa * 0x1p-9f
                : (1f + mantissa / 8f) * Float.intBitsToFloat((exponent - BIAS + 127) << 23);
        return value * 0.5f;
    }
}
