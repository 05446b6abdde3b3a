package io.arrowquant.scheme.ggml;

/**
 * Eight scales and eight minimums of six bits each in 12 bytes, as Q4_K and Q5_K store them: the first four of both have
 * a byte each, whose top bits hold those of the last four.
 */
final class SixBitScales {
    static final int BYTES = 12;
    private static final int FIRST = 4;

    private SixBitScales() {}

    /** Stores number {@code index}; numbers come in order, since later ones add bits to earlier bytes. */
    static void put(byte[] target, int at, int index, int scale, int minimum) {
        if (index < FIRST) {
            target[at + index] = (byte) scale;
            target[at + FIRST + index] = (byte) minimum;
        } else {
            target[at + FIRST + index] = (byte) ((scale & 0xf) | (minimum & 0xf) << 4);
            target[at + index - FIRST] |= (byte) ((scale >> 4) << 6);
            target[at + index] |= (byte) ((minimum >> 4) << 6);
        }
    }

    static int scale(byte[] source, int at, int index) {
        if (index < FIRST) {
            return source[at + index] & 63;
        }
        return (source[at + FIRST + index] & 0xf) | (source[at + index - FIRST] & 0xc0) >> 2;
    }

    static int minimum(byte[] source, int at, int index) {
        if (index < FIRST) {
            return source[at + FIRST + index] & 63;
        }
        return ((source[at + FIRST + index] >> 4) & 0xf) | (source[at + index] & 0xc0) >> 2;
    }
}
