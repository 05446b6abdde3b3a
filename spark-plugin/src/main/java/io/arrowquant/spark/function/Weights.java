package io.arrowquant.spark.function;

import io.arrowquant.kernel.Tile;
import io.arrowquant.tensor.DataType;

/** The weights of one row, whatever holds them. Set anew for each row; holds a tile's worth of memory of its own. */
interface Weights {
    int NO_NULL = -1;

    /** How many elements the row has. */
    int count();

    /** The type the values have where they are. */
    DataType type();

    /**
     * The type the SQL type of the column promises. Differs from {@link #type} where a reader offers stored bytes
     * behind an array of floats, and decides what a row is kept as: it is the same however the row gets here.
     */
    DataType declaredType();

    /** Index of the first element that is NULL, or {@link #NO_NULL}. */
    int firstNull();

    /** Makes the tile hold {@code count} elements, the first of them at index {@code from} of this row. */
    void read(int from, int count, Tile tile);

    /** The whole row as bytes of {@link #type}. */
    byte[] toBytes();

    /** Bytes of memory held on to between rows. */
    long heldBytes();
}
