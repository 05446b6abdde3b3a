package io.arrowquant.scheme;

import io.arrowquant.kernel.Tile;

/** A first pass over all elements of a tensor, in order. */
public interface Survey {
    void observe(Tile tile, long start);

    /** All tiles but the last hold a multiple of this many elements. */
    default int tileUnit() {
        return 1;
    }

    /** True when the elements not yet seen cannot change anything any more. */
    default boolean isComplete() {
        return false;
    }
}
