package io.arrowquant.kernel;

/**
 * Code grids for a search of a scale and an offset: codes from 0 to {@code limit} for sub-blocks of {@code elements}. The
 * grids tried are {@code limit + first + step * i} steps long, for i from 0 to {@code steps}.
 *
 * @param absolute errors are absolute and weighed by the magnitudes of the values; else they are squared, and weighed by
 *     the magnitudes and the root of the mean square of the sub-block
 */
public record AffineGrid(int limit, int elements, float first, float step, int steps, boolean absolute) {
    /** The length of grid number {@code i}. */
    public float length(int i) {
        return first + step * i + limit;
    }
}
