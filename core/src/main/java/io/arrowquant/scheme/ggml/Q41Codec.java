package io.arrowquant.scheme.ggml;

/** Q4_1: a scale, a minimum and 32 codes of four bits. {@code x = q * d + m}. */
final class Q41Codec extends SingleBlockCodec {
    private static final int ELEMENTS = 32;
    private static final int TOP = 15;
    private static final int MINIMUM = 2;
    private static final int CODES = 4;

    private final byte[] codes = new byte[ELEMENTS];
    private final float[] weights = new float[ELEMENTS];
    private final AffineSearch search = AffineSearch.weighted(TOP, ELEMENTS);
    private final ValueRange range = new ValueRange();

    Q41Codec() {
        super(ELEMENTS, 20);
    }

    @Override
    void encode(float[] values, int offset, byte[] target, int at) {
        range.find(values, offset, ELEMENTS);
        float minimum = range.lowest;
        float scale = (range.highest - minimum) / TOP;
        float inverse = CArithmetic.inverse(scale);
        for (int i = 0; i < ELEMENTS; i++) {
            byte code = (byte) CArithmetic.truncated((values[offset + i] - minimum) * inverse + 0.5f);
            codes[i] = (byte) Math.min(TOP, code);
        }
        store(scale, minimum, target, at);
    }

    @Override
    public void encodeWeighted(float[] values, int offset, BlockImportance importance, byte[] target, int at) {
        importance.weigh(values, offset, 0, ELEMENTS, importance.rowMeanSquare(), weights);
        float scale = search.fit(values, offset, weights, codes, 0);
        float minimum = -search.shift;
        store(scale, minimum, target, at);
    }

    private void store(float scale, float minimum, byte[] target, int at) {
        Fields.putHalf(target, at, scale);
        Fields.putHalf(target, at + MINIMUM, minimum);
        Fields.putNibbles(codes, 0, ELEMENTS, target, at + CODES);
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
