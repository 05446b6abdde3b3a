package io.arrowquant.scheme.ggml;

/**
 * Finds a scale for codes from -limit to limit - 1: starts from the scale that maps the value farthest from zero to
 * -limit, tries 18 more around it, and takes for each set of codes the scale of least weighted squared error. The same
 * sums, in the same order, as ggml's make_qx_quants.
 */
final class SymmetricSearch extends PlainSearch {
    /** Values below are as good as zero. */
    static final float NEGLIGIBLE = 1e-15f;

    private static final int STEPS = 9;
    private static final float STEP = 0.1f;

    private final int limit;
    private float codeTimesValue;
    private float codeSquared;

    SymmetricSearch(int limit, int elements) {
        super(elements);
        this.limit = limit;
    }

    @Override
    float fitPlain(float[] values, int offset, byte[] codes, int codeOffset) {
        return fit(values, offset, elements, null, 0, codes, codeOffset);
    }

    /**
     * The best scale; codes are stored with {@code limit} added.
     *
     * @param weights of the errors, or null for the squares of the values
     */
    float fit(float[] values, int offset, int count, float[] weights, int weightOffset, byte[] codes, int codeOffset) {
        float farthest = CArithmetic.largestMagnitude(values, offset, count);
        if (Math.abs(farthest) < NEGLIGIBLE) {
            for (int i = codeOffset; i < codeOffset + count; i++) {
                codes[i] = 0;
            }
            return 0f;
        }
        float inverse = -limit / farthest;
        sum(values, offset, count, weights, weightOffset, inverse);
        store(values, offset, count, inverse, codes, codeOffset);
        float scale = codeSquared != 0f ? codeTimesValue / codeSquared : 0f;
        float best = scale * codeTimesValue;
        for (int step = -STEPS; step <= STEPS; step++) {
            if (step == 0) {
                continue;
            }
            inverse = -(limit + STEP * step) / farthest;
            sum(values, offset, count, weights, weightOffset, inverse);
            if (codeSquared > 0f && codeTimesValue * codeTimesValue > best * codeSquared) {
                store(values, offset, count, inverse, codes, codeOffset);
                scale = codeTimesValue / codeSquared;
                best = scale * codeTimesValue;
            }
        }
        return scale;
    }

    private void sum(float[] values, int offset, int count, float[] weights, int weightOffset, float inverse) {
        float products = 0f;
        float squares = 0f;
        for (int i = 0; i < count; i++) {
            float x = values[offset + i];
            int code = CArithmetic.nearest(inverse * x, -limit, limit - 1);
            float w = weights == null ? x * x : weights[weightOffset + i];
            products += w * x * code;
            squares += w * code * code;
        }
        codeTimesValue = products;
        codeSquared = squares;
    }

    private void store(float[] values, int offset, int count, float inverse, byte[] codes, int codeOffset) {
        for (int i = 0; i < count; i++) {
            int code = CArithmetic.nearest(inverse * values[offset + i], -limit, limit - 1);
            codes[codeOffset + i] = (byte) (code + limit);
        }
    }
}
