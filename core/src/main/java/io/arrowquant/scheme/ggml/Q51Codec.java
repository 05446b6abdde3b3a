package io.arrowquant.scheme.ggml;

/** Q5_1: a scale, a minimum and 32 codes of five bits. {@code x = q * d + m}. */
final class Q51Codec extends SingleBlockCodec {
    private static final int ELEMENTS = FiveBits.ELEMENTS;
    private static final int TOP = 31;
    private static final int MINIMUM = 2;
    private static final int CODES = 4;

    private final byte[] codes = new byte[ELEMENTS];
    private final float[] weights = new float[ELEMENTS];
    private final AffineSearch search = AffineSearch.weighted(TOP, ELEMENTS);
    private final ValueRange range = new ValueRange();

    Q51Codec() {
        super(ELEMENTS, 24);
    }

    @Override
    void encode(float[] values, int offset, byte[] target, int at) {
        range.find(values, offset, ELEMENTS);
        float minimum = range.lowest;
        float scale = (range.highest - minimum) / TOP;
        float inverse = CArithmetic.inverse(scale);
        for (int i = 0; i < ELEMENTS; i++) {
            // No limit here, unlike Q4_1: only the low five bits are stored.
            codes[i] = (byte) CArithmetic.truncated((values[offset + i] - minimum) * inverse + 0.5f);
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
        FiveBits.put(codes, target, at + CODES);
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
