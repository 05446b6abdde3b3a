package io.arrowquant.scheme.ggml;

/**
 * Finds a scale for the scales of sub-blocks, which are not negative: tries nine code grids, then changes one code at a
 * time while that lessens the weighted squared error. The same sums, in the same order, as ggml's make_qp_quants.
 */
final class PositiveSearch {
    private static final int GRIDS = 4;
    private static final float STEP = 0.1f;
    private static final int SWEEPS = 5;

    private final int limit;
    private float codeTimesValue;
    private float codeSquared;

    PositiveSearch(int limit) {
        this.limit = limit;
    }

    /** The best scale; codes are unsigned bytes. */
    float fit(float[] values, int count, float[] weights, byte[] codes) {
        float largest = 0f;
        for (int i = 0; i < count; i++) {
            // As C's MAX macro has it.
            largest = largest > values[i] ? largest : values[i];
        }
        if (largest < SymmetricSearch.NEGLIGIBLE) {
            for (int i = 0; i < count; i++) {
                codes[i] = 0;
            }
            return 0f;
        }
        float inverse = bestGrid(values, count, weights, largest);
        codeTimesValue = 0f;
        codeSquared = 0f;
        for (int i = 0; i < count; i++) {
            int code = Math.min(limit, CArithmetic.nearest(inverse * values[i]));
            codes[i] = (byte) code;
            codeTimesValue += weights[i] * values[i] * code;
            codeSquared += weights[i] * code * code;
        }
        int sweep = 0;
        while (sweep < SWEEPS && sweep(values, count, weights, codes)) {
            sweep++;
        }
        return codeSquared > 0f ? codeTimesValue / codeSquared : 0f;
    }

    private float bestGrid(float[] values, int count, float[] weights, float largest) {
        float best = limit / largest;
        float scale = 1f / best;
        float leastError = 0f;
        for (int i = 0; i < count; i++) {
            // The first grid is not limited; its codes are unsigned bytes.
            int code = CArithmetic.nearest(best * values[i]) & 0xff;
            float difference = values[i] - scale * code;
            leastError += weights[i] * difference * difference;
        }
        for (int grid = -GRIDS; grid <= GRIDS; grid++) {
            if (grid == 0) {
                continue;
            }
            float inverse = (STEP * grid + limit) / largest;
            float error = error(values, count, weights, inverse);
            if (error < leastError) {
                leastError = error;
                best = inverse;
            }
        }
        return best;
    }

    private float error(float[] values, int count, float[] weights, float inverse) {
        float scale = 1f / inverse;
        float error = 0f;
        for (int i = 0; i < count; i++) {
            int code = Math.min(limit, CArithmetic.nearest(inverse * values[i]));
            float difference = values[i] - scale * code;
            error += weights[i] * difference * difference;
        }
        return error;
    }

    private boolean sweep(float[] values, int count, float[] weights, byte[] codes) {
        boolean changed = false;
        for (int i = 0; i < count; i++) {
            float x = values[i];
            float w = weights[i];
            int old = codes[i] & 0xff;
            float products = codeTimesValue - w * x * old;
            float squares = codeSquared - w * old * old;
            if (!(products > 0f && squares > 0f)) {
                continue;
            }
            int code = Math.min(limit, CArithmetic.nearest(x * squares / products));
            if (code == old) {
                continue;
            }
            products += w * x * code;
            squares += w * code * code;
            if (products * products * codeSquared > codeTimesValue * codeTimesValue * squares) {
                codes[i] = (byte) code;
                codeTimesValue = products;
                codeSquared = squares;
                changed = true;
            }
        }
        return changed;
    }
}
