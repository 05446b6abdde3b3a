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
     * Where in each part the elements from {@code start} on will have theirs, into {@code offsets}; to be asked before
     * they are encoded. What the next tile needs may have been appended by an earlier one: the scale of a group that
     * begins there.
     */
    default void partOffsets(long start, PartBuffers parts, int[] offsets) {
        for (int part = 0; part < offsets.length; part++) {
            offsets[part] = parts.length(part);
        }
    }

    /**
     * The values that the codes of the last tile stand for, into {@code values}; false when this encoder does not keep
     * them and a {@link Decoder} must read the parts. Encoders whose parts are not complete after every tile keep them.
     */
    default boolean reconstruct(float[] values, int offset) {
        return false;
    }

    /** Values replaced so far because they were NaN or infinite. */
    default long replaced() {
        return 0;
    }
}
