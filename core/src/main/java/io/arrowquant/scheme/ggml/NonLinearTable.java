package io.arrowquant.scheme.ggml;

import io.arrowquant.kernel.BlockKernels;
import io.arrowquant.kernel.TableSearch;

/** The 16 values of IQ4_NL and IQ4_XS, denser around zero, and the search for the scale to use them with. */
final class NonLinearTable extends PlainSearch implements TableSearch {
    private static final int[] VALUES = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};
    private static final int TRIES = 7;
    private static final byte[] CODES = codes();
    private static final float[] NEAREST_VALUES = nearestValues();

    private static final int ELEMENTS = 32;

    private final float[] squares = new float[ELEMENTS];
    private float codeTimesValue;
    private float codeSquared;

    NonLinearTable() {
        super(ELEMENTS);
    }

    /** The same search on what the kernels have for it. */
    static TableSearch on(BlockKernels kernels) {
        return kernels.table(VALUES, ELEMENTS, new NonLinearTable());
    }

    @Override
    public void encode(float[] values, int offset, int subBlocks, float[] inverses, byte[] codes) {
        for (int j = 0; j < subBlocks; j++) {
            for (int i = j * ELEMENTS; i < (j + 1) * ELEMENTS; i++) {
                codes[i] = (byte) nearest(inverses[j] * values[offset + i]);
            }
        }
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
        return CODES[place(x)];
    }

    /** The place of a number in the tables that have an entry for each half from the lowest value to the highest. */
    private static int place(float x) {
        if (x <= VALUES[0]) {
            return 0;
        }
        // Written so that NaN comes to the end, as in C.
        if (!(x < VALUES[VALUES.length - 1])) {
            return CODES.length - 1;
        }
        float doubled = 2 * x;
        int whole = (int) doubled;
        // The cast goes toward zero: below zero, that is up.
        return whole - (doubled < whole ? 1 : 0) - 2 * VALUES[0];
    }

    /** What lies halfway between two values is a whole number of halves, so a code holds for all numbers up to the next. */
    private static byte[] codes() {
        byte[] codes = new byte[2 * (VALUES[VALUES.length - 1] - VALUES[0]) + 1];
        int code = 0;
        for (int i = 0; i < codes.length; i++) {
            int doubled = i + 2 * VALUES[0];
            if (code < VALUES.length - 1 && doubled >= VALUES[code] + VALUES[code + 1]) {
                code++;
            }
            codes[i] = (byte) code;
        }
        return codes;
    }

    private static float[] nearestValues() {
        float[] values = new float[CODES.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = VALUES[CODES[i]];
        }
        return values;
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
            float q = NEAREST_VALUES[place(inverse * x)];
            products += weights[i] * q * x;
            squares += weights[i] * q * q;
        }
        codeTimesValue = products;
        codeSquared = squares;
    }
}
