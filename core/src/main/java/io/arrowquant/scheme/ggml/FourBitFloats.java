package io.arrowquant.scheme.ggml;

/** The E2M1 values of MXFP4 and NVFP4, doubled so that they are whole numbers; their scales are halved instead. */
final class FourBitFloats {
    private static final int[] VALUES = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

    private FourBitFloats() {}

    /** The code whose value is nearest, the first of several: never minus zero, and ties go toward zero. */
    static int nearest(float x, float scale) {
        int best = 0;
        float least = Math.abs(VALUES[0] * scale - x);
        for (int code = 1; code < VALUES.length; code++) {
            float error = Math.abs(VALUES[code] * scale - x);
            if (error < least) {
                best = code;
                least = error;
            }
        }
        return best;
    }

    /** Whether {@link io.arrowquant.kernel.BlockPassKernels#fourBitFloats} holds for a block. */
    static boolean isUsual(float largest, float scale) {
        return largest == 0f || (largest < 0x1p20f * scale && scale < 0x1p100f);
    }

    /** Codes of an even number of elements: the first half in low nibbles, the second in high ones. */
    static void encode(float[] values, int offset, int count, float scale, byte[] target, int at) {
        int half = count / 2;
        for (int i = 0; i < half; i++) {
            int low = nearest(values[offset + i], scale);
            int high = nearest(values[offset + half + i], scale);
            target[at + i] = (byte) (low | high << 4);
        }
    }

    static void decode(byte[] source, int at, int count, float scale, float[] values, int offset) {
        int half = count / 2;
        for (int i = 0; i < half; i++) {
            values[offset + i] = VALUES[Fields.lowNibble(source[at + i])] * scale;
            values[offset + half + i] = VALUES[Fields.highNibble(source[at + i])] * scale;
        }
    }
}
