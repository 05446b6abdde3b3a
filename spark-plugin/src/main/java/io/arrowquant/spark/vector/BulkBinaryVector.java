package io.arrowquant.spark.vector;

import org.apache.arrow.vector.VarBinaryVector;
import org.apache.spark.unsafe.Platform;

/** Binary values, copied in bulk. */
public final class BulkBinaryVector extends ReusedVector {
    private final VarBinaryVector vector;

    public BulkBinaryVector(VarBinaryVector vector) {
        super(vector);
        this.vector = vector;
    }

    @Override
    public byte[] getBinary(int row) {
        if (isNullAt(row)) {
            return null;
        }
        int start = vector.getStartOffset(row);
        byte[] bytes = new byte[vector.getEndOffset(row) - start];
        long address = vector.getDataBuffer().memoryAddress() + start;
        Platform.copyMemory(null, address, bytes, Platform.BYTE_ARRAY_OFFSET, bytes.length);
        return bytes;
    }
}
