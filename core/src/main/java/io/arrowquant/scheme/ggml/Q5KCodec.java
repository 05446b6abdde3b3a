package io.arrowquant.scheme.ggml;

import io.arrowquant.kernel.AffineGrid;
import io.arrowquant.kernel.BlockKernels;

/** Q5_K: as Q4_K, with the fifth bits of the eight sub-blocks in the eight bits of 32 bytes of their own. */
final class Q5KCodec extends AffineSuperBlock {
    private static final int PAIR = 2 * SUB_BLOCK;
    private static final int RUN = SUB_BLOCK;
    private static final int FIFTH_BITS = CODES;
    private static final int NIBBLES = FIFTH_BITS + RUN;
    private static final long LOWEST_BITS = 0x0101010101010101L;

    Q5KCodec(BlockKernels kernels) {
        super(kernels, new AffineGrid(31, SUB_BLOCK, -0.5f, 0.1f, 15, false), RUN + ELEMENTS / 2);
    }

    @Override
    void pack(byte[] target, int at) {
        for (int k = 0; k < RUN; k += Long.BYTES) {
            long fifths = 0;
            for (int j = 0; j < ELEMENTS / RUN; j++) {
                fifths |= ((Fields.eight(codes, RUN * j + k) >>> 4) & LOWEST_BITS) << j;
            }
            Fields.putEight(target, at + FIFTH_BITS + k, fifths);
        }
        for (int i = 0; i < ELEMENTS; i += PAIR) {
            Fields.putNibbles(codes, i, PAIR, target, at + NIBBLES + i / 2);
        }
    }

    @Override
    public void decode(byte[] source, int at, float[] values, int offset) {
        for (int i = 0; i < ELEMENTS; i += PAIR) {
            int bit = i / RUN;
            for (int k = 0; k < RUN; k++) {
                byte pair = source[at + NIBBLES + i / 2 + k];
                int fifths = source[at + FIFTH_BITS + k] >> bit;
                values[offset + i + k] = Fields.lowNibble(pair) | (fifths & 1) << 4;
                values[offset + i + RUN + k] = Fields.highNibble(pair) | (fifths & 2) << 3;
            }
        }
        scale(source, at, values, offset);
    }
}
