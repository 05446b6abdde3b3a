package io.arrowquant.kernel;

/**
 * A four-bit type for values between -1 and 1: fifteen thresholds in ascending order, and the code of each of the
 * sixteen ranges between them. A value on a threshold belongs to the range below.
 *
 * <p>There is a table of cells to look codes up in, each of one width: a cell has the code of all its values, or none
 * where a threshold lies in it, which is so for one value in hundreds.
 */
public final class FourBitTable {
    static final int THRESHOLDS = 15;

    static final int CODES = THRESHOLDS + 1;

    /** Added to a value between -2 and 2, it leaves the number of the cell in the last bits of the sum. */
    static final float CELL_MAGIC = 0x1.8p11f;

    /** The bits that number a cell. */
    static final int CELL_BITS = (1 << 14) - 1;

    private static final float CELL_WIDTH = 0x1p-12f;

    /** What a cell that has no code has in its place: less than zero. */
    private static final byte NO_CODE = -1;

    private final float[] thresholds;
    private final byte[] codes;
    private final byte[] cells = new byte[CELL_BITS + 1];

    public FourBitTable(float[] thresholds, int[] codes) {
        if (thresholds.length != THRESHOLDS || codes.length != CODES) {
            throw new IllegalArgumentException(thresholds.length + " thresholds and " + codes.length + " codes");
        }
        this.thresholds = thresholds.clone();
        this.codes = new byte[codes.length];
        for (int i = 0; i < codes.length; i++) {
            this.codes[i] = (byte) (codes[i] & 0xf);
        }
        for (int i = -cells.length / 2; i < cells.length / 2; i++) {
            // Values halfway between two cells are rounded to either.
            int lowest = rangeOf((i - 0.5f) * CELL_WIDTH);
            int highest = rangeOf((i + 0.5f) * CELL_WIDTH);
            cells[i & CELL_BITS] = lowest == highest ? this.codes[lowest] : NO_CODE;
        }
    }

    /** The code of a value: that of the range above every threshold it exceeds. */
    public int codeOf(float value) {
        return codes[rangeOf(value)];
    }

    private int rangeOf(float value) {
        int range = 0;
        for (float threshold : thresholds) {
            if (value > threshold) {
                range++;
            }
        }
        return range;
    }

    /** The codes of cells, less than zero where a cell has none. Callers must not change them. */
    public byte[] cells() {
        return cells;
    }

    /** The cell of a value between -2 and 2: a place in {@link #cells}. */
    public static short cellOf(float value) {
        return (short) (Float.floatToRawIntBits(value + CELL_MAGIC) & CELL_BITS);
    }

    public float threshold(int index) {
        return thresholds[index];
    }

    /** The codes of eight ranges from one on, four bits each, the first lowest. */
    public int eightCodes(int from) {
        int packed = 0;
        for (int i = 7; i >= 0; i--) {
            packed = packed << 4 | codes[from + i];
        }
        return packed;
    }
}
