package io.arrowquant.scheme.ggml;

import io.arrowquant.kernel.BlockPassKernels;

/** Q5_1: a scale, a minimum and 32 codes of five bits. {@code x = q * d + m}. */
final class Q51Codec extends AffineScaleCodec {
    private static final int TOP = 31;

    Q51Codec(BlockPassKernels kernels) {
        super(kernels, TOP, FiveBits.BYTES);
    }

    @Override
    byte limited(byte code) {
        // No limit, unlike Q4_1: only the low five bits are stored.
        return code;
    }

    @Override
    void pack(byte[] unpacked, int offset, byte[] target, int at) {
        FiveBits.put(unpacked, offset, target, at);
    }

    @Override
    public void decode(byte[] source, int at, float[] values, int offset) {
        float scale = Fields.half(source, at);
        float minimum = Fields.half(source, at + MINIMUM);
        FiveBits.get(source, at + CODES, values, offset);
        for (int i = offset; i < offset + ELEMENTS; i++) {
            values[i] = values[i] * scale + minimum;
        }
    }
}
