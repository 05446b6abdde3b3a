package io.arrowquant.scheme.compressed;

import io.arrowquant.scheme.PartBuffers;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Zero points packed along the rows: for each column of groups a bit stream running down, cut into words of 32 bits, so
 * that a row of words holds the zero points of several rows.
 */
final class ZeroPointRows {
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private final int bits;
    private final int across;
    private final int rowsTogether;
    private final int[] words;

    ZeroPointRows(int bits, int across) {
        this.bits = bits;
        this.across = across;
        this.rowsTogether = rowsTogether(bits);
        this.words = new int[wordRows(rowsTogether) * across];
    }

    /** Rows whose zero points fill whole words. */
    static int rowsTogether(int bits) {
        return Integer.SIZE / Math.min(Integer.lowestOneBit(bits), Integer.SIZE);
    }

    private int wordRows(int rows) {
        return (rows * bits + Integer.SIZE - 1) / Integer.SIZE;
    }

    void set(long row, int column, int zeroPoint) {
        // Rows together are a power of two.
        int bit = (int) (row & (rowsTogether - 1)) * bits;
        int at = bit / Integer.SIZE * across + column;
        int shift = bit % Integer.SIZE;
        int code = zeroPoint + (1 << (bits - 1));
        words[at] |= code << shift;
        if (shift + bits > Integer.SIZE) {
            words[at + across] |= code >>> (Integer.SIZE - shift);
        }
    }

    /** Appends the words once the last of the rows that share them, or of the tensor, is complete. */
    void endRow(long row, long rows, PartBuffers parts, int part) {
        int together = (int) (row % rowsTogether) + 1;
        if (together < rowsTogether && row < rows - 1) {
            return;
        }
        int count = wordRows(together) * across;
        int begin = parts.append(part, count * Integer.BYTES);
        for (int i = 0; i < count; i++) {
            INTS.set(parts.array(part), begin + i * Integer.BYTES, words[i]);
        }
        Arrays.fill(words, 0);
    }

    /** A zero point from words that begin with those of a row divisible by the rows that share words. */
    static int get(byte[] source, int at, int bits, int across, long row, int column) {
        long bit = row * bits;
        int word = at + Math.toIntExact((bit / Integer.SIZE * across + column) * Integer.BYTES);
        int shift = (int) (bit % Integer.SIZE);
        int code = (int) INTS.get(source, word) >>> shift;
        if (shift + bits > Integer.SIZE) {
            code |= (int) INTS.get(source, word + across * Integer.BYTES) << (Integer.SIZE - shift);
        }
        return (code & ((1 << bits) - 1)) - (1 << (bits - 1));
    }
}
