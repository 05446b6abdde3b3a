package io.arrowquant.recipe;

import io.arrowquant.scheme.Scheme;

/**
 * What could become of the tensors that share a decision, and what it would cost.
 *
 * @param scheme what they would be quantized with, or null when they would stay as they are
 * @param bytes of all their outputs
 * @param squaredError the sum of squared differences over all of them
 * @param cosine the worst of them
 */
public record SchemeOption(Scheme scheme, long bytes, double squaredError, double cosine) {
    /** For people: the scheme, or that nothing changes. */
    public String shown() {
        return scheme == null ? "keep" : scheme.spelling();
    }
}
