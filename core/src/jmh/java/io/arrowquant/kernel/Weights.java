package io.arrowquant.kernel;

import io.arrowquant.tensor.DataType;
import java.util.Random;

/** Weights in memory, far more than any cache holds, so that kernels are measured with what they have to wait for. */
final class Weights {
    /** 64 Mi elements: 128 MiB as bfloat16, 256 MiB as floats. */
    static final int ELEMENTS = 1 << 26;

    /** What is drawn at random; the rest repeats it. */
    private static final int DISTINCT = 1 << 20;

    private Weights() {}

    static float[] normal() {
        Random random = new Random(42);
        float[] weights = new float[ELEMENTS];
        for (int i = 0; i < DISTINCT; i++) {
            weights[i] = (float) (random.nextGaussian() * 0.02);
        }
        for (int i = DISTINCT; i < ELEMENTS; i += DISTINCT) {
            System.arraycopy(weights, 0, weights, i, DISTINCT);
        }
        return weights;
    }

    static byte[] stored(DataType type) {
        byte[] stored = new byte[ELEMENTS * type.bytes()];
        new ScalarNarrowing().narrow(normal(), 0, type, stored, 0, ELEMENTS);
        return stored;
    }
}
