package io.arrowquant.scheme.ggml;

/** Q4_K: a super-block with codes of four bits, pairs of sub-blocks side by side in low and high nibbles. */
final class Q4KCodec implements BlockCodec {
    private static final int TOP = 15;
    private static final int PAIR = 64;

    private final AffineSuperBlock block = new AffineSuperBlock(TOP, AffineSuperBlock.search(TOP, -1f, 20));

    @Override
    public void encode(float[] values, int offset, BlockImportance importance, byte[] target, int at) {
        block.encode(values, offset, importance, target, at);
        for (int i = 0; i < AffineSuperBlock.ELEMENTS; i += PAIR) {
            Fields.putNibbles(block.codes, i, PAIR, target, at + AffineSuperBlock.CODES + i / 2);
        }
    }

    @Override
    public void decode(byte[] source, int at, float[] values, int offset) {
        for (int i = 0; i < AffineSuperBlock.ELEMENTS; i += PAIR) {
            for (int k = 0; k < PAIR / 2; k++) {
                byte pair = source[at + AffineSuperBlock.CODES + i / 2 + k];
                values[offset + i + k] = Fields.lowNibble(pair);
                values[offset + i + PAIR / 2 + k] = Fields.highNibble(pair);
            }
        }
        AffineSuperBlock.decode(source, at, values, offset);
    }
}
