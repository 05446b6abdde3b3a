package io.arrowquant.scheme.ggml;

import io.arrowquant.kernel.BlockKernels;
import io.arrowquant.kernel.SubBlockSearch;
import java.util.Arrays;

/**
 * Q6_K: 16 sub-blocks of 16 codes of six bits, each with a signed scale of eight bits. Low nibbles first, then the high
 * two bits, then the scales. {@code x = d * scale * (q - 32)}.
 */
final class Q6KCodec extends SuperBlockCodec {
    static final int BYTES = 210;

    private static final int SUB_BLOCK = 16;
    private static final int SUB_BLOCKS = ELEMENTS / SUB_BLOCK;
    private static final int ZERO = 32;
    private static final int HALF = 128;
    private static final int HIGH = ELEMENTS / 2;
    private static final int SCALES = HIGH + TwoBits.BYTES;
    private static final int SCALE = SCALES + SUB_BLOCKS;

    private final BlockKernels kernels;
    private final SymmetricSearch weighted = new SymmetricSearch(ZERO, SUB_BLOCK);
    private final float[] scales = new float[SUB_BLOCKS];
    private final float[] steps = new float[SUB_BLOCKS];
    private final float[] shifts = new float[SUB_BLOCKS];

    Q6KCodec(BlockKernels kernels) {
        super(SUB_BLOCKS, BYTES, kernels.symmetric(ZERO, SUB_BLOCK, new SymmetricSearch(ZERO, SUB_BLOCK)));
        this.kernels = kernels;
    }

    @Override
    void encode(SubBlockSearch found, int first, float[] values, int offset, byte[] target, int at) {
        found.putScales(first, SUB_BLOCKS, scales);
        if (storeScales(target, at)) {
            keepCodes(found, first, steps);
            storeCodes(values, offset, target, at);
        }
    }

    @Override
    public void encodeWeighted(float[] values, int offset, BlockImportance importance, byte[] target, int at) {
        float[] weights = importance.columnWeights();
        int weightOffset = importance.offset();
        for (int j = 0; j < SUB_BLOCKS; j++) {
            int from = SUB_BLOCK * j;
            scales[j] = weighted.fit(values, offset + from, SUB_BLOCK, weights, weightOffset + from, codes, from);
        }
        if (storeScales(target, at)) {
            storeCodes(values, offset, target, at);
        }
    }

    /** Stores the scales, and leaves what they stand for as stored; false when the whole block became zero instead. */
    private boolean storeScales(byte[] target, int at) {
        float farthest = CArithmetic.largestOfFew(scales, SUB_BLOCKS);
        if (Math.abs(farthest) < SymmetricSearch.NEGLIGIBLE) {
            Arrays.fill(target, at, at + BYTES, (byte) 0);
            return false;
        }
        float inverse = -128f / farthest;
        float stored = Fields.putHalf(target, at + SCALE, 1f / inverse);
        kernels.round(scales, SUB_BLOCKS, inverse, Byte.MIN_VALUE, Byte.MAX_VALUE, 0, target, at + SCALES);
        for (int j = 0; j < SUB_BLOCKS; j++) {
            steps[j] = stored * target[at + SCALES + j];
        }
        return true;
    }

    private void storeCodes(float[] values, int offset, byte[] target, int at) {
        kernels.encode(values, offset, SUB_BLOCKS, SUB_BLOCK, steps, shifts, -ZERO, ZERO - 1, codes);
        // Of each half, 64 bytes: the first 64 codes in low nibbles, the others in high ones.
        Fields.putNibbles(codes, 0, HALF, target, at);
        Fields.putNibbles(codes, HALF, HALF, target, at + HALF / 2);
        TwoBits.put(codes, 4, target, at + HIGH);
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
