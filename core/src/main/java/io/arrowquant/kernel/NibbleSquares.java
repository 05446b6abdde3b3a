package io.arrowquant.kernel;

/** Squares of eight by eight codes of four bits, as layouts have them that pack codes across rows. */
public final class NibbleSquares {
    public static final int SIDE = 8;

    private NibbleSquares() {}

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
