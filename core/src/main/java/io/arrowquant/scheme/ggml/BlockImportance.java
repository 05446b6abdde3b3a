package io.arrowquant.scheme.ggml;

/** How much the columns of one block matter. */
interface BlockImportance {
    /** The mean square of the row that the block lies in; only for the types that ask for it. */
    float rowMeanSquare();

    /** The weights as they came; those of the block begin at {@link #offset()}. */
    float[] columnWeights();

    int offset();

    /**
     * The weights of elements: {@code column weight * sqrt(meanSquare + x^2)}.
     *
     * @param within the first element's place in the block
     */
    default void weigh(float[] values, int valueOffset, int within, int count, float meanSquare, float[] weights) {
        float[] columns = columnWeights();
        int first = offset() + within;
        for (int i = 0; i < count; i++) {
            float x = values[valueOffset + i];
            weights[i] = columns[first + i] * CArithmetic.squareRoot(meanSquare + x * x);
        }
    }
}
