package io.arrowquant.source;

import io.arrowquant.kernel.Kernels;
import io.arrowquant.kernel.Tile;
import io.arrowquant.scheme.ElementSource;
import io.arrowquant.tensor.TensorInfo;
import java.io.IOException;

/** Elements of a matrix, decoded some rows ahead and rounded to the type of the decoded tensor. */
final class DecodedElements implements ElementSource {
    /** Elements decoded at a time, or one row if that is longer. */
    private static final int BLOCK_ELEMENTS = 256 << 10;

    private final TensorInfo tensor;
    private final RowDecoder decoder;
    private final long rows;
    private final long columns;
    private float[] values = new float[0];
    private byte[] stored = new byte[0];
    private long blockStart;
    private int blockElements;

    DecodedElements(TensorInfo tensor, RowDecoder decoder) {
        this.tensor = tensor;
        this.decoder = decoder;
        this.rows = tensor.shape().rows();
        this.columns = tensor.shape().columns();
    }

    @Override
    public void read(long start, int count, Tile tile) throws IOException {
        if (start < blockStart || start + count > blockStart + blockElements) {
            fill(start, count);
        }
        int at = Math.toIntExact(start - blockStart) * tensor.dtype().bytes();
        tile.setStored(tensor.dtype(), stored, at, count);
    }

    private void fill(long start, int count) throws IOException {
        int together = decoder.rowsTogether();
        long first = start / columns / together * together;
        long needed = (start + count - 1) / columns + 1;
        long wanted = Math.max(needed, first + Math.max(1, BLOCK_ELEMENTS / columns));
        long last = Math.min(rows, (wanted + together - 1) / together * together);
        blockStart = first * columns;
        blockElements = Math.toIntExact((last - first) * columns);
        if (values.length < blockElements) {
            values = new float[blockElements];
            stored = new byte[Math.multiplyExact(blockElements, tensor.dtype().bytes())];
        }
        decoder.decode(first, (int) (last - first), values);
        Kernels.get().narrowing().narrow(values, 0, tensor.dtype(), stored, 0, blockElements);
    }
}
