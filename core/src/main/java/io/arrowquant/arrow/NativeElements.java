package io.arrowquant.arrow;

import io.arrowquant.kernel.Tile;
import io.arrowquant.scheme.ElementSource;
import io.arrowquant.tensor.DataType;
import org.apache.arrow.memory.util.MemoryUtil;

/**
 * The weights of a layer, read where they lie. Kernels work on Java arrays, so each tile passes through one that stays in
 * the cache; that is all that is ever copied.
 */
final class NativeElements implements ElementSource {
    private Layer layer;
    private byte[] bytes = new byte[0];

    NativeElements of(Layer of) {
        layer = of;
        return this;
    }

    /** Lets go of the layer, whose memory may be gone by the next call. */
    void forget() {
        layer = null;
    }

    @Override
    public void read(long start, int count, Tile tile) {
        DataType type = layer.type();
        long from = layer.address() + type.byteLength(start);
        int length = Math.toIntExact(type.byteLength(count));
        if (bytes.length < length) {
            bytes = new byte[length];
        }
        if (length > 0) {
            MemoryUtil.copyFromMemory(from, bytes, 0, length);
        }
        tile.setStored(type, bytes, 0, count);
    }
}
