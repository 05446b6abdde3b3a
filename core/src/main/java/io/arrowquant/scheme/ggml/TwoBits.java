package io.arrowquant.scheme.ggml;

/**
 * Pairs of bits as the 256-element types store them: of each half of a super-block, byte m of 32 holds those of elements
 * m, m + 32, m + 64 and m + 96.
 */
final class TwoBits {
    static final int BYTES = 64;
    private static final int HALF = 128;
    private static final int RUN = 32;
    private static final long PAIRS = 0x0303030303030303L;

    private TwoBits() {}

    /** Packs the two bits from {@code shift} up of 256 codes. */
    static void put(byte[] codes, int shift, byte[] target, int at) {
        for (int half = 0; half < 2; half++) {
            for (int i = 0; i < RUN; i += Long.BYTES) {
                int from = half * HALF + i;
                long packed = 0;
                for (int k = 0; k < 4; k++) {
                    packed |= ((Fields.eight(codes, from + k * RUN) >>> shift) & PAIRS) << (2 * k);
                }
                Fields.putEight(target, at + half * RUN + i, packed);
            }
        }
    }

    /** The two bits of one element. */
    static int get(byte[] source, int at, int element) {
        int half = element / HALF;
        int shift = 2 * ((element % HALF) / RUN);
        return (source[at + half * RUN + element % RUN] >> shift) & 3;
    }
}
