package io.arrowquant.scheme.ggml;

import io.arrowquant.tensor.Shape;

/** The column weights of a tensor, and the place in them of the block at hand. */
final class ImportanceMatrix implements BlockImportance {
    private final float[] columnWeights;
    private final int columns;
    private final long sliceElements;
    private final boolean wholeRows;
    private int offset;
    private float rowMeanSquare;

    /** {@code wholeRows} when the type asks for the mean square of rows; the values then come in whole rows. */
    ImportanceMatrix(float[] columnWeights, Shape shape, boolean wholeRows) {
        this.columnWeights = columnWeights;
        this.columns = Math.toIntExact(shape.columns());
        boolean oneForEachSlice = columnWeights.length != columns;
        this.sliceElements = oneForEachSlice ? shape.elements() / shape.dimension(0) : shape.elements();
        this.wholeRows = wholeRows;
    }

    int columns() {
        return columns;
    }

    boolean wholeRows() {
        return wholeRows;
    }

    /** Moves to the block of element {@code index} of the tensor; its values begin at {@code valueOffset}. */
    void moveTo(long index, float[] values, int valueOffset) {
        int column = (int) (index % columns);
        int slice = (int) (index / sliceElements);
        offset = slice * columns + column;
        if (wholeRows && column == 0) {
            rowMeanSquare = CArithmetic.sumOfSquares(values, valueOffset, columns) / columns;
        }
    }

    @Override
    public float rowMeanSquare() {
        return rowMeanSquare;
    }

    @Override
    public float[] columnWeights() {
        return columnWeights;
    }

    @Override
    public int offset() {
        return offset;
    }
}
