package io.arrowquant.scheme.compressed;

import io.arrowquant.tensor.Shape;

/**
 * How a matrix is cut into slices, the sets of elements that share a scale: a grid of {@code across} by {@code down}
 * rectangles of {@code width} columns and {@code height} rows, those at the right and lower edge perhaps smaller.
 */
record Slices(long rows, long columns, long width, long height) {
    /** Slices of more elements are not held in memory: a first pass finds their ranges. */
    static final long LONGEST_HELD = 1L << 22;

    static Slices of(Strategy strategy, int group, Shape shape) {
        long rows = shape.rows();
        long columns = Math.max(1, shape.columns());
        return switch (strategy) {
            case GROUP -> new Slices(rows, columns, group, 1);
            case CHANNEL -> new Slices(rows, columns, columns, 1);
            case TENSOR -> new Slices(rows, columns, columns, Math.max(1, rows));
            case BLOCK -> new Slices(rows, columns, Strategy.BLOCK_SIDE, Strategy.BLOCK_SIDE);
        };
    }

    long across() {
        return (columns - 1) / width + 1;
    }

    long down() {
        return rows == 0 ? 0 : (rows - 1) / height + 1;
    }

    long count() {
        return across() * down();
    }

    /** The slice of an element, counted row by row. */
    long of(long element) {
        return element / columns / height * across() + element % columns / width;
    }

    /** How many elements from this one on lie in its slice without a gap, at most {@code most}. */
    int run(long element, int most) {
        long column = element % columns;
        long left = width < columns
                ? Math.min(width - column % width, columns - column)
                : (element / columns / height + 1) * height * columns - element;
        return (int) Math.min(most, left);
    }

    /** Consecutive elements that make up whole slices, at the least. */
    long unit() {
        return height == 1 ? width : Math.min(height, rows) * columns;
    }

    /** True when slices follow each other, all of one length, and tiles hold whole ones. */
    boolean areConsecutive() {
        return height == 1 && columns % width == 0 && areHeld();
    }

    /** True when tiles hold whole slices, so that no first pass is needed. */
    boolean areHeld() {
        return unit() <= LONGEST_HELD;
    }
}
