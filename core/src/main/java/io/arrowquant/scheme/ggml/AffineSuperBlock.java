package io.arrowquant.scheme.ggml;

import io.arrowquant.kernel.AffineGrid;
import io.arrowquant.kernel.BlockKernels;
import io.arrowquant.kernel.SubBlockSearch;

/**
 * What Q4_K and Q5_K share: 256 elements in eight sub-blocks, each with a scale and a minimum of six bits, which are
 * multiples of two half-precision numbers. {@code x = d * scale * code - dmin * minimum}. The block begins with d, dmin
 * and the packed scales; how codes are packed after them is up to the type.
 */
abstract class AffineSuperBlock extends SuperBlockCodec {
    static final int SUB_BLOCK = 32;
    static final int CODES = 4 + SixBitScales.BYTES;

    private static final int SUB_BLOCKS = ELEMENTS / SUB_BLOCK;
    private static final int SCALE_LIMIT = 63;
    private static final int MINIMUM = 2;
    private static final int SCALES = 4;

    private final BlockKernels kernels;
    private final int limit;
    private final AffineSearch weighted;
    private final PositiveSearch scaleSearch = new PositiveSearch(SCALE_LIMIT);
    private final float[] weights = new float[SUB_BLOCK];
    private final float[] scales = new float[SUB_BLOCKS];
    private final float[] minimums = new float[SUB_BLOCKS];
    private final float[] sumsOfWeights = new float[SUB_BLOCKS];
    private final byte[] scaleCodes = new byte[SUB_BLOCKS];
    private final byte[] minimumCodes = new byte[SUB_BLOCKS];
    private final float[] steps = new float[SUB_BLOCKS];
    private final float[] shifts = new float[SUB_BLOCKS];

    AffineSuperBlock(BlockKernels kernels, AffineGrid grid, int codeBytes) {
        super(SUB_BLOCKS, CODES + codeBytes, kernels.affine(grid, new AffineSearch(grid)));
        this.kernels = kernels;
        this.limit = grid.limit();
        this.weighted = AffineSearch.weighted(limit, SUB_BLOCK);
    }

    /** Stores the codes from {@link #CODES} on. */
    abstract void pack(byte[] target, int at);

    @Override
    void encode(SubBlockSearch found, int first, float[] values, int offset, byte[] target, int at) {
        float largestScale = 0f;
        float largestMinimum = 0f;
        for (int j = 0; j < SUB_BLOCKS; j++) {
            scales[j] = found.scale(first + j);
            minimums[j] = found.shift(first + j);
            largestScale = scales[j] > largestScale ? scales[j] : largestScale;
            largestMinimum = minimums[j] > largestMinimum ? minimums[j] : largestMinimum;
        }
        quantize(scales, largestScale, scaleCodes);
        quantize(minimums, largestMinimum, minimumCodes);
        storeScales(largestScale / SCALE_LIMIT, largestMinimum / SCALE_LIMIT, target, at);
        keepCodes(found, first, steps);
        storeCodes(values, offset, target, at);
    }

    @Override
    public void encodeWeighted(float[] values, int offset, BlockImportance importance, byte[] target, int at) {
        float squares = CArithmetic.sumOfSquares(values, offset, ELEMENTS);
        float meanSquare = 2 * squares / ELEMENTS;
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
        float scale = scaleSearch.fit(scales, SUB_BLOCKS, sumsOfWeights, scaleCodes);
        float minimum = scaleSearch.fit(minimums, SUB_BLOCKS, sumsOfWeights, minimumCodes);
        storeScales(scale, minimum, target, at);
        storeCodes(values, offset, target, at);
    }

    private static void quantize(float[] values, float largest, byte[] codes) {
        float inverse = largest > 0f ? SCALE_LIMIT / largest : 0f;
        for (int j = 0; j < SUB_BLOCKS; j++) {
            // Cast to an unsigned byte before the limit, as in C.
            codes[j] = (byte) Math.min(SCALE_LIMIT, CArithmetic.nearest(inverse * values[j]) & 0xff);
        }
    }

    /** Stores the scales, and leaves what they stand for as stored. */
    private void storeScales(float scale, float minimum, byte[] target, int at) {
        for (int j = 0; j < SUB_BLOCKS; j++) {
            SixBitScales.put(target, at + SCALES, j, scaleCodes[j] & 0xff, minimumCodes[j] & 0xff);
        }
        float storedScale = Fields.putHalf(target, at, scale);
        float storedMinimum = Fields.putHalf(target, at + MINIMUM, minimum);
        for (int j = 0; j < SUB_BLOCKS; j++) {
            steps[j] = storedScale * SixBitScales.scale(target, at + SCALES, j);
            shifts[j] = storedMinimum * SixBitScales.minimum(target, at + SCALES, j);
        }
    }

    /** Stores the codes for the scales as stored; sub-blocks whose scale is zero keep what the search found. */
    private void storeCodes(float[] values, int offset, byte[] target, int at) {
        kernels.encode(values, offset, SUB_BLOCKS, SUB_BLOCK, steps, shifts, 0, limit, codes);
        pack(target, at);
    }

    /** Turns codes, given as floats, into the values they stand for. */
    static void scale(byte[] source, int at, float[] values, int offset) {
        float scale = Fields.half(source, at);
        float minimum = Fields.half(source, at + MINIMUM);
        for (int j = 0; j < SUB_BLOCKS; j++) {
            float step = scale * SixBitScales.scale(source, at + SCALES, j);
            float shift = minimum * SixBitScales.minimum(source, at + SCALES, j);
            int from = offset + SUB_BLOCK * j;
            for (int i = from; i < from + SUB_BLOCK; i++) {
                values[i] = step * values[i] - shift;
            }
        }
    }
}
