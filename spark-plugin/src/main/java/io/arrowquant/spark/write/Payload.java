package io.arrowquant.spark.write;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.Printable;
import io.arrowquant.tensor.ElementRange;
import java.io.IOException;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.UnsafeRow;
import org.apache.spark.unsafe.Platform;

/** Takes the bytes of a piece from a row to the file, copying them no more often than necessary. */
interface Payload {
    /** The payload of frames with these columns. */
    static Payload of(InputColumns columns) {
        if (columns.hasData() && columns.hasWeights()) {
            return new BytesOrFloats(new StoredBytes(columns.data()), new NarrowedFloats(columns.weights()));
        }
        return columns.hasData() ? new StoredBytes(columns.data()) : new NarrowedFloats(columns.weights());
    }

    /** The column the payload comes from. */
    int column();

    String columnName();

    /** True when the row has nothing to be written. */
    default boolean isMissing(InternalRow row) {
        return row.isNullAt(column());
    }

    /** Checks the payload's length against the range, and writes it. Returns the bytes written. */
    long write(InternalRow row, TensorRegion region, ElementRange range, TaskOutput output) throws IOException;

    /** Bytes where a row has them, floats where it does not: tensors kept and tensors computed in one frame. */
    record BytesOrFloats(StoredBytes bytes, NarrowedFloats floats) implements Payload {
        @Override
        public int column() {
            return bytes.column();
        }

        @Override
        public String columnName() {
            return bytes.columnName();
        }

        @Override
        public boolean isMissing(InternalRow row) {
            return bytes.isMissing(row) && floats.isMissing(row);
        }

        @Override
        public long write(InternalRow row, TensorRegion region, ElementRange range, TaskOutput output)
                throws IOException {
            Payload there = bytes.isMissing(row) ? floats : bytes;
            return there.write(row, region, range, output);
        }
    }

    /** Bytes as they are to be stored. */
    record StoredBytes(int column) implements Payload {
        @Override
        public String columnName() {
            return InputColumns.DATA;
        }

        @Override
        public long write(InternalRow row, TensorRegion region, ElementRange range, TaskOutput output)
                throws IOException {
            byte[] bytes;
            int offset;
            int length;
            if (row instanceof UnsafeRow unsafe && unsafe.getBaseObject() instanceof byte[] base) {
                // A variable-length field is a word of offset and size; getBinary would copy what it points to.
                long field = unsafe.getLong(column);
                bytes = base;
                offset = Math.toIntExact(unsafe.getBaseOffset() - Platform.BYTE_ARRAY_OFFSET + (field >>> 32));
                length = (int) field;
            } else {
                bytes = row.getBinary(column);
                offset = 0;
                length = bytes.length;
            }
            long expected = range.byteLength(region.spec().dtype());
            if (length != expected) {
                throw new InvalidRequestException(
                        "Layer '" + Printable.text(region.spec().name()) + "': " + range.count() + " elements of "
                                + region.spec().dtype() + " take " + expected + " bytes, but the row's data has "
                                + length,
                        "Check dtype, shape, element_count and data");
            }
            output.write(region, region.place(range), bytes, offset, length);
            return length;
        }
    }
}
