package io.arrowquant.scheme.ggml;

/**
 * What Q4_K and Q5_K share: 256 elements in eight sub-blocks, each with a scale and a minimum of six bits, which are
 * multiples of two half-precision numbers. {@code x = d * scale * code - dmin * minimum}. The block begins with d, dmin
 * and the packed scales; how codes are packed after them is up to the type.
 */
final class AffineSuperBlock {
    static final int ELEMENTS = 256;
    static final int CODES = 4 + SixBitScales.BYTES;

    private static final int SUB_BLOCK = 32;
    private static final int SUB_BLOCKS = ELEMENTS / SUB_BLOCK;
    private static final int SCALE_LIMIT = 63;
    private static final int MINIMUM = 2;
    private static final int SCALES = 4;

    private final int limit;
    private final AffineSearch plain;
    private final AffineSearch weighted;
    private final PositiveSearch scaleSearch = new PositiveSearch(SCALE_LIMIT);
    private final float[] weights = new float[SUB_BLOCK];
    private final float[] scales = new float[SUB_BLOCKS];
    private final float[] minimums = new float[SUB_BLOCKS];
    private final float[] sumsOfWeights = new float[SUB_BLOCKS];
    private final byte[] scaleCodes = new byte[SUB_BLOCKS];
    private final byte[] minimumCodes = new byte[SUB_BLOCKS];

    /** The codes of the block encoded last. */
    final byte[] codes = new byte[ELEMENTS];

    AffineSuperBlock(int limit, AffineSearch plain) {
        this.limit = limit;
        this.plain = plain;
        this.weighted = AffineSearch.weighted(limit, SUB_BLOCK);
    }

    /** A search among this many grids, the first of which is {@code limit + first} steps long. */
    static AffineSearch search(int limit, float first, int steps) {
        return new AffineSearch(limit, SUB_BLOCK, first, 0.1f, steps, false);
    }

    /** Stores the scales of a block and leaves its codes in {@link #codes}. */
    void encode(float[] values, int offset, BlockImportance importance, byte[] target, int at) {
        float scale;
        float minimum;
        if (importance == null) {
            fitPlain(values, offset);
            float largestScale = largest(scales);
            float largestMinimum = largest(minimums);
            quantize(scales, largestScale, scaleCodes);
            quantize(minimums, largestMinimum, minimumCodes);
            scale = largestScale / SCALE_LIMIT;
            minimum = largestMinimum / SCALE_LIMIT;
        } else {
            fitWeighted(values, offset, importance);
            scale = scaleSearch.fit(scales, SUB_BLOCKS, sumsOfWeights, scaleCodes);
            minimum = scaleSearch.fit(minimums, SUB_BLOCKS, sumsOfWeights, minimumCodes);
        }
        for (int j = 0; j < SUB_BLOCKS; j++) {
            SixBitScales.put(target, at + SCALES, j, scaleCodes[j] & 0xff, minimumCodes[j] & 0xff);
        }
        encodeAgain(
                values,
                offset,
                Fields.putHalf(target, at, scale),
                Fields.putHalf(target, at + MINIMUM, minimum),
                target,
                at + SCALES);
    }

    private void fitPlain(float[] values, int offset) {
        for (int j = 0; j < SUB_BLOCKS; j++) {
            int from = offset + SUB_BLOCK * j;
            float squares = CArithmetic.sumOfSquares(values, from, SUB_BLOCK);
            float rootMeanSquare = CArithmetic.squareRoot(squares / SUB_BLOCK);
            for (int i = 0; i < SUB_BLOCK; i++) {
                weights[i] = rootMeanSquare + Math.abs(values[from + i]);
            }
            scales[j] = plain.fit(values, from, weights, codes, SUB_BLOCK * j);
            minimums[j] = plain.offset;
        }
    }

    private void fitWeighted(float[] values, int offset, BlockImportance importance) {
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
            minimums[j] = weighted.offset;
        }
    }

    private static float largest(float[] values) {
        float largest = 0f;
        for (float value : values) {
            largest = value > largest ? value : largest;
        }
        return largest;
    }

    private static void quantize(float[] values, float largest, byte[] codes) {
        float inverse = largest > 0f ? SCALE_LIMIT / largest : 0f;
        for (int j = 0; j < SUB_BLOCKS; j++) {
            // Cast to an unsigned byte before the limit, as in C.
            codes[j] = (byte) Math.min(SCALE_LIMIT, CArithmetic.nearest(inverse * values[j]) & 0xff);
        }
    }

    /** The codes for the scales as stored; sub-blocks whose scale is zero keep what the search found. */
    private void encodeAgain(float[] values, int offset, float scale, float minimum, byte[] packed, int at) {
        for (int j = 0; j < SUB_BLOCKS; j++) {
            float step = scale * SixBitScales.scale(packed, at, j);
            if (step == 0f) {
                continue;
            }
            float shift = minimum * SixBitScales.minimum(packed, at, j);
            for (int i = SUB_BLOCK * j; i < SUB_BLOCK * (j + 1); i++) {
                codes[i] = (byte) CArithmetic.nearest((values[offset + i] + shift) / step, 0, limit);
            }
        }
    }

    /** Turns codes, given as floats, into the values they stand for. */
    static void decode(byte[] source, int at, float[] values, int offset) {
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
