package io.arrowquant.scheme.ggml;

import io.arrowquant.scheme.FiniteValues;

/** What the policy of clamping does with NaN and infinities; llama.cpp refuses such tensors. */
final class NonFiniteBlocks {
    private NonFiniteBlocks() {}

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
            replaced += FiniteValues.repair(values, offset + block, type.blockElements(), magnitude, target, block);
        }
        return replaced;
    }
}
