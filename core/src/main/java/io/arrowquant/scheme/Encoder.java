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

    /**
     * The values that the codes of the last tile stand for, into {@code values}; false when this encoder does not keep
     * them and a {@link Decoder} must read the parts. Encoders whose parts are not complete after every tile keep them.
     */
    default boolean reconstruct(float[] values, int offset) {
        return false;
    }

    /** Says, before the first tile, that tiles will be reconstructed: some kernels are faster where they are, others where not. */
    default void expectReconstruction() {}

    /** Values replaced so far because they were NaN or infinite. */
    long replaced();
}
