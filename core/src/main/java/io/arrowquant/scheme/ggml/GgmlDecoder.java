package io.arrowquant.scheme.ggml;

import io.arrowquant.kernel.Kernels;
import io.arrowquant.scheme.Decoder;

/** Blocks back to values. */
final class GgmlDecoder implements Decoder {
    private final GgmlType type;
    private final BlockCodec codec;

    GgmlDecoder(GgmlType type) {
        this.type = type;
        this.codec = type.newCodec(Kernels.get());
    }

    @Override
    public int tileUnit() {
        return type.blockElements();
    }

    @Override
    public void decode(byte[][] parts, int[] offsets, long start, int count, float[] values, int valueOffset) {
        int at = offsets[0];
        if (codec.decodeRun(parts[0], at, count / type.blockElements(), values, valueOffset)) {
            return;
        }
        for (int done = 0; done < count; done += type.blockElements()) {
            codec.decode(parts[0], at, values, valueOffset + done);
            at += type.blockBytes();
        }
    }
}
