package io.arrowquant.storage;

import java.util.Locale;

/** CRC32C of texts whose parts are seen apart, perhaps by different tasks. */
public final class Crc32c {
    /** The polynomial, lowest power in the highest bit. */
    private static final int POLYNOMIAL = 0x82f63b78;

    private Crc32c() {}

    public static int of(byte[] bytes) {
        return of(bytes, 0, bytes.length);
    }

    public static int of(byte[] bytes, int offset, int length) {
        java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
        crc.update(bytes, offset, length);
        return (int) crc.getValue();
    }

    /** The checksum of two parts, one after the other, from those of the parts and the length of the second. */
    public static int combine(int first, int second, long secondLength) {
        // Appending zeros is a linear map of the checksum; squaring the map for one zero bit gives those for 2, 4, ...
        int[] map = oneZeroBit();
        int shifted = first;
        // From bits to bytes.
        map = square(square(square(map)));
        for (long left = secondLength; left > 0; left >>= 1) {
            if ((left & 1) != 0) {
                shifted = apply(map, shifted);
            }
            map = square(map);
        }
        return shifted ^ second;
    }

    private static int[] oneZeroBit() {
        int[] map = new int[Integer.SIZE];
        map[0] = POLYNOMIAL;
        for (int i = 1; i < map.length; i++) {
            map[i] = 1 << (i - 1);
        }
        return map;
    }

    private static int[] square(int[] map) {
        int[] squared = new int[map.length];
        for (int i = 0; i < map.length; i++) {
            squared[i] = apply(map, map[i]);
        }
        return squared;
    }

    private static int apply(int[] map, int vector) {
        int result = 0;
        for (int bits = vector, i = 0; bits != 0; bits >>>= 1, i++) {
            if ((bits & 1) != 0) {
                result ^= map[i];
            }
        }
        return result;
    }

    /** Eight hexadecimal digits, as reports show it. */
    public static String text(int crc) {
        return String.format(Locale.ROOT, "%08x", crc);
    }
}
