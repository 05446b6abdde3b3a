package io.arrowquant.arrow;

import io.arrowquant.error.InvalidRequestException;
import org.apache.arrow.c.ArrowArray;
import org.apache.arrow.memory.util.MemoryUtil;

/**
 * An array of the C Data Interface, read where it lies. It owns nothing and is valid as long as its producer's struct.
 * Rows are counted from the array's own offset.
 */
final class ForeignArray {
    private static final long UNKNOWN = -1;

    private final ForeignType type;
    private final long length;
    private final long offset;
    private final long nullCount;
    private final long[] buffers;
    private final ForeignArray[] children;
    private final ForeignArray dictionary;

    /** An array whose buffers are known already. */
    ForeignArray(
            ForeignType type,
            long length,
            long nullCount,
            long[] buffers,
            ForeignArray[] children,
            ForeignArray dictionary) {
        this.type = type;
        this.length = length;
        this.offset = 0;
        this.nullCount = nullCount;
        this.buffers = buffers;
        this.children = children;
        this.dictionary = dictionary;
    }

    private ForeignArray(ForeignType type, ArrowArray.Snapshot struct) {
        this.type = type;
        this.length = struct.length;
        this.offset = struct.offset;
        this.nullCount = struct.null_count;
        this.buffers = new long[Math.toIntExact(struct.n_buffers)];
        for (int i = 0; i < buffers.length; i++) {
            buffers[i] = MemoryUtil.getLong(struct.buffers + (long) i * Long.BYTES);
        }
        if (struct.n_children != type.children().size() || (struct.dictionary == 0) != (type.dictionary() == null)) {
            throw new InvalidRequestException("An Arrow array and its schema do not belong together: " + type.describe()
                    + " with " + struct.n_children + " children");
        }
        this.children = new ForeignArray[type.children().size()];
        for (int i = 0; i < children.length; i++) {
            children[i] = read(
                    MemoryUtil.getLong(struct.children + (long) i * Long.BYTES),
                    type.children().get(i));
        }
        this.dictionary = type.dictionary() == null ? null : read(struct.dictionary, type.dictionary());
    }

    /** Reads the array that a struct describes, which stays its producer's. */
    static ForeignArray read(long address, ForeignType type) {
        ArrowArray.Snapshot struct = ArrowArray.wrap(address).snapshot();
        if (struct.release == 0) {
            throw new InvalidRequestException("The Arrow array was released before it was read");
        }
        return new ForeignArray(type, struct);
    }

    ForeignType type() {
        return type;
    }

    long length() {
        return length;
    }

    /** Where a row is in the buffers. */
    long physical(long row) {
        return offset + row;
    }

    /** The address of a buffer, or 0 when there is none. */
    long buffer(int index) {
        return buffers[index];
    }

    ForeignArray child(int index) {
        return children[index];
    }

    ForeignArray dictionary() {
        return dictionary;
    }

    boolean isNull(long row) {
        if (type.format().equals("n")) {
            return true;
        }
        return mayHaveNulls() && !bit(physical(row));
    }

    private boolean mayHaveNulls() {
        return nullCount != 0 && buffers.length > 0 && buffers[0] != 0;
    }

    private boolean bit(long position) {
        return (MemoryUtil.getByte(buffers[0] + (position >> 3)) >> (position & 7) & 1) != 0;
    }

    /** The first null among rows, or -1. */
    long firstNull(long begin, long end) {
        if (!mayHaveNulls() || begin >= end) {
            return UNKNOWN;
        }
        long position = physical(begin);
        long stop = physical(end);
        while (position < stop) {
            boolean wholeByte = (position & 7) == 0 && stop - position >= Byte.SIZE;
            if (wholeByte && MemoryUtil.getByte(buffers[0] + (position >> 3)) == -1) {
                position += Byte.SIZE;
            } else if (bit(position)) {
                position++;
            } else {
                return position - offset;
            }
        }
        return UNKNOWN;
    }

    /** An element of a signed or unsigned integer array, or of one of dictionary indices. */
    long integer(long row) {
        long at = physical(row);
        long values = buffers[1];
        return switch (type.format()) {
            case "c" -> MemoryUtil.getByte(values + at);
            case "C" -> MemoryUtil.getByte(values + at) & 0xFF;
            case "s" -> MemoryUtil.getShort(values + at * Short.BYTES);
            case "S" -> MemoryUtil.getShort(values + at * Short.BYTES) & 0xFFFF;
            case "i" -> MemoryUtil.getInt(values + at * Integer.BYTES);
            case "I" -> Integer.toUnsignedLong(MemoryUtil.getInt(values + at * Integer.BYTES));
            case "l", "L" -> MemoryUtil.getLong(values + at * Long.BYTES);
            default -> throw new IllegalStateException("no integers: " + type.describe());
        };
    }

    boolean isInteger() {
        return type.format().length() == 1 && "cCsSiIlL".contains(type.format()) && type.dictionary() == null;
    }
}
