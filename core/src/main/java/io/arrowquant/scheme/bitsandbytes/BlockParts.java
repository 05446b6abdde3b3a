package io.arrowquant.scheme.bitsandbytes;

import io.arrowquant.kernel.DynamicType;
import io.arrowquant.kernel.Kernels;
import io.arrowquant.kernel.NarrowingKernels;
import io.arrowquant.scheme.PartBuffers;
import io.arrowquant.tensor.DataType;

/** Appends to the parts of a block-wise type. */
final class BlockParts {
    private final BlockSettings settings;
    private final NarrowingKernels narrowing = Kernels.get().narrowing();

    BlockParts(BlockSettings settings) {
        this.settings = settings;
    }

    /** The values of all codes; they come with the first element of a tensor. */
    void appendMaps(PartBuffers parts) {
        float[] map = settings.quantMap();
        appendFloats(map, 0, map.length, BlockSettings.QUANT_MAP, parts);
        if (settings.nested()) {
            float[] nestedMap = DynamicType.values();
            appendFloats(nestedMap, 0, nestedMap.length, BlockSettings.NESTED_QUANT_MAP, parts);
        }
    }

    void appendState(byte[] text, PartBuffers parts) {
        append(text, 0, text.length, settings.quantState(), parts);
    }

    void appendFloats(float[] values, int from, int number, int part, PartBuffers parts) {
        int begin = parts.append(part, number * Float.BYTES);
        narrowing.narrow(values, from, DataType.F32, parts.array(part), begin, number);
    }

    static void append(byte[] bytes, int from, int number, int part, PartBuffers parts) {
        int begin = parts.append(part, number);
        System.arraycopy(bytes, from, parts.array(part), begin, number);
    }
}
