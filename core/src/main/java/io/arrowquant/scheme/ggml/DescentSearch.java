package io.arrowquant.scheme.ggml;

/**
 * Finds a scale for a few signed codes: starts from the codes of the scale that maps the value farthest from zero to
 * -limit, then changes one code at a time while that lessens the squared error. The same sums, in the same order, as
 * ggml's make_q3_quants.
 */
final class DescentSearch extends PlainSearch {
    private static final int SWEEPS = 5;

    private final int limit;
    private float codeTimesValue;
    private float codeSquared;

    DescentSearch(int limit, int elements) {
        super(elements);
        this.limit = limit;
    }

    /** The best scale; codes are stored with {@code limit} added, but as zeros when all values are negligible. */
    @Override
    float fitPlain(float[] values, int offset, byte[] codes, int codeOffset) {
        float farthest = CArithmetic.largestMagnitude(values, offset, elements);
        if (Math.abs(farthest) < SymmetricSearch.NEGLIGIBLE) {
            for (int i = codeOffset; i < codeOffset + elements; i++) {
                codes[i] = 0;
            }
            return 0f;
        }
        float inverse = -limit / farthest;
        codeTimesValue = 0f;
        codeSquared = 0f;
        for (int i = 0; i < elements; i++) {
            float x = values[offset + i];
            int code = CArithmetic.nearest(inverse * x, -limit, limit - 1);
            codes[codeOffset + i] = (byte) code;
            float w = x * x;
            codeTimesValue += w * x * code;
            codeSquared += w * code * code;
        }
        int sweep = 0;
        while (sweep < SWEEPS && sweep(values, offset, codes, codeOffset)) {
            sweep++;
        }
        for (int i = codeOffset; i < codeOffset + elements; i++) {
            codes[i] += (byte) limit;
        }
        return codeSquared > 0f ? codeTimesValue / codeSquared : 0f;
    }

    private boolean sweep(float[] values, int offset, byte[] codes, int codeOffset) {
        boolean changed = false;
        for (int i = 0; i < elements; i++) {
            float x = values[offset + i];
            float w = x * x;
            int old = codes[codeOffset + i];
            float products = codeTimesValue - w * x * old;
            if (!(products > 0f)) {
                continue;
            }
            float squares = codeSquared - w * old * old;
            int code = CArithmetic.nearest(x * squares / products, -limit, limit - 1);
            if (code == old) {
                continue;
            }
            products += w * x * code;
            squares += w * code * code;
            if (squares > 0f && products * products * codeSquared > codeTimesValue * codeTimesValue * squares) {
                codes[codeOffset + i] = (byte) code;
                codeTimesValue = products;
                codeSquared = squares;
                changed = true;
            }
        }
        return changed;
    }
}
