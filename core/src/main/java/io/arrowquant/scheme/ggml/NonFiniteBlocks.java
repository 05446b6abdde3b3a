package io.arrowquant.scheme.ggml;

import io.arrowquant.error.QuantizationException;
import io.arrowquant.scheme.EncodeRequest;

/** What the policies for NaN and infinities do; llama.cpp refuses such tensors too. */
final class NonFiniteBlocks {
    private NonFiniteBlocks() {}

    /** The error for the first value that is NaN or infinite; there must be one. */
    static QuantizationException first(EncodeRequest request, float[] values, int offset, int count, long start) {
        for (int i = 0; i < count; i++) {
            float value = values[offset + i];
            if (!Float.isFinite(value)) {
                return QuantizationException.nonFinite(request.layer(), start + i, value);
            }
        }
        throw new IllegalStateException("every value is finite");
    }

    /**
     * Copies values with infinities as the largest finite magnitude of their block and NaN as zero. Where a block is one
     * element, infinities become the largest number of the type.
     *
     * @return how many were replaced
     */
    static int repair(GgmlType type, float[] values, int offset, int count, float[] target) {
        int replaced = 0;
        for (int block = 0; block < count; block += type.blockElements()) {
            float magnitude = type.largestFinite();
            for (int i = block; i < block + type.blockElements(); i++) {
                float value = values[offset + i];
                magnitude = Float.isFinite(value) ? Math.max(magnitude, Math.abs(value)) : magnitude;
            }
            for (int i = block; i < block + type.blockElements(); i++) {
                float value = values[offset + i];
                if (Float.isFinite(value)) {
                    target[i] = value;
                } else {
                    target[i] = Float.isNaN(value) ? 0f : Math.copySign(magnitude, value);
                    replaced++;
                }
            }
        }
        return replaced;
    }
}
