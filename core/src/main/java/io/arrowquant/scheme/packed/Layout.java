package io.arrowquant.scheme.packed;

import io.arrowquant.kernel.NibbleSquares;

/** Which of the two layouts: where codes, scales and zero points lie. */
enum Layout {
    /**
     * Words hold codes of consecutive columns, the first lowest; words of zero points those of consecutive rows. Zero
     * points are stored less one ({@code checkpoint_format} "gptq"), so they are never zero; {@code g_idx} names the
     * group of each column.
     */
    GPTQ(1),
    /**
     * Words hold codes of consecutive rows, those of even ones first: 0, 2, 4, 6, 1, 3, 5, 7. So do words of zero points,
     * as they are.
     */
    AWQ(0);

    static final int CODES = 0;
    static final int ZERO_POINTS = 1;
    static final int SCALES = 2;
    /** GPTQ only. */
    static final int GROUP_OF_COLUMN = 3;

    /** What is taken from a zero point before it is stored, and the smallest there may be. */
    final int smallestZeroPoint;

    Layout(int smallestZeroPoint) {
        this.smallestZeroPoint = smallestZeroPoint;
    }

    /** How far to the left in its word what belongs to a row lies, for words along the rows. */
    int shift(long row, int bits) {
        int rowsTogether = Integer.SIZE / bits;
        int inWord = (int) (row % rowsTogether);
        int place = this == GPTQ ? inWord : NibbleSquares.placeOf(inWord);
        return place * bits;
    }
}
