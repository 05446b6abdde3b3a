package io.arrowquant.scheme.compressed;

import io.arrowquant.kernel.Kernels;

/** How codes, one a byte, lie in the main output. */
enum CodePacking {
    /** A bit stream for each row, element 0 in the lowest bits, cut into little-endian words of 32 bits. */
    WORDS,
    /** One byte for each code, as it is. */
    BYTES,
    /** One signed byte for each code. */
    SIGNED_BYTES,
    /** Two codes of four bits in a byte, even columns in the low half. */
    NIBBLES;

    /** Values of any width fill whole words after this many. */
    static final int WORD_VALUES = 32;

    /** Elements that tiles are multiples of, so that their codes fill whole units of the output. */
    long unit(long columns) {
        return switch (this) {
            case WORDS -> columns % WORD_VALUES == 0 ? WORD_VALUES : columns;
            case BYTES, SIGNED_BYTES -> 1;
            case NIBBLES -> 2;
        };
    }

    /** Bytes that a row takes. */
    long rowBytes(long columns, int bits) {
        return switch (this) {
            case WORDS -> (columns * bits + WORD_VALUES - 1) / WORD_VALUES * Integer.BYTES;
            case BYTES, SIGNED_BYTES -> columns;
            case NIBBLES -> columns / 2;
        };
    }

    /** Bytes of {@code count} elements: whole rows, or a multiple of the unit. */
    int bytes(int count, long columns, int bits) {
        if (this == WORDS && columns % WORD_VALUES != 0) {
            return Math.toIntExact(count / columns * rowBytes(columns, bits));
        }
        return switch (this) {
            case WORDS -> Math.toIntExact((long) count * bits / Byte.SIZE);
            case BYTES, SIGNED_BYTES -> count;
            case NIBBLES -> count / 2;
        };
    }

    /** True when codes of four bits lie two a byte, the first in the lower half, without a gap. */
    boolean isNibbles(long columns, int bits) {
        return bits == 4 && (this == NIBBLES || (this == WORDS && columns % WORD_VALUES == 0));
    }

    void pack(byte[] codes, int count, long columns, int bits, byte[] target, int at) {
        switch (this) {
            case WORDS -> {
                int row = rowLength(count, columns);
                if (isPowerOfTwo(bits) && columns % WORD_VALUES == 0) {
                    // Whole words: the same bit stream as that of the int family.
                    Kernels.get().integer().pack(codes, 0, count, bits, target, at);
                    return;
                }
                int rowBytes = bytes(row, columns, bits);
                for (int done = 0; done < count; done += row) {
                    packBits(codes, done, row, bits, target, at);
                    at += rowBytes;
                }
            }
            case BYTES -> System.arraycopy(codes, 0, target, at, count);
            case SIGNED_BYTES -> {
                int half = 1 << (bits - 1);
                for (int i = 0; i < count; i++) {
                    target[at + i] = (byte) (codes[i] - half);
                }
            }
            case NIBBLES -> Kernels.get().integer().pack(codes, 0, count, bits, target, at);
        }
    }

    void unpack(byte[] source, int at, int count, long columns, int bits, byte[] codes) {
        switch (this) {
            case WORDS -> {
                int row = rowLength(count, columns);
                if (isPowerOfTwo(bits) && columns % WORD_VALUES == 0) {
                    Kernels.get().integer().unpack(source, at, bits, codes, 0, count);
                    return;
                }
                int rowBytes = bytes(row, columns, bits);
                for (int done = 0; done < count; done += row) {
                    unpackBits(source, at, row, bits, codes, done);
                    at += rowBytes;
                }
            }
            case BYTES -> System.arraycopy(source, at, codes, 0, count);
            case SIGNED_BYTES -> {
                int half = 1 << (bits - 1);
                for (int i = 0; i < count; i++) {
                    codes[i] = (byte) (source[at + i] + half);
                }
            }
            case NIBBLES -> Kernels.get().integer().unpack(source, at, bits, codes, 0, count);
        }
    }

    private static boolean isPowerOfTwo(int bits) {
        return Integer.bitCount(bits) == 1;
    }

    /** Rows that fill whole words follow each other without a gap, and so are one long row. */
    private static int rowLength(int count, long columns) {
        return columns % WORD_VALUES == 0 ? count : (int) columns;
    }

    private static void packBits(byte[] codes, int offset, int count, int bits, byte[] target, int at) {
        int pending = 0;
        int pendingBits = 0;
        int end = at + (count * bits + WORD_VALUES - 1) / WORD_VALUES * Integer.BYTES;
        for (int i = offset; i < offset + count; i++) {
            pending |= (codes[i] & 0xff) << pendingBits;
            pendingBits += bits;
            while (pendingBits >= Byte.SIZE) {
                target[at++] = (byte) pending;
                pending >>>= Byte.SIZE;
                pendingBits -= Byte.SIZE;
            }
        }
        while (at < end) {
            target[at++] = (byte) pending;
            pending = 0;
        }
    }

    private static void unpackBits(byte[] source, int at, int count, int bits, byte[] codes, int offset) {
        int mask = (1 << bits) - 1;
        int pending = 0;
        int pendingBits = 0;
        for (int i = offset; i < offset + count; i++) {
            if (pendingBits < bits) {
                pending |= (source[at++] & 0xff) << pendingBits;
                pendingBits += Byte.SIZE;
            }
            codes[i] = (byte) (pending & mask);
            pending >>>= bits;
            pendingBits -= bits;
        }
    }
}
