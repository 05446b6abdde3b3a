package io.arrowquant.source;

import java.io.IOException;

/** Decodes rows of one tensor, as floats. Not for use by several threads. */
interface RowDecoder {
    /** Rows are asked for from a multiple of this on. */
    int rowsTogether();

    void decode(long firstRow, int rows, float[] values) throws IOException;
}
