package io.arrowquant.scheme.ggml;

/**
 * Q2_K: 16 sub-blocks of 16 codes of two bits, each with a scale and a minimum of four bits in one byte.
 * {@code x = d * scale * q - dmin * minimum}.
 */
final class Q2KCodec implements BlockCodec {
    private static final int ELEMENTS = 256;
    private static final int SUB_BLOCK = 16;
    private static final int SUB_BLOCKS = ELEMENTS / SUB_BLOCK;
    private static final int TOP = 3;
    private static final int SCALE_LIMIT = 15;
    private static final int CODES = SUB_BLOCKS;
    private static final int SCALE = CODES + TwoBits.BYTES;
    private static final int MINIMUM = SCALE + 2;

    private final AffineSearch plain = new AffineSearch(TOP, SUB_BLOCK, -0.5f, 0.1f, 15, true);
    private final AffineSearch weighted = AffineSearch.weighted(TOP, SUB_BLOCK);
    private final PositiveSearch scaleSearch = new PositiveSearch(SCALE_LIMIT);
    private final byte[] codes = new byte[ELEMENTS];
    private final float[] weights = new float[SUB_BLOCK];
    private final float[] scales = new float[SUB_BLOCKS];
    private final float[] minimums = new float[SUB_BLOCKS];
    private final float[] sumsOfWeights = new float[SUB_BLOCKS];
    private final byte[] scaleCodes = new byte[SUB_BLOCKS];
    private final byte[] minimumCodes = new byte[SUB_BLOCKS];

    @Override
    public void encode(float[] values, int offset, BlockImportance importance, byte[] target, int at) {
        float scale;
        float minimum;
        if (importance == null) {
            fitPlain(values, offset);
            scale = quantize(scales, scaleCodes);
            minimum = quantize(minimums, minimumCodes);
        } else {
            fitWeighted(values, offset, importance);
            scale = scaleSearch.fit(scales, SUB_BLOCKS, sumsOfWeights, scaleCodes);
            minimum = scaleSearch.fit(minimums, SUB_BLOCKS, sumsOfWeights, minimumCodes);
        }
        float storedScale = Fields.putHalf(target, at + SCALE, scale);
        float storedMinimum = Fields.putHalf(target, at + MINIMUM, minimum);
        for (int j = 0; j < SUB_BLOCKS; j++) {
            byte both = (byte) (scaleCodes[j] | minimumCodes[j] << 4);
            target[at + j] = both;
            encodeAgain(
                    values, offset, j, storedScale * Fields.lowNibble(both), storedMinimum * Fields.highNibble(both));
        }
        TwoBits.put(codes, 0, target, at + CODES);
    }

    private void fitPlain(float[] values, int offset) {
        for (int j = 0; j < SUB_BLOCKS; j++) {
            int from = offset + SUB_BLOCK * j;
            for (int i = 0; i < SUB_BLOCK; i++) {
                weights[i] = Math.abs(values[from + i]);
            }
            scales[j] = plain.fit(values, from, weights, codes, SUB_BLOCK * j);
            minimums[j] = plain.offset;
        }
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
            minimums[j] = weighted.offset;
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

    private void encodeAgain(float[] values, int offset, int subBlock, float step, float shift) {
        if (step == 0f) {
            return;
        }
        for (int i = SUB_BLOCK * subBlock; i < SUB_BLOCK * (subBlock + 1); i++) {
            codes[i] = (byte) CArithmetic.nearest((values[offset + i] + shift) / step, 0, TOP);
        }
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
