package io.arrowquant.scheme.packed;

import io.arrowquant.kernel.NibbleSquares;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Packed codes of some rows that wait to be turned: rows come one after the other, and the words of the output hold, or
 * stand beside, what lies below each other. So many rows wait that whole cache lines of the output are written.
 */
final class RowStrip {
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** Words of a cache line. */
    private static final int WORDS = 16;

    /** Keeps rows of a power of two from falling into the same few lines of a cache. */
    private static final int GAP = 64;

    /** Where rows are so long that no cache holds several, fewer wait. */
    private static final int MOST_BYTES = 32 << 20;

    /** Rows whose codes AWQ's words hold. */
    private static final int AWQ_ROWS = NibbleSquares.SIDE;

    private final Layout layout;
    private final byte[] target;
    private final int rowsOfTensor;
    private final int rowBytes;
    private final int stride;
    private final int capacity;
    private final byte[] waiting;
    private final long[] square = new long[AWQ_ROWS];
    private int firstRow;
    private int rows;
    private int bytesOfRow;

    /** For {@code rowsOfTensor} rows of {@code rowBytes} bytes, which is a multiple of four; rows of AWQ come in eights. */
    RowStrip(Layout layout, int rowsOfTensor, int rowBytes, byte[] target) {
        this.layout = layout;
        this.target = target;
        this.rowsOfTensor = rowsOfTensor;
        this.rowBytes = rowBytes;
        this.stride = rowBytes < MOST_BYTES ? rowBytes + GAP : rowBytes;
        int rowsOfWord = layout == Layout.AWQ ? AWQ_ROWS : 1;
        int words = (int) Math.max(1, Math.min(WORDS, MOST_BYTES / ((long) rowsOfWord * rowBytes)));
        this.capacity = Math.min(words * rowsOfWord, rowsOfTensor);
        this.waiting = new byte[Math.multiplyExact(capacity, stride)];
    }

    /** Takes codes that follow those before. */
    void add(byte[] packed, int count) {
        for (int done = 0; done < count; ) {
            int length = Math.min(count - done, rowBytes - bytesOfRow);
            System.arraycopy(packed, done, waiting, rows * stride + bytesOfRow, length);
            done += length;
            bytesOfRow += length;
            if (bytesOfRow == rowBytes) {
                bytesOfRow = 0;
                rows++;
                if (rows == capacity || firstRow + rows == rowsOfTensor) {
                    turn();
                }
            }
        }
    }

    private void turn() {
        if (layout == Layout.GPTQ) {
            standBeside();
        } else {
            putTogether();
        }
        firstRow += rows;
        rows = 0;
    }

    /** GPTQ: words stay as they are, and those that lay below each other follow each other. */
    private void standBeside() {
        for (int at = 0; at < rowBytes; at += Integer.BYTES) {
            int to = at * rowsOfTensor + firstRow * Integer.BYTES;
            for (int row = 0; row < rows; row++) {
                INTS.set(target, to + row * Integer.BYTES, (int) INTS.get(waiting, row * stride + at));
            }
        }
    }

    /** AWQ: eight codes that lay below each other become a word, and the next ones the word after it. */
    private void putTogether() {
        int wordsOfColumn = rowsOfTensor / AWQ_ROWS;
        for (int at = 0; at < rowBytes; at += Long.BYTES) {
            boolean whole = at + Long.BYTES <= rowBytes;
            for (int row = 0; row < rows; row += AWQ_ROWS) {
                for (int i = 0; i < AWQ_ROWS; i++) {
                    int from = (row + NibbleSquares.rowAt(i)) * stride + at;
                    square[i] = whole ? (long) LONGS.get(waiting, from) : (int) INTS.get(waiting, from);
                }
                NibbleSquares.turn(square);
                int to = (2 * at * wordsOfColumn + (firstRow + row) / AWQ_ROWS) * Integer.BYTES;
                for (int i = 0; i < AWQ_ROWS; i++) {
                    INTS.set(target, to + i * wordsOfColumn * Integer.BYTES, (int) square[i]);
                }
                if (whole) {
                    int next = to + AWQ_ROWS * wordsOfColumn * Integer.BYTES;
                    for (int i = 0; i < AWQ_ROWS; i++) {
                        INTS.set(target, next + i * wordsOfColumn * Integer.BYTES, (int) (square[i] >>> Integer.SIZE));
                    }
                }
            }
        }
    }
}
