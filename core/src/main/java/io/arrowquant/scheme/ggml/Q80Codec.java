package io.arrowquant.scheme.ggml;

import io.arrowquant.kernel.BlockPassKernels;

/** Q8_0: a scale and 32 signed bytes. {@code x = q * d}. */
final class Q80Codec extends ScaledCodec {
    private static final int ELEMENTS = 32;
    private static final int CODES = 2;
    private static final int BYTES = CODES + ELEMENTS;
    private static final int TOP = 127;

    Q80Codec(BlockPassKernels kernels) {
        super(kernels, ELEMENTS, BYTES, 1);
    }

    @Override
    void encodeRun(float[] values, int offset, int blocks, byte[] target, int at) {
        kernels.farthest(values, offset, blocks, ELEMENTS, farthest);
        for (int block = 0; block < blocks; block++) {
            farthest[block] = Math.abs(farthest[block]);
        }
        storeScales(blocks, TOP, target, at);
        kernels.round(values, offset, blocks, inverses, target, at + CODES, BYTES);
    }

    @Override
    boolean encodeBrainRun(byte[] stored, int byteOffset, int blocks, byte[] target, int at) {
        if (!kernels.magnitudesOfBrain(stored, byteOffset, blocks, ELEMENTS, farthest)) {
            return false;
        }
        storeScales(blocks, TOP, target, at);
        kernels.roundBrain(stored, byteOffset, blocks, inverses, target, at + CODES, BYTES);
        return true;
    }

    @Override
    void encodePlain(float[] values, int offset, byte[] target, int at) {
        float scale = CArithmetic.magnitude(values, offset, ELEMENTS) / TOP;
        float inverse = CArithmetic.inverse(scale);
        Fields.putHalf(target, at, scale);
        for (int i = 0; i < ELEMENTS; i++) {
            target[at + CODES + i] = (byte) CArithmetic.nearestAwayFromZero(values[offset + i] * inverse);
        }
    }

    @Override
    public void decode(byte[] source, int at, float[] values, int offset) {
        float scale = Fields.half(source, at);
        for (int i = 0; i < ELEMENTS; i++) {
            values[offset + i] = source[at + CODES + i] * scale;
        }
    }
}
