package io.arrowquant.spark.function;

import io.arrowquant.tensor.DataType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A row of the test source: weights (null for a row without), which may have a NULL element, and their shape. */
record TestTensor(String layer, float[] weights, int nullAt, long[] shape) {
    static final int NO_NULL = -1;

    static TestTensor of(String layer, float... weights) {
        return new TestTensor(layer, weights, NO_NULL, new long[] {weights.length});
    }

    static TestTensor withoutWeights(String layer) {
        return new TestTensor(layer, null, NO_NULL, null);
    }

    /** Tensors of many sizes, some empty, some null, all with values that a BF16 holds. */
    static List<TestTensor> random(long seed, int count, int largest) {
        Random random = new Random(seed);
        List<TestTensor> tensors = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String layer = "layer." + i;
            int kind = random.nextInt(10);
            if (kind == 0) {
                tensors.add(withoutWeights(layer));
                continue;
            }
            int rows = 1 + random.nextInt(4);
            int columns = kind == 1 ? 0 : random.nextInt(Math.max(1, largest / rows)) + 1;
            float[] weights = new float[rows * columns];
            float scale = (float) Math.exp(random.nextGaussian() * 3);
            for (int j = 0; j < weights.length; j++) {
                weights[j] = brain((float) random.nextGaussian() * scale);
            }
            tensors.add(new TestTensor(layer, weights, NO_NULL, new long[] {rows, columns}));
        }
        return tensors;
    }

    /** The number without the bits that a BF16 has no place for. */
    static float brain(float value) {
        return Float.intBitsToFloat(Float.floatToIntBits(value) & 0xffff0000);
    }

    /** The weights as stored elements of BF16 or F32. */
    byte[] stored(DataType type) {
        ByteBuffer bytes = ByteBuffer.allocate(weights.length * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (float weight : weights) {
            if (type == DataType.BF16) {
                bytes.putShort((short) (Float.floatToIntBits(weight) >>> 16));
            } else {
                bytes.putFloat(weight);
            }
        }
        return bytes.array();
    }
}
