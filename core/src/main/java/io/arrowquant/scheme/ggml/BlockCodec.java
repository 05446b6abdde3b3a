package io.arrowquant.scheme.ggml;

/** One ggml type: blocks of floats to bytes and back. Holds scratch space, so one per thread. */
interface BlockCodec {
    /** Encodes blocks that follow each other. */
    void encode(float[] values, int offset, int blocks, byte[] target, int at);

    /**
     * Encodes blocks of bfloat16 elements as they are stored, where that is faster than to widen them first.
     *
     * @return false when this type wants floats, or a value is NaN or infinite; the target is then undefined
     */
    default boolean encodeBrain(byte[] stored, int byteOffset, int blocks, byte[] target, int at) {
        return false;
    }

    /** Encodes one block with its columns weighed; types that know no weights ignore them. */
    default void encodeWeighted(float[] values, int offset, BlockImportance importance, byte[] target, int at) {
        encode(values, offset, 1, target, at);
    }

    /** Decodes one block. */
    void decode(byte[] source, int at, float[] values, int offset);

    /**
     * Decodes blocks that follow each other.
     *
     * @return false when this type decodes one block after the other; nothing is then written
     */
    default boolean decodeRun(byte[] source, int at, int blocks, float[] values, int offset) {
        return false;
    }
}
