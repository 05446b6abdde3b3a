package io.arrowquant.arrow;

import io.arrowquant.kernel.Tile;
import io.arrowquant.scheme.ElementSource;
import io.arrowquant.tensor.DataType;
import java.nio.ByteOrder;
import org.apache.arrow.memory.util.MemoryUtil;

/**
 * The weights of a layer, read where they lie. Kernels work on Java arrays, so each tile passes through one that stays in
 * the cache; that is all that is ever copied.
 */
final class NativeElements implements ElementSource {
    private Layer layer;
    private float[] floats = new float[0];
    private byte[] bytes = new byte[0];

    NativeElements of(Layer of) {
        layer = of;
        return this;
    }

    @Override
    public void read(long start, int count, Tile tile) {
        DataType type = layer.type();
        long from = layer.address() + type.byteLength(start);
        int length = Math.toIntExact(type.byteLength(count));
        if (type == DataType.F32) {
            if (floats.length < count) {
                floats = new float[Math.max(count, Math.min(Tile.ELEMENTS, Math.toIntExact(layer.elements())))];
            }
            if (count > 0) {
                MemoryUtil.directBuffer(from, length)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .asFloatBuffer()
                        .get(floats, 0, count);
            }
            tile.setFloats(floats, 0, count);
            return;
        }
        if (bytes.length < length) {
            bytes = new byte[length];
        }
        if (length > 0) {
            MemoryUtil.copyFromMemory(from, bytes, 0, length);
        }
        tile.setStored(type, bytes, 0, count);
    }
}
