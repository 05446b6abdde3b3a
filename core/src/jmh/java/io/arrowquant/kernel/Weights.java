package io.arrowquant.kernel;

import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/**
 * What is measured on: a model of 32 equal tensors in memory, far more than any cache holds, so that kernels are measured
 * with what they have to wait for.
 */
public final class Weights {
    /** One tensor. */
    static final Shape SHAPE = Shape.of(512, 4096);

    /** Elements of a tensor: two millions, 4 MiB as bfloat16. */
    static final int TENSOR = 512 * 4096;

    static final int TENSORS = 32;

    /** A share of values far from the others, as real weights have them. */
    private static final double OUTLIERS = 0.001;

    private Weights() {}

    /** One tensor as floats: normally distributed, with a few outliers. */
    static float[] tensor() {
        Random random = new Random(42);
        float[] weights = new float[TENSOR];
        for (int i = 0; i < TENSOR; i++) {
            double deviation = random.nextDouble() < OUTLIERS ? 0.2 : 0.02;
            weights[i] = (float) (random.nextGaussian() * deviation);
        }
        return weights;
    }

    /** One tensor as it is stored. */
    static byte[] storedTensor(DataType type) {
        byte[] stored = new byte[TENSOR * type.bytes()];
        new ScalarNarrowing().narrow(tensor(), 0, type, stored, 0, TENSOR);
        return stored;
    }

    /** All tensors, one after the other. */
    static byte[] stored(DataType type) {
        byte[] one = storedTensor(type);
        byte[] all = new byte[one.length * TENSORS];
        for (int tensor = 0; tensor < TENSORS; tensor++) {
            System.arraycopy(one, 0, all, tensor * one.length, one.length);
        }
        return all;
    }

    /** Writes one tensor as float32 to a file, for other programs to be measured on the same data. */
    public static void main(String[] arguments) throws IOException {
        try (OutputStream out = Files.newOutputStream(Path.of(arguments[0]))) {
            out.write(storedTensor(DataType.F32));
        }
    }
}
