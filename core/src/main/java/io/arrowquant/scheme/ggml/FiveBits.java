package io.arrowquant.scheme.ggml;

/** 32 codes of five bits as Q5_0 and Q5_1 store them: bit j of a word is the fifth bit of code j, then nibbles. */
final class FiveBits {
    static final int ELEMENTS = 32;
    private static final int NIBBLES = 4;
    static final int BYTES = NIBBLES + ELEMENTS / 2;

    private static final long LOWEST_BITS = 0x0101010101010101L;
    private static final long GATHER = 0x0102040810204080L;

    private FiveBits() {}

    static void put(byte[] codes, int offset, byte[] target, int at) {
        int fifth = 0;
        for (int i = 0; i < ELEMENTS; i += Long.BYTES) {
            // Multiplication brings the bits of eight bytes together in the highest one.
            long bits = (Fields.eight(codes, offset + i) >>> 4) & LOWEST_BITS;
            fifth |= (int) ((bits * GATHER) >>> 56) << i;
        }
        Fields.putInt(target, at, fifth);
        Fields.putNibbles(codes, offset, ELEMENTS, target, at + NIBBLES);
    }

    /** The codes as floats. */
    static void get(byte[] source, int at, float[] codes, int offset) {
        int fifth = Fields.integer(source, at);
        int half = ELEMENTS / 2;
        for (int i = 0; i < half; i++) {
            byte pair = source[at + NIBBLES + i];
            codes[offset + i] = Fields.lowNibble(pair) | (fifth >> i & 1) << 4;
            codes[offset + half + i] = Fields.highNibble(pair) | (fifth >> (half + i) & 1) << 4;
        }
    }
}
