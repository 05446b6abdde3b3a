package io.arrowquant.scheme.ggml;

import io.arrowquant.kernel.AffineGrid;
import io.arrowquant.kernel.BlockKernels;
import io.arrowquant.kernel.SubBlockSearch;

/**
 * Q2_K: 16 sub-blocks of 16 codes of two bits, each with a scale and a minimum of four bits in one byte.
 * {@code x = d * scale * q - dmin * minimum}.
 */
final class Q2KCodec extends SuperBlockCodec {
    private static final int SUB_BLOCK = 16;
    private static final int SUB_BLOCKS = ELEMENTS / SUB_BLOCK;
    private static final int TOP = 3;
    private static final int SCALE_LIMIT = 15;
    private static final int CODES = SUB_BLOCKS;
    private static final int SCALE = CODES + TwoBits.BYTES;
    private static final int MINIMUM = SCALE + 2;
    private static final int BYTES = MINIMUM + 2;

    private static final AffineGrid GRID = new AffineGrid(TOP, SUB_BLOCK, -0.5f, 0.1f, 15, true);

    private final BlockKernels kernels;
    private final AffineSearch weighted = AffineSearch.weighted(TOP, SUB_BLOCK);
    private final PositiveSearch scaleSearch = new PositiveSearch(SCALE_LIMIT);
    private final float[] weights = new float[SUB_BLOCK];
    private final float[] scales = new float[SUB_BLOCKS];
    private final float[] minimums = new float[SUB_BLOCKS];
    private final float[] sumsOfWeights = new float[SUB_BLOCKS];
    private final byte[] scaleCodes = new byte[SUB_BLOCKS];
    private final byte[] minimumCodes = new byte[SUB_BLOCKS];
    private final float[] steps = new float[SUB_BLOCKS];
    private final float[] shifts = new float[SUB_BLOCKS];

    Q2KCodec(BlockKernels kernels) {
        super(SUB_BLOCKS, BYTES, kernels.affine(GRID, new AffineSearch(GRID)));
        this.kernels = kernels;
    }

    @Override
    void encode(SubBlockSearch found, int first, float[] values, int offset, byte[] target, int at) {
        for (int j = 0; j < SUB_BLOCKS; j++) {
            scales[j] = found.scale(first + j);
            minimums[j] = found.shift(first + j);
        }
        storeScales(quantize(scales, scaleCodes), quantize(minimums, minimumCodes), target, at);
        keepCodes(found, first, steps);
        storeCodes(values, offset, target, at);
    }

    @Override
    public void encodeWeighted(float[] values, int offset, BlockImportance importance, byte[] target, int at) {
        fitWeighted(values, offset, importance);
        float scale = scaleSearch.fit(scales, SUB_BLOCKS, sumsOfWeights, scaleCodes);
        float minimum = scaleSearch.fit(minimums, SUB_BLOCKS, sumsOfWeights, minimumCodes);
        storeScales(scale, minimum, target, at);
        storeCodes(values, offset, target, at);
    }

    /** Stores the scales, and leaves what they stand for as stored. */
    private void storeScales(float scale, float minimum, byte[] target, int at) {
        float storedScale = Fields.putHalf(target, at + SCALE, scale);
        float storedMinimum = Fields.putHalf(target, at + MINIMUM, minimum);
        for (int j = 0; j < SUB_BLOCKS; j++) {
            byte both = (byte) (scaleCodes[j] | minimumCodes[j] << 4);
            target[at + j] = both;
            steps[j] = storedScale * Fields.lowNibble(both);
            shifts[j] = storedMinimum * Fields.highNibble(both);
        }
    }

    private void storeCodes(float[] values, int offset, byte[] target, int at) {
        kernels.encode(values, offset, SUB_BLOCKS, SUB_BLOCK, steps, shifts, 0, TOP, codes);
        TwoBits.put(codes, 0, target, at + CODES);
    }

    private void fitWeighted(float[] values, int offset, BlockImportance importance) {
        float meanSquare = CArithmetic.sumOfSquares(values, offset, ELEMENTS) / ELEMENTS;
        for (int j = 0; j < SUB_BLOCKS; j++) {
            int from = offset + SUB_BLOCK * j;
            importance.weigh(values, from, SUB_BLOCK * j, SUB_BLOCK, meanSquare, weights);
            float sum = 0f;
            for (int i = 0; i < SUB_BLOCK; i++) {
                sum += weights[i];
            }
            sumsOfWeights[j] = sum;
            scales[j] = weighted.fit(values, from, weights, codes, SUB_BLOCK * j);
            minimums[j] = weighted.shift;
        }
    }

    /** Codes of four bits for numbers that are not negative; returns their scale. */
    private static float quantize(float[] numbers, byte[] numberCodes) {
        float largest = 0f;
        for (float number : numbers) {
            largest = number > largest ? number : largest;
        }
        float inverse = SCALE_LIMIT / largest;
        for (int j = 0; j < SUB_BLOCKS; j++) {
            numberCodes[j] = largest > 0f ? (byte) CArithmetic.nearest(inverse * numbers[j]) : 0;
        }
        return largest > 0f ? largest / SCALE_LIMIT : 0f;
    }

    @Override
    public void decode(byte[] source, int at, float[] values, int offset) {
        float scale = Fields.half(source, at + SCALE);
        float minimum = Fields.half(source, at + MINIMUM);
        for (int j = 0; j < SUB_BLOCKS; j++) {
            float step = scale * Fields.lowNibble(source[at + j]);
            float shift = minimum * Fields.highNibble(source[at + j]);
            for (int i = SUB_BLOCK * j; i < SUB_BLOCK * (j + 1); i++) {
                values[offset + i] = step * TwoBits.get(source, at + CODES, i) - shift;
            }
        }
    }
}
