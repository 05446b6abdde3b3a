package io.arrowquant.scheme.ggml;

import io.arrowquant.kernel.BlockPassKernels;

/** Q4_0: a scale and 32 codes of four bits. {@code x = (q - 8) * d}; the value farthest from zero has code 0. */
final class Q40Codec extends SignedScaleCodec {
    private static final int ZERO = 8;

    Q40Codec(BlockPassKernels kernels) {
        super(kernels, ZERO, ELEMENTS / 2);
    }

    @Override
    void pack(byte[] unpacked, int offset, byte[] target, int at) {
        Fields.putNibbles(unpacked, offset, ELEMENTS, target, at);
    }

    @Override
    void pack(byte[] unpacked, int blocks, byte[] target, int at, int stride) {
        kernels.packHalves(unpacked, blocks, target, at, stride);
    }

    @Override
    public void decode(byte[] source, int at, float[] values, int offset) {
        float scale = Fields.half(source, at);
        for (int i = 0; i < ELEMENTS / 2; i++) {
            byte pair = source[at + CODES + i];
            values[offset + i] = (Fields.lowNibble(pair) - ZERO) * scale;
            values[offset + ELEMENTS / 2 + i] = (Fields.highNibble(pair) - ZERO) * scale;
        }
    }
}
