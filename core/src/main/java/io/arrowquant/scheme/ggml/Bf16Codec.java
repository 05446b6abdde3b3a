package io.arrowquant.scheme.ggml;

import io.arrowquant.kernel.Float16;

/** BF16: the upper halves of floats, rounded to even. */
final class Bf16Codec extends SingleBlockCodec {
    Bf16Codec() {
        super(1, 2);
    }

    @Override
    void encode(float[] values, int offset, byte[] target, int at) {
        Fields.putShort(target, at, Float16.floatToBrain(values[offset]));
    }

    @Override
    public void decode(byte[] source, int at, float[] values, int offset) {
        values[offset] = Float16.brainToFloat((short) Fields.unsignedShort(source, at));
    }
}
