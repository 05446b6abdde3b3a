package io.arrowquant.scheme.compressed;

/** What shares a scale. */
enum Strategy {
    GROUP,
    CHANNEL,
    TENSOR,
    BLOCK;

    /** Rows and columns of a block. */
    static final int BLOCK_SIDE = 128;

    static Strategy of(String name) {
        return switch (name) {
            case "group" -> GROUP;
            case "channel" -> CHANNEL;
            case "tensor" -> TENSOR;
            default -> throw new IllegalArgumentException(name);
        };
    }
}
