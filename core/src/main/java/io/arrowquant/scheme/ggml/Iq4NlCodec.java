package io.arrowquant.scheme.ggml;

/** IQ4_NL: a scale and 32 codes of four bits that stand for the values of a table. {@code x = d * table[q]}. */
final class Iq4NlCodec extends SingleBlockCodec {
    private static final int ELEMENTS = 32;
    private static final int CODES = 2;

    private final NonLinearTable table = new NonLinearTable();
    private final float[] weights = new float[ELEMENTS];
    private final byte[] codes = new byte[ELEMENTS];

    Iq4NlCodec() {
        super(ELEMENTS, 18);
    }

    @Override
    void encode(float[] values, int offset, byte[] target, int at) {
        store(table.fitPlain(values, offset, codes, 0), values, offset, target, at);
    }

    @Override
    public void encodeWeighted(float[] values, int offset, BlockImportance importance, byte[] target, int at) {
        float meanSquare = CArithmetic.sumOfSquares(values, offset, ELEMENTS) * (2f / ELEMENTS);
        importance.weigh(values, offset, 0, ELEMENTS, meanSquare, weights);
        store(table.fit(values, offset, ELEMENTS, weights), values, offset, target, at);
    }

    private void store(float scale, float[] values, int offset, byte[] target, int at) {
        float inverse = CArithmetic.inverse(scale);
        for (int i = 0; i < ELEMENTS; i++) {
            codes[i] = (byte) NonLinearTable.nearest(inverse * values[offset + i]);
        }
        Fields.putHalf(target, at, scale);
        Fields.putNibbles(codes, 0, ELEMENTS, target, at + CODES);
    }

    @Override
    public void decode(byte[] source, int at, float[] values, int offset) {
        float scale = Fields.half(source, at);
        for (int i = 0; i < ELEMENTS / 2; i++) {
            byte pair = source[at + CODES + i];
            values[offset + i] = scale * NonLinearTable.value(Fields.lowNibble(pair));
            values[offset + ELEMENTS / 2 + i] = scale * NonLinearTable.value(Fields.highNibble(pair));
        }
    }
}
