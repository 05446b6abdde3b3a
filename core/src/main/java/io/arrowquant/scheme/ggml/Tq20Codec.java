package io.arrowquant.scheme.ggml;

/** TQ2_0: 256 ternary digits of two bits each and a scale. {@code x = (digit - 1) * d}. */
final class Tq20Codec extends SingleBlockCodec {
    private static final int ELEMENTS = 256;
    private static final int SCALE = TwoBits.BYTES;

    private final byte[] digits = new byte[ELEMENTS];

    Tq20Codec() {
        super(ELEMENTS, 66);
    }

    @Override
    void encode(float[] values, int offset, byte[] target, int at) {
        float scale = CArithmetic.magnitude(values, offset, ELEMENTS);
        float inverse = CArithmetic.inverse(scale);
        for (int i = 0; i < ELEMENTS; i++) {
            digits[i] = (byte) Ternary.digit(values[offset + i] * inverse);
        }
        TwoBits.put(digits, 0, target, at);
        Fields.putHalf(target, at + SCALE, scale);
    }

    @Override
    public void decode(byte[] source, int at, float[] values, int offset) {
        float scale = Fields.half(source, at + SCALE);
        for (int i = 0; i < ELEMENTS; i++) {
            values[offset + i] = (TwoBits.get(source, at, i) - 1) * scale;
        }
    }
}
