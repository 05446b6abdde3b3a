package io.arrowquant.arrow;

import io.arrowquant.scheme.Scheme;
import java.util.List;

/**
 * What may become of a layer.
 *
 * @param candidates schemes in the order in which they are tried; none when the layer stays as it is stored
 * @param minCosine a layer that comes out with less takes the next candidate, and is kept after the last; negative
 *     infinity when anything will do
 */
public record LayerChoice(List<Scheme> candidates, double minCosine) {
    /** A layer that stays as it is stored. */
    public static final LayerChoice KEEP = new LayerChoice(List.of(), Double.NEGATIVE_INFINITY);

    public LayerChoice {
        candidates = List.copyOf(candidates);
    }

    public static LayerChoice of(Scheme scheme) {
        return new LayerChoice(List.of(scheme), Double.NEGATIVE_INFINITY);
    }

    public boolean isKept() {
        return candidates.isEmpty();
    }

    /** True when a layer that comes out like this is good enough. */
    public boolean passes(double cosine) {
        return !hasThreshold() || cosine >= minCosine;
    }

    public boolean hasThreshold() {
        return minCosine != Double.NEGATIVE_INFINITY;
    }
}
