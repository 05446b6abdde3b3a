package io.arrowquant.scheme;

import io.arrowquant.kernel.Tile;

/** Encodes the elements of one tensor or range, in order. Not for use by several threads. */
public interface Encoder {
    /**
     * Encodes the next tile and appends what it yields to the parts. All tiles but the last of the range hold a
     * multiple of {@link #tileUnit()} elements.
     *
     * @param start index in the whole tensor of the tile's first element
     */
    void encode(Tile tile, long start, PartBuffers parts);

    /** Tiles hold a multiple of this many elements. */
    int tileUnit();

    /** Values replaced so far because they were NaN or infinite. */
    default long replaced() {
        return 0;
    }
}
