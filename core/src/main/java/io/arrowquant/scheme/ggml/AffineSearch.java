package io.arrowquant.scheme.ggml;

import io.arrowquant.kernel.AffineGrid;

/**
 * Finds a scale and an offset for codes from 0 to a limit, {@code x = scale * code - offset} with an offset that is not
 * negative. Starts from the range of the values, tries other code grids, solves for each the weighted least squares
 * problem and keeps the candidate of least error. The same sums, in the same order, as ggml's make_qkx2_quants and
 * make_qkx3_quants. The result is in the fields.
 */
final class AffineSearch extends PlainSearch {
    private final AffineGrid grid;
    private final int limit;
    private final int count;
    private final byte[] candidate;

    private float sumOfWeights;
    private float sumOfValues;
    private float lowest;
    private float highest;

    private final float[] plainWeights;

    AffineSearch(AffineGrid grid) {
        super(grid.elements());
        this.grid = grid;
        this.limit = grid.limit();
        this.count = grid.elements();
        this.candidate = new byte[count];
        this.plainWeights = new float[count];
    }

    /** The search that all types share when there is an importance matrix. */
    static AffineSearch weighted(int limit, int elements) {
        return new AffineSearch(new AffineGrid(limit, elements, -0.9f, 0.05f, 36, false));
    }

    @Override
    float fitPlain(float[] values, int offset, byte[] codes, int codeOffset) {
        float base = 0f;
        if (!grid.absolute()) {
            base = CArithmetic.squareRoot(CArithmetic.sumOfSquares(values, offset, count) / count);
        }
        for (int i = 0; i < count; i++) {
            plainWeights[i] = base + Math.abs(values[offset + i]);
        }
        return fit(values, offset, plainWeights, codes, codeOffset);
    }

    /** The best scale; what is subtracted is in {@link #shift}. */
    float fit(float[] values, int from, float[] weights, byte[] codes, int codeOffset) {
        observe(values, from, weights);
        float minimum = lowest > 0f ? 0f : lowest;
        if (highest == minimum) {
            for (int i = codeOffset; i < codeOffset + count; i++) {
                codes[i] = 0;
            }
            shift = -minimum;
            return 0f;
        }
        float inverse = limit / (highest - minimum);
        float scale = 1f / inverse;
        encode(values, from, inverse, minimum);
        System.arraycopy(candidate, 0, codes, codeOffset, count);
        float best = error(values, from, weights, scale, minimum);
        for (int i = 0; i <= grid.steps(); i++) {
            // The minimum is that of the best candidate so far: it moves.
            inverse = grid.length(i) / (highest - minimum);
            encode(values, from, inverse, minimum);
            float sumCodes = 0f;
            float sumSquares = 0f;
            float sumProducts = 0f;
            for (int k = 0; k < count; k++) {
                float weighted = weights[k] * candidate[k];
                sumCodes += weighted;
                sumSquares += weighted * candidate[k];
                sumProducts += weighted * values[from + k];
            }
            float determinant = sumOfWeights * sumSquares - sumCodes * sumCodes;
            if (determinant > 0f) {
                float newScale = (sumOfWeights * sumProducts - sumOfValues * sumCodes) / determinant;
                float newMinimum = (sumSquares * sumOfValues - sumCodes * sumProducts) / determinant;
                if (newMinimum > 0f) {
                    newMinimum = 0f;
                    newScale = sumProducts / sumSquares;
                }
                float error = error(values, from, weights, newScale, newMinimum);
                if (error < best) {
                    System.arraycopy(candidate, 0, codes, codeOffset, count);
                    best = error;
                    scale = newScale;
                    minimum = newMinimum;
                }
            }
        }
        shift = -minimum;
        return scale;
    }

    private void observe(float[] values, int from, float[] weights) {
        float low = values[from];
        float high = values[from];
        float weightSum = weights[0];
        float valueSum = weightSum * values[from];
        for (int i = 1; i < count; i++) {
            float x = values[from + i];
            low = x < low ? x : low;
            high = x > high ? x : high;
            weightSum += weights[i];
            valueSum += weights[i] * x;
        }
        lowest = low;
        highest = high;
        sumOfWeights = weightSum;
        sumOfValues = valueSum;
    }

    private void encode(float[] values, int from, float inverse, float minimum) {
        for (int i = 0; i < count; i++) {
            candidate[i] = (byte) CArithmetic.nearest(inverse * (values[from + i] - minimum), 0, limit);
        }
    }

    private float error(float[] values, int from, float[] weights, float scale, float minimum) {
        boolean absolute = grid.absolute();
        float sum = 0f;
        for (int i = 0; i < count; i++) {
            float difference = scale * candidate[i] + minimum - values[from + i];
            sum += weights[i] * (absolute ? Math.abs(difference) : difference * difference);
        }
        return sum;
    }
}
