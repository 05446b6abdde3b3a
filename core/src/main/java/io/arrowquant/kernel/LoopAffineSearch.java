package io.arrowquant.kernel;

import java.util.Arrays;

/** The search for a scale and an offset by loops over sub-blocks; the same steps as {@link VectorAffineSearch}. */
final class LoopAffineSearch extends LoopSearch {
    private final AffineGrid grid;
    private final float[][] weights;
    private final float[][] codes;

    private final float[] lowest = new float[AT_ONCE];
    private final float[] highest = new float[AT_ONCE];
    private final float[] sumOfWeights = new float[AT_ONCE];
    private final float[] sumOfValues = new float[AT_ONCE];

    /** True where all values are one: the arithmetic then is that of some other range, and does not count. */
    private final boolean[] flat = new boolean[AT_ONCE];

    /** The best so far: minimum, error, and the inverse and minimum that its codes came from. */
    private final float[] minimums = new float[AT_ONCE];

    private final float[] leastErrors = new float[AT_ONCE];
    private final float[] bestInverses = new float[AT_ONCE];
    private final float[] bestOrigins = new float[AT_ONCE];

    /** The candidate. */
    private final float[] inverses = new float[AT_ONCE];

    private final float[] sums = new float[AT_ONCE];
    private final float[] squares = new float[AT_ONCE];
    private final float[] products = new float[AT_ONCE];
    private final float[] determinants = new float[AT_ONCE];
    private final float[] newScales = new float[AT_ONCE];
    private final float[] newMinimums = new float[AT_ONCE];
    private final float[] errors = new float[AT_ONCE];

    LoopAffineSearch(AffineGrid grid, SubBlockSearch plain) {
        super(grid.elements(), plain);
        this.grid = grid;
        this.weights = new float[elements][AT_ONCE];
        this.codes = new float[elements][AT_ONCE];
    }

    @Override
    void search(float[] values, int offset, int count) {
        weigh();
        observe();
        start();
        encode(grid.limit(), count);
        for (int j = 0; j < AT_ONCE; j++) {
            newScales[j] = 1f / inverses[j];
            newMinimums[j] = minimums[j];
        }
        measure();
        takeFirst();
        for (int i = 0; i <= grid.steps(); i++) {
            encode(grid.length(i), count);
            solve(count);
            measure();
            accept(count);
        }
        finish(count);
    }

    private void weigh() {
        // The sums are not needed yet.
        float[] bases = sums;
        Arrays.fill(bases, 0f);
        if (!grid.absolute()) {
            for (float[] row : rows) {
                LoopSums.addSquares(row, bases);
            }
            for (int j = 0; j < AT_ONCE; j++) {
                bases[j] = (float) Math.sqrt(bases[j] / elements);
            }
        }
        for (int e = 0; e < elements; e++) {
            LoopSums.addMagnitudes(rows[e], bases, weights[e]);
        }
    }

    private void observe() {
        System.arraycopy(rows[0], 0, lowest, 0, AT_ONCE);
        System.arraycopy(rows[0], 0, highest, 0, AT_ONCE);
        System.arraycopy(weights[0], 0, sumOfWeights, 0, AT_ONCE);
        for (int j = 0; j < AT_ONCE; j++) {
            sumOfValues[j] = weights[0][j] * rows[0][j];
        }
        for (int e = 1; e < elements; e++) {
            float[] row = rows[e];
            float[] weight = weights[e];
            for (int j = 0; j < AT_ONCE; j++) {
                float x = row[j];
                lowest[j] = x < lowest[j] ? x : lowest[j];
                highest[j] = x > highest[j] ? x : highest[j];
                sumOfWeights[j] += weight[j];
                sumOfValues[j] += weight[j] * x;
            }
        }
    }

