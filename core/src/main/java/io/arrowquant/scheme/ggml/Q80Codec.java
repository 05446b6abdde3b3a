package io.arrowquant.scheme.ggml;

/** Q8_0: a scale and 32 signed bytes. {@code x = q * d}. */
final class Q80Codec extends SingleBlockCodec {
    private static final int ELEMENTS = 32;
    private static final int CODES = 2;

    Q80Codec() {
        super(ELEMENTS, 34);
    }

    @Override
    void encode(float[] values, int offset, byte[] target, int at) {
        float scale = CArithmetic.magnitude(values, offset, ELEMENTS) / 127;
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
