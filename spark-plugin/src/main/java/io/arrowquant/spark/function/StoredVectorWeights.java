package io.arrowquant.spark.function;

import io.arrowquant.kernel.Tile;
import io.arrowquant.spark.vector.StoredWeights;
import io.arrowquant.tensor.DataType;

/** A row of our reader's weights column, taken as the stored bytes, which the column need not decode then. */
final class StoredVectorWeights implements Weights {
    private StoredWeights vector;
    private int row;
    private DataType type;
    private int count;
    private byte[] bytes = new byte[0];

    StoredVectorWeights set(StoredWeights vector, int row) {
        this.vector = vector;
        this.row = row;
        this.type = vector.storedType(row);
        this.count = vector.elementCount(row);
        return this;
    }

    @Override
    public int count() {
        return count;
    }

    @Override
    public DataType type() {
        return type;
    }

    @Override
    public DataType declaredType() {
        return DataType.F32;
    }

    @Override
    public int firstNull() {
        return NO_NULL;
    }

    @Override
    public void read(int from, int count, Tile tile) {
        int size = Math.toIntExact(type.byteLength(count));
        if (bytes.length < size) {
            bytes = new byte[Math.max(size, Tile.ELEMENTS * type.bytes())];
        }
        vector.copyStored(row, from, count, bytes, 0);
        tile.setStored(type, bytes, 0, count);
    }

    @Override
    public byte[] toBytes() {
        byte[] copy = new byte[Math.toIntExact(type.byteLength(count))];
        vector.copyStored(row, 0, count, copy, 0);
        return copy;
    }

    @Override
    public long heldBytes() {
        return bytes.length;
    }
}
