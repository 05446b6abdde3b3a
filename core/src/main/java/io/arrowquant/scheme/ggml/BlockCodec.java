package io.arrowquant.scheme.ggml;

/** One ggml type: blocks of floats to bytes and back. Holds scratch space, so one per thread. */
interface BlockCodec {
    /**
     * Encodes one block.
     *
     * @param importance weights of the block's columns, or null for none; types that know no weights ignore it
     */
    void encode(float[] values, int offset, BlockImportance importance, byte[] target, int at);

    /** Decodes one block. */
    void decode(byte[] source, int at, float[] values, int offset);
}
