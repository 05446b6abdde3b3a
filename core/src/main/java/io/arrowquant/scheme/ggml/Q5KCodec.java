package io.arrowquant.scheme.ggml;

/** Q5_K: as Q4_K, with the fifth bits of the eight sub-blocks in the eight bits of 32 bytes of their own. */
final class Q5KCodec implements BlockCodec {
    private static final int TOP = 31;
    private static final int PAIR = 64;
    private static final int RUN = 32;
    private static final int FIFTH_BITS = AffineSuperBlock.CODES;
    private static final int NIBBLES = FIFTH_BITS + RUN;

    private final AffineSuperBlock block = new AffineSuperBlock(TOP, AffineSuperBlock.search(TOP, -0.5f, 15));

    @Override
    public void encode(float[] values, int offset, BlockImportance importance, byte[] target, int at) {
        block.encode(values, offset, importance, target, at);
        byte[] codes = block.codes;
        for (int k = 0; k < RUN; k++) {
            int fifths = 0;
            for (int j = 0; j < AffineSuperBlock.ELEMENTS / RUN; j++) {
                fifths |= (codes[RUN * j + k] >> 4) << j;
            }
            target[at + FIFTH_BITS + k] = (byte) fifths;
        }
        for (int i = 0; i < AffineSuperBlock.ELEMENTS; i += PAIR) {
            for (int k = 0; k < RUN; k++) {
                target[at + NIBBLES + i / 2 + k] = (byte) ((codes[i + k] & 0xf) | codes[i + RUN + k] << 4);
            }
        }
    }

    @Override
    public void decode(byte[] source, int at, float[] values, int offset) {
        for (int i = 0; i < AffineSuperBlock.ELEMENTS; i += PAIR) {
            int bit = i / RUN;
            for (int k = 0; k < RUN; k++) {
                byte pair = source[at + NIBBLES + i / 2 + k];
                int fifths = source[at + FIFTH_BITS + k] >> bit;
                values[offset + i + k] = Fields.lowNibble(pair) | (fifths & 1) << 4;
                values[offset + i + RUN + k] = Fields.highNibble(pair) | (fifths & 2) << 3;
            }
        }
        AffineSuperBlock.decode(source, at, values, offset);
    }
}
