package io.arrowquant.scheme;

import io.arrowquant.error.QuantizationException;

/** What the policies for NaN and infinities do with a group that holds some. */
public final class FiniteValues {
    private FiniteValues() {}

    /** The error for the first value that is NaN or infinite; there must be one. */
    public static QuantizationException firstNonFinite(
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
    public static void range(float[] values, int offset, int count, float[] range) {
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

    public static boolean contains(float[] values, int offset, int count, float wanted) {
        for (int i = offset; i < offset + count; i++) {
            if (values[i] == wanted) {
                return true;
            }
        }
        return false;
    }

    /** Copies values with infinities as +-{@code magnitude} and NaN as zero; returns how many were replaced. */
    public static int repair(float[] values, int offset, int count, float magnitude, float[] target, int targetOffset) {
        int replaced = 0;
        for (int i = 0; i < count; i++) {
            float value = values[offset + i];
            if (Float.isFinite(value)) {
                target[targetOffset + i] = value;
            } else {
                target[targetOffset + i] = Float.isNaN(value) ? 0f : Math.copySign(magnitude, value);
                replaced++;
            }
        }
        return replaced;
    }
}
