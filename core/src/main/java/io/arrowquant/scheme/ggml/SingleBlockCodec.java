package io.arrowquant.scheme.ggml;

/** A type whose blocks are encoded one after the other. */
abstract class SingleBlockCodec implements BlockCodec {
    private final int elements;
    private final int bytes;

    SingleBlockCodec(int elements, int bytes) {
        this.elements = elements;
        this.bytes = bytes;
    }

    abstract void encode(float[] values, int offset, byte[] target, int at);

    @Override
    public final void encode(float[] values, int offset, int blocks, byte[] target, int at) {
        for (int block = 0; block < blocks; block++) {
            encode(values, offset + block * elements, target, at + block * bytes);
        }
    }
}
