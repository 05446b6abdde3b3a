package io.arrowquant.scheme.ggml;

import io.arrowquant.kernel.BlockPassKernels;

/** Q4_1: a scale, a minimum and 32 codes of four bits. {@code x = q * d + m}. */
final class Q41Codec extends AffineScaleCodec {
    private static final int TOP = 15;

    Q41Codec(BlockPassKernels kernels) {
        super(kernels, TOP, ELEMENTS / 2);
    }

    @Override
    byte limited(byte code) {
        return (byte) Math.min(TOP, code);
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
        float minimum = Fields.half(source, at + MINIMUM);
        for (int i = 0; i < ELEMENTS / 2; i++) {
            byte pair = source[at + CODES + i];
            values[offset + i] = Fields.lowNibble(pair) * scale + minimum;
            values[offset + ELEMENTS / 2 + i] = Fields.highNibble(pair) * scale + minimum;
        }
    }
}
