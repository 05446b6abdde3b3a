package io.arrowquant.scheme.ggml;

/** The lowest and highest of some values; NaN is passed over. */
final class ValueRange {
    float lowest;
    float highest;

    void find(float[] values, int offset, int count) {
        float low = Float.MAX_VALUE;
        float high = -Float.MAX_VALUE;
        for (int i = offset; i < offset + count; i++) {
            float x = values[i];
            low = x < low ? x : low;
            high = x > high ? x : high;
        }
        lowest = low;
        highest = high;
    }
}
