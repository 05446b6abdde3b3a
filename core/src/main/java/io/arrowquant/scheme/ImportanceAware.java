package io.arrowquant.scheme;

/**
 * A scheme that can weigh the errors of columns, as an importance matrix of llama.cpp tells it to. Every door that has
 * such weights asks the scheme for its weighted twin and goes on with that:
 *
 * <pre>{@code
 * Scheme scheme = SchemeCatalog.parse("Q4_K");
 * if (weights != null && scheme instanceof ImportanceAware aware) {
 *     scheme = aware.withImportance(weights);
 * }
 * }</pre>
 */
public interface ImportanceAware {
    /**
     * The same scheme for tensors whose columns matter as told. It has the same spelling and parts, but its
     * {@link Scheme#unit} may be longer.
     *
     * @param columnWeights one finite weight, not negative, for each column; for a tensor of more than two dimensions
     *     either that, or one for each column of each slice of the first dimension (each expert), slice after slice
     */
    Scheme withImportance(float[] columnWeights);
}
