package io.arrowquant.scheme.ggml;

import java.util.Arrays;

/**
 * Q6_K: 16 sub-blocks of 16 codes of six bits, each with a signed scale of eight bits. Low nibbles first, then the high
 * two bits, then the scales. {@code x = d * scale * (q - 32)}.
 */
final class Q6KCodec implements BlockCodec {
    static final int BYTES = 210;

    private static final int ELEMENTS = 256;
    private static final int SUB_BLOCK = 16;
    private static final int SUB_BLOCKS = ELEMENTS / SUB_BLOCK;
    private static final int ZERO = 32;
    private static final int HALF = 128;
    private static final int HIGH = ELEMENTS / 2;
    private static final int SCALES = HIGH + TwoBits.BYTES;
    private static final int SCALE = SCALES + SUB_BLOCKS;

    private final SymmetricSearch search = new SymmetricSearch(ZERO);
    private final byte[] codes = new byte[ELEMENTS];
    private final float[] scales = new float[SUB_BLOCKS];

    @Override
    public void encode(float[] values, int offset, BlockImportance importance, byte[] target, int at) {
        float farthest = fit(values, offset, importance);
        if (Math.abs(farthest) < SymmetricSearch.NEGLIGIBLE) {
            Arrays.fill(target, at, at + BYTES, (byte) 0);
            return;
        }
        float inverse = -128f / farthest;
        float stored = Fields.putHalf(target, at + SCALE, 1f / inverse);
        for (int j = 0; j < SUB_BLOCKS; j++) {
            byte scale = (byte) Math.min(Byte.MAX_VALUE, CArithmetic.nearest(inverse * scales[j]));
            target[at + SCALES + j] = scale;
            float step = stored * scale;
            if (step == 0f) {
                continue;
            }
            for (int i = SUB_BLOCK * j; i < SUB_BLOCK * (j + 1); i++) {
                codes[i] = (byte) (CArithmetic.nearest(values[offset + i] / step, -ZERO, ZERO - 1) + ZERO);
            }
        }
        putLowBits(target, at);
        TwoBits.put(codes, 4, target, at + HIGH);
    }

    /** Finds the scales and returns the one farthest from zero. */
    private float fit(float[] values, int offset, BlockImportance importance) {
        float[] weights = importance == null ? null : importance.columnWeights();
        int weightOffset = importance == null ? 0 : importance.offset();
        float farthest = 0f;
        for (int j = 0; j < SUB_BLOCKS; j++) {
            int from = SUB_BLOCK * j;
            scales[j] = search.fit(values, offset + from, SUB_BLOCK, weights, weightOffset + from, codes, from);
            if (Math.abs(scales[j]) > Math.abs(farthest)) {
                farthest = scales[j];
            }
        }
        return farthest;
    }

    /** Of each half, 64 bytes: the first 64 codes in low nibbles, the others in high ones. */
    private void putLowBits(byte[] target, int at) {
        for (int half = 0; half < 2; half++) {
            for (int i = 0; i < HALF / 2; i++) {
                int low = codes[half * HALF + i] & 0xf;
                int high = codes[half * HALF + HALF / 2 + i] & 0xf;
                target[at + half * (HALF / 2) + i] = (byte) (low | high << 4);
            }
        }
    }

    @Override
    public void decode(byte[] source, int at, float[] values, int offset) {
        float scale = Fields.half(source, at + SCALE);
        for (int j = 0; j < SUB_BLOCKS; j++) {
            float step = scale * source[at + SCALES + j];
            for (int i = SUB_BLOCK * j; i < SUB_BLOCK * (j + 1); i++) {
                byte pair = source[at + i / HALF * (HALF / 2) + i % (HALF / 2)];
                int low = i % HALF < HALF / 2 ? Fields.lowNibble(pair) : Fields.highNibble(pair);
                values[offset + i] = step * ((low | TwoBits.get(source, at + HIGH, i) << 4) - ZERO);
            }
        }
    }
}
