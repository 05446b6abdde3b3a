package io.arrowquant.scheme.ggml;

/** 32 codes of five bits as Q5_0 and Q5_1 store them: bit j of a word is the fifth bit of code j, then nibbles. */
final class FiveBits {
    static final int ELEMENTS = 32;
    private static final int NIBBLES = 4;

    private FiveBits() {}

    static void put(byte[] codes, byte[] target, int at) {
        int fifth = 0;
        for (int i = 0; i < ELEMENTS; i++) {
            fifth |= ((codes[i] >> 4) & 1) << i;
        }
        Fields.putInt(target, at, fifth);
        int half = ELEMENTS / 2;
        for (int i = 0; i < half; i++) {
            target[at + NIBBLES + i] = (byte) ((codes[i] & 0xf) | codes[half + i] << 4);
        }
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
