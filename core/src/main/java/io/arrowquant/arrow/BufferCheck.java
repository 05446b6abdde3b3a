package io.arrowquant.arrow;

import io.arrowquant.error.MalformedFileException;
import org.apache.arrow.memory.util.MemoryUtil;

/** Refuses columns of files whose offsets lead out of their buffers: what is read by address is checked first. */
record BufferCheck(String column, long rows, long[] addresses, long[] lengths) {
    /** {@code room} is how many elements offsets may point to: of a child, or bytes of data. */
    void check(String format, long room) {
        if (rows < 0 || rows > 1L << 48) {
            throw refused("has " + rows + " rows");
        }
        if (rows == 0 || format.isEmpty() || format.equals("n")) {
            return;
        }
        if (addresses[0] != 0) {
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
            default -> {
                // A struct has children only.
            }
        }
    }

    private void require(int buffer, long bytes) {
        if (lengths[buffer] < bytes) {
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
        long before = 0;
        for (long row = 0; row <= rows; row++) {
            long at = addresses[1] + row * width;
            long offset = width == Long.BYTES ? MemoryUtil.getLong(at) : MemoryUtil.getInt(at);
            if (offset < before) {
                throw refused("has offsets that go back at row " + row);
            }
            before = offset;
        }
        requireRoom(before, room);
    }

    private MalformedFileException refused(String problem) {
        return MalformedFileException.ofFile(
                IpcMessages.SOURCE, "column '" + column + "' " + problem, "Write it again with a sound writer");
    }
}
