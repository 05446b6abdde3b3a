package io.arrowquant.spark.function;

import io.arrowquant.error.QuantizationException;
import io.arrowquant.kernel.Kernels;
import io.arrowquant.kernel.Tile;
import io.arrowquant.tensor.DataType;

/**
 * The stored bytes of a row that is not to be quantized. Where the row holds floats that were read from another type,
 * the bytes of that type are made again; a value that shows that this is impossible is an error, never a guess.
 */
final class KeptValues {
    /** Floats hold every whole number up to this one; beyond, the number that was stored may have been another. */
    private static final float LARGEST_EXACT = 1 << 24;

    private static final String REMEDY = "Quantize the stored bytes (column data) with scheme keep and dtype, or leave "
            + "dtype out to keep the values as F32";

    private final Tile tile = new Tile();
    private float[] restored = new float[0];

    /** The values of a row as bytes of a type. */
    byte[] bytes(Weights weights, DataType type, String layer, long start) {
        if (weights.type() == type) {
            return weights.toBytes();
        }
        if (!type.isReadableAsFloat() || type == DataType.F64) {
            throw new QuantizationException(
                    layer,
                    QuantizationException.NO_INDEX,
                    "holds floats, from which " + type + " cannot be restored",
                    REMEDY);
        }
        byte[] stored = new byte[Math.toIntExact(type.byteLength(weights.count()))];
        for (int at = 0; at < weights.count(); at += Tile.ELEMENTS) {
            int count = Math.min(Tile.ELEMENTS, weights.count() - at);
            weights.read(at, count, tile);
            narrow(stored, type, at, layer, start);
        }
        return stored;
    }

    private void narrow(byte[] stored, DataType type, int at, String layer, long start) {
        int count = tile.count();
        float[] values = tile.floats();
        int offset = tile.floatOffset();
        int begin = Math.toIntExact(type.byteLength(at));
        Kernels.get().narrowing().narrow(values, offset, type, stored, begin, count);
        if (restored.length < count) {
            restored = new float[Tile.ELEMENTS];
        }
        Kernels.get().widening().widen(type, stored, begin, restored, 0, count);
        boolean wide = !type.isFloatingPoint() && type.bits() >= Float.SIZE;
        for (int i = 0; i < count; i++) {
            float value = values[offset + i];
            boolean same = Float.floatToIntBits(value) == Float.floatToIntBits(restored[i]);
            if (!same || (wide && Math.abs(value) > LARGEST_EXACT)) {
                throw new QuantizationException(
                        layer, start + at + i, "holds a value from which " + type + " cannot be restored", REMEDY);
            }
        }
    }
}
