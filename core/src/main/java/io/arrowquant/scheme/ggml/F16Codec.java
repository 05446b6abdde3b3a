package io.arrowquant.scheme.ggml;

/** F16: half-precision numbers. */
final class F16Codec extends SingleBlockCodec {
    F16Codec() {
        super(1, 2);
    }

    @Override
    void encode(float[] values, int offset, byte[] target, int at) {
        Fields.putShort(target, at, Fields.toHalf(values[offset]));
    }

    @Override
    public void decode(byte[] source, int at, float[] values, int offset) {
        values[offset] = Fields.half(source, at);
    }
}
