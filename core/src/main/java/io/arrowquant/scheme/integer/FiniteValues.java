package io.arrowquant.scheme.integer;

import io.arrowquant.error.QuantizationException;
import io.arrowquant.scheme.EncodeRequest;

/** What the policies for NaN and infinities do with a group that holds some. */
final class FiniteValues {
    private FiniteValues() {}

    /** The error for the first value that is NaN or infinite; there must be one. */
    static QuantizationException firstNonFinite(
            EncodeRequest request, float[] values, int offset, int count, long start) {
        for (int i = 0; i < count; i++) {
            float value = values[offset + i];
            if (!Float.isFinite(value)) {
                return QuantizationException.nonFinite(request.layer(), start + i, value);
            }
        }
        throw new IllegalStateException("every value is finite");
    }

    /** The lowest and highest finite value and zero, into {@code range}. */
    static void range(float[] values, int offset, int count, float[] range) {
        float low = 0f;
        float high = 0f;
        for (int i = offset; i < offset + count; i++) {
            if (Float.isFinite(values[i])) {
                low = Math.min(low, values[i]);
                high = Math.max(high, values[i]);
            }
        }
        range[0] = low;
        range[1] = high;
    }

    static boolean contains(float[] values, int offset, int count, float wanted) {
        for (int i = offset; i < offset + count; i++) {
            if (values[i] == wanted) {
                return true;
            }
        }
        return false;
    }

    /** Makes infinities +-{@code magnitude} and NaN zero; returns how many values were replaced. */
    static int repair(float[] values, int offset, int count, float magnitude) {
        int replaced = 0;
        for (int i = offset; i < offset + count; i++) {
            float value = values[i];
            if (!Float.isFinite(value)) {
                values[i] = Float.isNaN(value) ? 0f : Math.copySign(magnitude, value);
                replaced++;
            }
        }
        return replaced;
    }
}
