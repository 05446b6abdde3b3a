package io.arrowquant.scheme.ggml;

/** Q4_0: a scale and 32 codes of four bits. {@code x = (q - 8) * d}; the value farthest from zero has code 0. */
final class Q40Codec extends SingleBlockCodec {
    private static final int ELEMENTS = 32;
    private static final int ZERO = 8;
    private static final int CODES = 2;

    private final byte[] codes = new byte[ELEMENTS];
    private final float[] weights = new float[ELEMENTS];
    private final SymmetricSearch search = new SymmetricSearch(ZERO, ELEMENTS);

    Q40Codec() {
        super(ELEMENTS, 18);
    }

    @Override
    void encode(float[] values, int offset, byte[] target, int at) {
        float scale = CArithmetic.largestMagnitude(values, offset, ELEMENTS) / -ZERO;
        float inverse = CArithmetic.inverse(scale);
        for (int i = 0; i < ELEMENTS; i++) {
            // Adding 8.5 makes truncation round; a cast to a byte comes before the limit in C.
            byte code = (byte) CArithmetic.truncated(values[offset + i] * inverse + (ZERO + 0.5f));
            codes[i] = (byte) Math.min(2 * ZERO - 1, code);
        }
        store(scale, target, at);
    }

    @Override
    public void encodeWeighted(float[] values, int offset, BlockImportance importance, byte[] target, int at) {
        importance.weigh(values, offset, 0, ELEMENTS, importance.rowMeanSquare(), weights);
        float scale = search.fit(values, offset, ELEMENTS, weights, 0, codes, 0);
        store(scale, target, at);
    }

    private void store(float scale, byte[] target, int at) {
        Fields.putHalf(target, at, scale);
        Fields.putNibbles(codes, 0, ELEMENTS, target, at + CODES);
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
