package io.arrowquant.arrow;

import org.apache.arrow.memory.util.MemoryUtil;

/** Finds what belongs to a row in columns whose rows have many elements: lists, strings and binaries of every layout. */
abstract class Elements {
    final ForeignArray array;

    private Elements(ForeignArray array) {
        this.array = array;
    }

    /** For a column of lists, strings or binaries; null for one of anything else. */
    static Elements of(ForeignArray array) {
        String format = array.type().format();
        if (format.startsWith("+w:")) {
            return new Fixed(array, Long.parseLong(format.substring(3)), true);
        }
        if (format.startsWith("w:")) {
            return new Fixed(array, Long.parseLong(format.substring(2)), false);
        }
        return switch (format) {
            case "+l", "u", "z", "+m" -> new Offsets(array, false);
            case "+L", "U", "Z" -> new Offsets(array, true);
            case "+vl" -> new ListView(array, false);
            case "+vL" -> new ListView(array, true);
            case "vu", "vz" -> new BinaryView(array);
            default -> null;
        };
    }

    boolean isNull(long row) {
        return array.isNull(row);
    }

    /** The first of the row's elements among those of the list's child. */
    abstract long begin(long row);

    abstract long count(long row);

    /** The address of the row's bytes; for strings and binaries. */
    abstract long address(long row);

    /** Each row ends where the next begins. */
    private static final class Offsets extends Elements {
        private final boolean wide;

        Offsets(ForeignArray array, boolean wide) {
            super(array);
            this.wide = wide;
        }

        private long offset(long position) {
            long buffer = array.buffer(1);
            if (buffer == 0) {
                return 0; // An array without rows need not have offsets.
            }
            return wide
                    ? MemoryUtil.getLong(buffer + position * Long.BYTES)
                    : MemoryUtil.getInt(buffer + position * Integer.BYTES);
        }

        @Override
        long begin(long row) {
            return offset(array.physical(row));
        }

        @Override
        long count(long row) {
            return offset(array.physical(row) + 1) - begin(row);
        }

        @Override
        long address(long row) {
            return array.buffer(2) + begin(row);
        }
    }

    /** All rows have the same number of elements. */
    private static final class Fixed extends Elements {
        private final long size;
        private final boolean list;

        Fixed(ForeignArray array, long size, boolean list) {
            super(array);
            this.size = size;
            this.list = list;
        }

        @Override
        long begin(long row) {
            return array.physical(row) * size;
        }

        @Override
        long count(long row) {
            return size;
        }

        @Override
        long address(long row) {
            if (list) {
                throw new IllegalStateException("a list has no bytes of its own");
            }
            return array.buffer(1) + begin(row);
        }
    }

    /** Rows lie anywhere in the child, in any order. */
    private static final class ListView extends Elements {
        private final boolean wide;

        ListView(ForeignArray array, boolean wide) {
            super(array);
            this.wide = wide;
        }

        private long number(int buffer, long row) {
            long at = array.physical(row);
            return wide
                    ? MemoryUtil.getLong(array.buffer(buffer) + at * Long.BYTES)
                    : MemoryUtil.getInt(array.buffer(buffer) + at * Integer.BYTES);
        }

        @Override
        long begin(long row) {
            return number(1, row);
        }

        @Override
        long count(long row) {
            return number(2, row);
        }

        @Override
        long address(long row) {
            throw new IllegalStateException("a list has no bytes of its own");
        }
    }

    /** Short rows lie in the view itself, long ones in one of several buffers. */
    private static final class BinaryView extends Elements {
        private static final int VIEW = 16;
        private static final int LONGEST_INLINE = 12;

        BinaryView(ForeignArray array) {
            super(array);
        }

        private long view(long row) {
            return array.buffer(1) + array.physical(row) * VIEW;
        }

        @Override
        long begin(long row) {
            return 0;
        }

        @Override
        long count(long row) {
            return MemoryUtil.getInt(view(row));
        }

        @Override
        long address(long row) {
            long view = view(row);
            if (MemoryUtil.getInt(view) <= LONGEST_INLINE) {
                return view + Integer.BYTES;
            }
            return array.buffer(2 + MemoryUtil.getInt(view + 8)) + MemoryUtil.getInt(view + LONGEST_INLINE);
        }
    }
}
