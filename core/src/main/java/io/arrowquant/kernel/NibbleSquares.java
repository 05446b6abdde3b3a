package io.arrowquant.kernel;

/** Squares of eight by eight codes of four bits, as AWQ has them, which packs codes across rows. */
public final class NibbleSquares {
    public static final int SIDE = 8;

    private NibbleSquares() {}

    /** The row, of those that share a word of AWQ, whose code lies at a place of it; the first place has the lowest bits. */
    public static int rowAt(int place) {
        return place < SIDE / 2 ? 2 * place : 2 * place - (SIDE - 1);
    }

    /** Where in its word the code of a row lies: even rows come first. */
    public static int placeOf(int row) {
        return row / 2 + row % 2 * (SIDE / 2);
    }

    /**
     * Turns the square in the lower halves of eight numbers, and that in the upper ones: nibble i of number j changes places
     * with nibble j of number i. Blocks of four by four change places, then those of two by two in these, then single ones.
     */
    public static void turn(long[] square) {
        swap(square, 4, 0x0000ffff0000ffffL);
        swap(square, 2, 0x00ff00ff00ff00ffL);
        swap(square, 1, 0x0f0f0f0f0f0f0f0fL);
    }

    private static void swap(long[] square, int distance, long lower) {
        int shift = distance * 4;
        for (int i = 0; i < SIDE; i++) {
            if ((i & distance) == 0) {
                long changed = (square[i] >>> shift ^ square[i + distance]) & lower;
                square[i + distance] ^= changed;
                square[i] ^= changed << shift;
            }
        }
    }
}
