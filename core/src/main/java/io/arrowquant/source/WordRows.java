package io.arrowquant.source;

import io.arrowquant.kernel.NibbleSquares;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Words of GPTQ and AWQ, which lie turned, brought into the order of the weight's rows: the codes of a row then follow each
 * other as one stream of bits. Some rows are turned at a time, so that what is read of a line of the cache is used at once.
 */
final class WordRows {
    /** Rows of AWQ that share words. */
    static final int AWQ_ROWS = NibbleSquares.SIDE;

    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** Rows of GPTQ whose words fill a line of a cache. */
    private static final int GPTQ_ROWS = 16;

    /** Keeps rows of a power of two from falling into the same few lines of a cache; a multiple of what is written at once. */
    private static final int GAP = 64;

    private final byte[] words;
    private final int rowsOfTensor;
    private final int columns;
    private final int rowBytes;
    private final int stride;
    private final long[] square = new long[AWQ_ROWS];
    private byte[] turned = new byte[0];

    /** Of a matrix whose rows take {@code rowBytes} bytes, a multiple of four. */
    WordRows(byte[] words, int rowsOfTensor, int columns, int rowBytes) {
        this.words = words;
        this.rowsOfTensor = rowsOfTensor;
        this.columns = columns;
        this.rowBytes = rowBytes;
        this.stride = Math.addExact(rowBytes, GAP);
    }

    /** Where a row of the last call begins in {@link #turned}. */
    int at(int row) {
        return row * stride;
    }

    byte[] turned() {
        return turned;
    }

    private void reserve(int rows) {
        if (turned.length < Math.multiplyExact(rows, stride)) {
            turned = new byte[rows * stride];
        }
    }

    /** Words that hold codes of consecutive columns. */
    void turnColumns(int first, int count) {
        reserve(count);
        for (int begin = 0; begin < count; begin += GPTQ_ROWS) {
            int end = Math.min(begin + GPTQ_ROWS, count);
            for (int at = 0; at < rowBytes; at += Integer.BYTES) {
                int from = at * rowsOfTensor + first * Integer.BYTES;
                for (int row = begin; row < end; row++) {
                    INTS.set(turned, row * stride + at, (int) INTS.get(words, from + row * Integer.BYTES));
                }
            }
        }
    }

    /** Words that hold codes of four bits of consecutive rows; first row and number of rows are multiples of eight. */
    void turnRows(int first, int count) {
        reserve(count);
        int wordsOfColumn = rowsOfTensor / AWQ_ROWS;
        for (int column = 0; column < columns; column += 2 * AWQ_ROWS) {
            for (int row = 0; row < count; row += AWQ_ROWS) {
                int word = column * wordsOfColumn + (first + row) / AWQ_ROWS;
                for (int i = 0; i < AWQ_ROWS; i++) {
                    square[i] = word(column + i, word + i * wordsOfColumn)
                            | word(column + AWQ_ROWS + i, word + (AWQ_ROWS + i) * wordsOfColumn) << Integer.SIZE;
                }
                NibbleSquares.turn(square);
                for (int i = 0; i < AWQ_ROWS; i++) {
                    // Beyond the end of a row lies the gap.
                    LONGS.set(turned, (row + NibbleSquares.rowAt(i)) * stride + column / 2, square[i]);
                }
            }
        }
    }

    /** Beyond the last column, zero. */
    private long word(int column, int index) {
        return column < columns ? (int) INTS.get(words, index * Integer.BYTES) & 0xffffffffL : 0;
    }
}
