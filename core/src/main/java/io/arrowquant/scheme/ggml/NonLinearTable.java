package io.arrowquant.scheme.ggml;

/** The 16 values of IQ4_NL and IQ4_XS, denser around zero, and the search for the scale to use them with. */
final class NonLinearTable extends PlainSearch {
    private static final int[] VALUES = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};
    private static final int TRIES = 7;

    private static final int ELEMENTS = 32;

    private final float[] squares = new float[ELEMENTS];
    private float codeTimesValue;
    private float codeSquared;

    NonLinearTable() {
        super(ELEMENTS);
    }

    @Override
    float fitPlain(float[] values, int offset, byte[] codes, int codeOffset) {
        for (int i = 0; i < ELEMENTS; i++) {
            squares[i] = values[offset + i] * values[offset + i];
        }
        return fit(values, offset, ELEMENTS, squares);
    }

    static int value(int code) {
        return VALUES[code];
    }

    /** The code of the nearest value; halfway between two it is the higher one. */
    static int nearest(float x) {
        if (x <= VALUES[0]) {
            return 0;
        }
        int high = VALUES.length - 1;
        if (x >= VALUES[high]) {
            return high;
        }
        int low = 0;
        while (high - low > 1) {
            int middle = (low + high) / 2;
            if (x < VALUES[middle]) {
                high = middle;
            } else {
                low = middle;
            }
        }
        return x - VALUES[high - 1] < VALUES[high] - x ? high - 1 : high;
    }

    /** The scale of least weighted squared error among 16 tried; zero for negligible values. */
    float fit(float[] values, int offset, int count, float[] weights) {
        float farthest = CArithmetic.largestMagnitude(values, offset, count);
        if (Math.abs(farthest) < SymmetricSearch.NEGLIGIBLE) {
            return 0f;
        }
        sum(values, offset, count, weights, 1f / (-farthest / VALUES[0]));
        float scale = codeSquared > 0f ? codeTimesValue / codeSquared : 0f;
        float best = scale * codeTimesValue;
        for (int i = -TRIES; i <= TRIES; i++) {
            sum(values, offset, count, weights, (i + VALUES[0]) / farthest);
            if (codeSquared > 0f && codeTimesValue * codeTimesValue > best * codeSquared) {
                scale = codeTimesValue / codeSquared;
                best = scale * codeTimesValue;
            }
        }
        return scale;
    }

    private void sum(float[] values, int offset, int count, float[] weights, float inverse) {
        float products = 0f;
        float squares = 0f;
        for (int i = 0; i < count; i++) {
            float x = values[offset + i];
            float q = VALUES[nearest(inverse * x)];
            products += weights[i] * q * x;
            squares += weights[i] * q * q;
        }
        codeTimesValue = products;
        codeSquared = squares;
    }
}
