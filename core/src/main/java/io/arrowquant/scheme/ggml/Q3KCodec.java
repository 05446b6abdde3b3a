package io.arrowquant.scheme.ggml;

import io.arrowquant.kernel.BlockKernels;
import io.arrowquant.kernel.SubBlockSearch;
import java.util.Arrays;

/**
 * Q3_K: 16 sub-blocks of 16 codes of three bits, each with a signed scale of six bits. The high bits of the codes come
 * first, then the low two, then 12 bytes of scales. {@code x = d * (scale - 32) * (q - 4)}.
 */
final class Q3KCodec extends SuperBlockCodec {
    private static final int SUB_BLOCK = 16;
    private static final int SUB_BLOCKS = ELEMENTS / SUB_BLOCK;
    private static final int ZERO = 4;
    private static final int SCALE_ZERO = 32;
    private static final int HIGH_BYTES = 32;
    private static final int LOW = HIGH_BYTES;
    private static final int SCALES = LOW + TwoBits.BYTES;
    private static final int SCALE = SCALES + 12;
    private static final int BYTES = SCALE + 2;
    private static final long LOWEST_PAIRS = 0x0303030303030303L;
    private static final long LOWEST_BITS = 0x0101010101010101L;

    private final BlockKernels kernels;
    private final SymmetricSearch weighted = new SymmetricSearch(ZERO, SUB_BLOCK);
    private final SymmetricSearch scaleSearch = new SymmetricSearch(SCALE_ZERO, SUB_BLOCKS);
    private final float[] weights = new float[SUB_BLOCK];
    private final float[] scales = new float[SUB_BLOCKS];
    private final float[] sumsOfWeights = new float[SUB_BLOCKS];
    private final byte[] scaleCodes = new byte[SUB_BLOCKS];
    private final float[] steps = new float[SUB_BLOCKS];
    private final float[] shifts = new float[SUB_BLOCKS];

    Q3KCodec(BlockKernels kernels) {
        super(SUB_BLOCKS, BYTES, kernels.descent(ZERO, SUB_BLOCK, new DescentSearch(ZERO, SUB_BLOCK)));
        this.kernels = kernels;
    }

    @Override
    void encode(SubBlockSearch found, int first, float[] values, int offset, byte[] target, int at) {
        found.putScales(first, SUB_BLOCKS, scales);
        storeScales(quantizeScales(), target, at);
        keepCodes(found, first, steps);
        storeCodes(values, offset, target, at);
    }

    @Override
    public void encodeWeighted(float[] values, int offset, BlockImportance importance, byte[] target, int at) {
        storeScales(fitWeighted(values, offset, importance), target, at);
        storeCodes(values, offset, target, at);
    }

    /** Stores the scales, and leaves what they stand for as stored. */
    private void storeScales(float scale, byte[] target, int at) {
        putScales(target, at + SCALES);
        float stored = Fields.putHalf(target, at + SCALE, scale);
        for (int j = 0; j < SUB_BLOCKS; j++) {
            steps[j] = stored * (scaleCodes[j] - SCALE_ZERO);
        }
    }

    private void storeCodes(float[] values, int offset, byte[] target, int at) {
        kernels.encode(values, offset, SUB_BLOCKS, SUB_BLOCK, steps, shifts, -ZERO, ZERO - 1, codes);
        putHighBits(target, at);
        TwoBits.put(codes, 0, target, at + LOW);
    }

    /** Returns the scale of the scales, whose codes it leaves. */
    private float quantizeScales() {
        float farthest = CArithmetic.largestOfFew(scales, SUB_BLOCKS);
        if (farthest == 0f) {
            // Zero bytes, which stand for -32: the scale they are multiplied with is zero.
            Arrays.fill(scaleCodes, (byte) 0);
            return 0f;
        }
        float inverse = -SCALE_ZERO / farthest;
        // C casts to a byte before the limits, but nothing is that large here.
        kernels.round(scales, SUB_BLOCKS, inverse, -SCALE_ZERO, SCALE_ZERO - 1, SCALE_ZERO, scaleCodes, 0);
        return 1f / inverse;
    }

    private float fitWeighted(float[] values, int offset, BlockImportance importance) {
        float meanSquare = 2 * CArithmetic.sumOfSquares(values, offset, ELEMENTS) / ELEMENTS;
        for (int j = 0; j < SUB_BLOCKS; j++) {
            int from = offset + SUB_BLOCK * j;
            importance.weigh(values, from, SUB_BLOCK * j, SUB_BLOCK, meanSquare, weights);
            float sum = 0f;
            for (int i = 0; i < SUB_BLOCK; i++) {
                sum += weights[i];
            }
            sumsOfWeights[j] = sum;
            scales[j] = weighted.fit(values, from, SUB_BLOCK, weights, 0, codes, SUB_BLOCK * j);
        }
        return scaleSearch.fit(scales, 0, SUB_BLOCKS, sumsOfWeights, 0, scaleCodes, 0);
    }

    /** Low nibbles in eight bytes, then the top two bits of four scales in each of four bytes. */
    private void putScales(byte[] target, int at) {
        Fields.putNibbles(scaleCodes, 0, SUB_BLOCKS, target, at);
        long first = (Fields.eight(scaleCodes, 0) >>> 4) & LOWEST_PAIRS;
        long second = (Fields.eight(scaleCodes, Long.BYTES) >>> 4) & LOWEST_PAIRS;
        long pairs = first | first >>> 30 | second << 4 | second >>> 26;
        Fields.putInt(target, at + SUB_BLOCKS / 2, (int) pairs);
    }

    private static int scale(byte[] source, int at, int j) {
        int half = SUB_BLOCKS / 2;
        int low = (source[at + j % half] >> (4 * (j / half))) & 0xf;
        int high = (source[at + half + j % 4] >> (2 * (j / 4))) & 3;
        return low | high << 4;
    }

    private void putHighBits(byte[] target, int at) {
        for (int k = 0; k < HIGH_BYTES; k += Long.BYTES) {
            long bits = 0;
            for (int j = 0; j < ELEMENTS / HIGH_BYTES; j++) {
                bits |= ((Fields.eight(codes, HIGH_BYTES * j + k) >>> 2) & LOWEST_BITS) << j;
            }
            Fields.putEight(target, at + k, bits);
        }
    }

    @Override
    public void decode(byte[] source, int at, float[] values, int offset) {
        float scale = Fields.half(source, at + SCALE);
        for (int j = 0; j < SUB_BLOCKS; j++) {
            float step = scale * (scale(source, at + SCALES, j) - SCALE_ZERO);
            for (int i = SUB_BLOCK * j; i < SUB_BLOCK * (j + 1); i++) {
                int high = (source[at + i % HIGH_BYTES] >> (i / HIGH_BYTES)) & 1;
                values[offset + i] = step * ((TwoBits.get(source, at + LOW, i) | high << 2) - ZERO);
            }
        }
    }
}
