package io.arrowquant.scheme;

import io.arrowquant.kernel.Tile;

/** A first pass over all elements of a tensor, in order. */
public interface Survey {
    void observe(Tile tile, long start);
}
