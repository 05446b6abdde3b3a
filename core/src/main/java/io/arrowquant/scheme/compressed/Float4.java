package io.arrowquant.scheme.compressed;

/** Four-bit floats, E2M1: a sign and one of eight magnitudes. */
final class Float4 {
    static final float LARGEST = 6f;

    private static final float[] VALUES = {
        0f, 0.5f, 1f, 1.5f, 2f, 3f, 4f, 6f, -0f, -0.5f, -1f, -1.5f, -2f, -3f, -4f, -6f
    };

    private Float4() {}

    static float value(byte code) {
        return VALUES[code];
    }
}
