package io.arrowquant.arrow;

import io.arrowquant.error.MalformedFileException;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;

/** Refuses vectors from files whose offsets lead out of their buffers: what is read by address must be checked first. */
final class BufferCheck {
    private final String column;
    private final long rows;
    private final List<ArrowBuf> buffers;

    BufferCheck(String column, long rows, List<ArrowBuf> buffers) {
        this.column = column;
        this.rows = rows;
        this.buffers = buffers;
    }

    /** {@code room} is how many elements offsets may point to: of a child, or bytes of data. */
    void check(String format, long room) {
        if (rows == 0 || format.isEmpty() || format.equals("n")) {
            return;
        }
        if (!buffers.isEmpty() && buffers.get(0).capacity() > 0) {
            require(0, (rows + 7) / Byte.SIZE);
        }
        if (format.startsWith("+w:")) {
            requireRoom(Math.multiplyExact(rows, Long.parseLong(format.substring(3))), room);
            return;
        }
        if (format.startsWith("w:")) {
            require(1, Math.multiplyExact(rows, Long.parseLong(format.substring(2))));
            return;
        }
        switch (format) {
            case "+l", "+m", "u", "z" -> checkOffsets(room, Integer.BYTES);
            case "+L", "U", "Z" -> checkOffsets(room, Long.BYTES);
            case "c", "C" -> require(1, rows);
            case "s", "S", "e" -> require(1, 2 * rows);
            case "i", "I", "f" -> require(1, 4 * rows);
            case "l", "L", "g" -> require(1, 8 * rows);
            case "+s" -> {
                // Its children are checked on their own.
            }
            default -> throw refused("has a type that cannot be read from IPC data here: " + format);
        }
    }

    private void require(int buffer, long bytes) {
        if (buffers.size() <= buffer || buffers.get(buffer).capacity() < bytes) {
            throw refused("has buffers that are too short for its " + rows + " rows");
        }
    }

    private void requireRoom(long needed, long room) {
        if (needed > room) {
            throw refused("points to " + needed + " elements where there are " + room);
        }
    }

    private void checkOffsets(long room, int width) {
        require(1, (rows + 1) * width);
        ArrowBuf offsets = buffers.get(1);
        long before = 0;
        for (long row = 0; row <= rows; row++) {
            long offset = width == Long.BYTES ? offsets.getLong(row * width) : offsets.getInt(row * width);
            if (offset < before) {
                throw refused("has offsets that go back at row " + row);
            }
            before = offset;
        }
        requireRoom(before, room);
    }

    private MalformedFileException refused(String problem) {
        return MalformedFileException.ofFile(
                "Arrow IPC data", "column '" + column + "' " + problem, "Write it again with a sound writer");
    }
}
