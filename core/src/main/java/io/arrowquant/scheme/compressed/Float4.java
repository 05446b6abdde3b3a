package io.arrowquant.scheme.compressed;

/** Four-bit floats, E2M1: a sign and one of eight magnitudes. */
final class Float4 {
    static final float LARGEST = 6f;

    private static final int SIGN = 8;
    private static final float[] VALUES = {
        0f, 0.5f, 1f, 1.5f, 2f, 3f, 4f, 6f, -0f, -0.5f, -1f, -1.5f, -2f, -3f, -4f, -6f
    };

    private Float4() {}

    /**
     * The code of the nearest value, ties to the even code. What is below zero keeps its sign even when it becomes
     * zero; minus zero itself does not.
     */
    static byte code(float value) {
        float magnitude = Math.abs(value);
        int code;
        if (magnitude <= 1.25f) {
            code = magnitude <= 0.25f ? 0 : magnitude < 0.75f ? 1 : 2;
        } else if (magnitude <= 2.5f) {
            code = magnitude < 1.75f ? 3 : 4;
        } else {
            code = magnitude < 3.5f ? 5 : magnitude <= 5f ? 6 : 7;
        }
        return (byte) (value < 0f ? code | SIGN : code);
    }

    static float value(byte code) {
        return VALUES[code];
    }
}
