package io.arrowquant.scheme;

import io.arrowquant.kernel.Tile;
import java.io.IOException;

/** Where the elements of a tensor come from: a file, an array, an Arrow buffer. */
public interface ElementSource {
    /** Makes the tile hold {@code count} elements from {@code start}, an index in the whole tensor. */
    void read(long start, int count, Tile tile) throws IOException;

    /** Elements that are in memory already, the first of them at index {@code origin} of the tensor. */
    static ElementSource ofFloats(float[] values, int offset, long origin) {
        return (start, count, tile) -> tile.setFloats(values, offset + Math.toIntExact(start - origin), count);
    }
}