    private void start() {
        for (int j = 0; j < AT_ONCE; j++) {
            float minimum = lowest[j] > 0f ? 0f : lowest[j];
            minimums[j] = minimum;
            flat[j] = highest[j] == minimum;
            if (flat[j]) {
                highest[j] = minimum + Math.max(1f, Math.abs(minimum));
            }
            left[j] = !(sumOfWeights[j] < Float.POSITIVE_INFINITY);
        }
    }

    /** Codes of a grid of some length; leaves sub-blocks whose codes would be beyond what is rounded right. */
    private void encode(float length, int count) {
        for (int j = 0; j < AT_ONCE; j++) {
            inverses[j] = length / (highest[j] - minimums[j]);
        }
        for (int e = 0; e < elements; e++) {
            LoopSums.codes(rows[e], minimums, inverses, 0f, grid.limit(), codes[e]);
        }
        for (int j = 0; j < count; j++) {
            // Codes grow with the values, so that the first and the last one tell.
            float first = Math.abs(inverses[j] * (lowest[j] - minimums[j]));
            float last = Math.abs(inverses[j] * (highest[j] - minimums[j]));
            left[j] |= !(first <= LoopSums.DOMAIN && last <= LoopSums.DOMAIN);
        }
    }

    /** The least squares solution for the codes. */
    private void solve(int count) {
        Arrays.fill(sums, 0f);
        Arrays.fill(squares, 0f);
        Arrays.fill(products, 0f);
        for (int e = 0; e < elements; e++) {
            LoopSums.addAffine(rows[e], weights[e], codes[e], sums, squares, products);
        }
        for (int j = 0; j < AT_ONCE; j++) {
            determinants[j] = sumOfWeights[j] * squares[j] - sums[j] * sums[j];
        }
        for (int j = 0; j < AT_ONCE; j++) {
            newScales[j] = (sumOfWeights[j] * products[j] - sumOfValues[j] * sums[j]) / determinants[j];
        }
        for (int j = 0; j < AT_ONCE; j++) {
            newMinimums[j] = (squares[j] * sumOfValues[j] - sums[j] * products[j]) / determinants[j];
        }
        for (int j = 0; j < count; j++) {
            if (newMinimums[j] > 0f) {
                newMinimums[j] = 0f;
                newScales[j] = products[j] / squares[j];
            }
        }
    }

    private void measure() {
        Arrays.fill(errors, 0f);
        for (int e = 0; e < elements; e++) {
            if (grid.absolute()) {
                LoopSums.addAbsoluteErrors(rows[e], weights[e], codes[e], newScales, newMinimums, errors);
            } else {
                LoopSums.addSquaredErrors(rows[e], weights[e], codes[e], newScales, newMinimums, errors);
            }
        }
    }

    private void takeFirst() {
        System.arraycopy(errors, 0, leastErrors, 0, AT_ONCE);
        System.arraycopy(newScales, 0, scales, 0, AT_ONCE);
        System.arraycopy(inverses, 0, bestInverses, 0, AT_ONCE);
        System.arraycopy(minimums, 0, bestOrigins, 0, AT_ONCE);
    }

    /** Makes the candidate the best where its error is less. */
    private void accept(int count) {
        for (int j = 0; j < count; j++) {
            if (determinants[j] > 0f && errors[j] < leastErrors[j]) {
                leastErrors[j] = errors[j];
                scales[j] = newScales[j];
                bestInverses[j] = inverses[j];
                bestOrigins[j] = minimums[j];
                minimums[j] = newMinimums[j];
            }
        }
    }

    private void finish(int count) {
        for (int j = 0; j < count; j++) {
            if (flat[j]) {
                scales[j] = 0f;
                bestInverses[j] = 0f;
                minimums[j] = lowest[j] > 0f ? 0f : lowest[j];
            }
            shifts[j] = -minimums[j];
        }
    }

    @Override
    int code(int subBlock, int element) {
        float value = rows[element][subBlock];
        int code = ScalarBlocks.nearest(bestInverses[subBlock] * (value - bestOrigins[subBlock]));
        return Math.max(0, Math.min(grid.limit(), code));
    }
}
