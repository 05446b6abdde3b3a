package io.arrowquant.scheme.ggml;

import io.arrowquant.kernel.BlockPassKernels;

/** Q5_0: a scale and 32 codes of five bits. {@code x = (q - 16) * d}; the value farthest from zero has code 0. */
final class Q50Codec extends SignedScaleCodec {
    private static final int ZERO = 16;

    Q50Codec(BlockPassKernels kernels) {
        super(kernels, ZERO, FiveBits.BYTES);
    }

    @Override
    void pack(byte[] unpacked, int offset, byte[] target, int at) {
        FiveBits.put(unpacked, offset, target, at);
    }

    @Override
    public void decode(byte[] source, int at, float[] values, int offset) {
        float scale = Fields.half(source, at);
        FiveBits.get(source, at + CODES, values, offset);
        for (int i = offset; i < offset + ELEMENTS; i++) {
            values[i] = (values[i] - ZERO) * scale;
        }
    }
}
