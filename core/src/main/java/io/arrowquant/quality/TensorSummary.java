package io.arrowquant.quality;

/**
 * What the values of a tensor are like. Minimum to standard deviation and kurtosis are over the finite values only, and
 * NaN when there are none; nan and inf count the others.
 *
 * @param count all elements
 * @param std population standard deviation
 * @param kurtosis excess kurtosis: 0 for a normal distribution; NaN when all values are equal
 */
public record TensorSummary(
        long count,
        float min,
        float max,
        double mean,
        double std,
        float absMax,
        long zeros,
        long nan,
        long inf,
        double kurtosis) {}
