package io.arrowquant.scheme.ggml;

/**
 * TQ1_0: 256 ternary digits, five in a byte. The first 160 elements fill 32 bytes, the next 80 fill 16 and the last 16
 * fill four, four digits each; the digits of a byte stand as many elements apart as there are bytes in its run, and the
 * first is the most significant. A byte holds its number as a fraction of 256, so that multiplying by 3 brings out one
 * digit after the other. {@code x = (digit - 1) * d}.
 */
final class Tq10Codec extends SingleBlockCodec {
    private static final int ELEMENTS = 256;
    private static final int DIGITS = 5;
    private static final int BASE = 3;
    private static final int POWER = 243;
    private static final int[] RUNS = {32, 16, 4};
    private static final int[] RUN_DIGITS = {5, 5, 4};
    private static final int SCALE = 52;

    Tq10Codec() {
        super(ELEMENTS, 54);
    }

    @Override
    void encode(float[] values, int offset, byte[] target, int at) {
        float scale = CArithmetic.magnitude(values, offset, ELEMENTS);
        float inverse = CArithmetic.inverse(scale);
        int element = offset;
        int next = at;
        for (int run = 0; run < RUNS.length; run++) {
            int bytes = RUNS[run];
            for (int m = 0; m < bytes; m++) {
                int number = 0;
                for (int n = 0; n < DIGITS; n++) {
                    int digit = n < RUN_DIGITS[run] ? Ternary.digit(values[element + m + n * bytes] * inverse) : 0;
                    number = number * BASE + digit;
                }
                target[next + m] = (byte) (((number & 0xff) * 256 + POWER - 1) / POWER);
            }
            next += bytes;
            element += bytes * RUN_DIGITS[run];
        }
        Fields.putHalf(target, at + SCALE, scale);
    }

    @Override
    public void decode(byte[] source, int at, float[] values, int offset) {
        float scale = Fields.half(source, at + SCALE);
        int element = offset;
        int next = at;
        for (int run = 0; run < RUNS.length; run++) {
            int bytes = RUNS[run];
            for (int m = 0; m < bytes; m++) {
                int fraction = source[next + m] & 0xff;
                for (int n = 0; n < RUN_DIGITS[run]; n++) {
                    int digit = (fraction * BASE) >> 8;
                    values[element + m + n * bytes] = (digit - 1) * scale;
                    fraction = (fraction * BASE) & 0xff;
                }
            }
            next += bytes;
            element += bytes * RUN_DIGITS[run];
        }
    }
}
