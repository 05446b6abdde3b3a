package io.arrowquant.scheme.ggml;

/** The scalar codecs. */
class ScalarBlockCodecTest extends BlockCodecContract {
    @Override
    BlockCodec codec(GgmlType type) {
        return type.newCodec();
    }
}
