package io.arrowquant.kernel;

/** The search for a symmetric scale by loops over sub-blocks. */
final class LoopSymmetricSearch extends LoopSignedSearch {
    private static final int STEPS = 9;
    private static final float STEP = 0.1f;

    private final float[] explained = new float[AT_ONCE];
    private final float[] bestInverses = new float[AT_ONCE];
    private final float[] codes = new float[AT_ONCE];

    LoopSymmetricSearch(int limit, int elements, SubBlockSearch plain) {
        super(limit, elements, plain);
    }

    @Override
    void search(float[] values, int offset, int count) {
        observe();
        sum(-limit);
        for (int j = 0; j < count; j++) {
            scales[j] = squares[j] != 0f ? products[j] / squares[j] : 0f;
            explained[j] = scales[j] * products[j];
            bestInverses[j] = inverses[j];
        }
        for (int step = -STEPS; step <= STEPS; step++) {
            if (step != 0) {
                sum(-(limit + STEP * step));
                accept(count);
            }
        }
        for (int j = 0; j < count; j++) {
            scales[j] = negligible[j] ? 0f : scales[j];
        }
    }

    private void sum(float length) {
        begin(length);
        for (float[] row : rows) {
            LoopSums.codes(row, inverses, -limit, limit - 1, codes);
            LoopSums.addSymmetric(row, codes, products, squares);
        }
    }

    private void accept(int count) {
        for (int j = 0; j < count; j++) {
            if (squares[j] > 0f && products[j] * products[j] > explained[j] * squares[j]) {
                scales[j] = products[j] / squares[j];
                explained[j] = scales[j] * products[j];
                bestInverses[j] = inverses[j];
            }
        }
    }

    @Override
    int code(int subBlock, int element) {
        if (negligible[subBlock]) {
            return 0;
        }
        int code = ScalarBlocks.nearest(bestInverses[subBlock] * rows[element][subBlock]);
        return Math.max(-limit, Math.min(limit - 1, code)) + limit;
    }
}
