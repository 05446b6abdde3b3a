package io.arrowquant.scheme.bitsandbytes;

import io.arrowquant.kernel.FourBitTable;
import java.util.Locale;

/** The sixteen values of NF4 and FP4 between -1 and 1, and the nearest of them. */
@SuppressWarnings("ImmutableEnumChecker") // nobody changes the arrays, and they are handed out as copies only
enum FourBitCodes {
    NF4(
            new float[] {
                -1.0f,
                -0.6961928009986877f,
                -0.5250730514526367f,
                -0.39491748809814453f,
                -0.28444138169288635f,
                -0.18477343022823334f,
                -0.09105003625154495f,
                0.0f,
                0.07958029955625534f,
                0.16093020141124725f,
                0.24611230194568634f,
                0.33791524171829224f,
                0.44070982933044434f,
                0.5626170039176941f,
                0.7229568362236023f,
                1.0f
            },
            new int[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}),
    /** The codes are bit patterns, whose order is not that of their values; zero has two. */
    FP4(twelfths(0f, 0.0625f, 8f, 12f, 4f, 6f, 2f, 3f), new int[] {11, 10, 13, 12, 15, 14, 9, 0, 8, 1, 6, 7, 4, 5, 2, 3
    });

    private final float[] values;
    private final FourBitTable table;

    FourBitCodes(float[] values, int[] order) {
        this.values = values;
        float[] thresholds = new float[values.length - 1];
        for (int i = 0; i < thresholds.length; i++) {
            // What lies above is nearer to the next value.
            thresholds[i] = (values[order[i]] + values[order[i + 1]]) / 2;
        }
        this.table = new FourBitTable(thresholds, order);
    }

    private static float[] twelfths(float... magnitudes) {
        float[] values = new float[2 * magnitudes.length];
        for (int i = 0; i < magnitudes.length; i++) {
            values[i] = magnitudes[i] / 12f;
            values[magnitudes.length + i] = magnitudes[i] == 0f ? 0f : -values[i];
        }
        return values;
    }

    String typeName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Finds the code of the value nearest to one between -1 and 1; on a threshold, the lower one. */
    FourBitTable table() {
        return table;
    }

    float value(int code) {
        return values[code];
    }

    /** The values by code. */
    float[] map() {
        return values.clone();
    }
}
