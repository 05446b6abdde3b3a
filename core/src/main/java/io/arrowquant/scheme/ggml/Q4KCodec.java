package io.arrowquant.scheme.ggml;

import io.arrowquant.kernel.AffineGrid;
import io.arrowquant.kernel.BlockKernels;

/** Q4_K: a super-block with codes of four bits, pairs of sub-blocks side by side in low and high nibbles. */
final class Q4KCodec extends AffineSuperBlock {
    private static final int PAIR = 2 * SUB_BLOCK;

    Q4KCodec(BlockKernels kernels) {
        super(kernels, new AffineGrid(15, SUB_BLOCK, -1f, 0.1f, 20, false), ELEMENTS / 2);
    }

    @Override
    void pack(byte[] target, int at) {
        for (int i = 0; i < ELEMENTS; i += PAIR) {
            Fields.putNibbles(codes, i, PAIR, target, at + CODES + i / 2);
        }
    }

    @Override
    public void decode(byte[] source, int at, float[] values, int offset) {
        for (int i = 0; i < ELEMENTS; i += PAIR) {
            for (int k = 0; k < PAIR / 2; k++) {
                byte pair = source[at + CODES + i / 2 + k];
                values[offset + i + k] = Fields.lowNibble(pair);
                values[offset + i + PAIR / 2 + k] = Fields.highNibble(pair);
            }
        }
        scale(source, at, values, offset);
    }
}
