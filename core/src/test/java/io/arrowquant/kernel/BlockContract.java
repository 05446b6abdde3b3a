package io.arrowquant.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What block formats ask of every provider, against plain loops. */
abstract class BlockContract {
    private static final int LIMIT = 4;

    private final BlockKernels plain = new ScalarBlocks();

    abstract BlockKernels kernels();

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 15, 16, 17, 33})
    void numbersAreRoundedWithinLimits(int count) {
        float[] values = {0f, -0f, 0.5f, -0.5f, 1.5f, 2.5f, -3.49999f, 31.5f, 32.5f, 90f, -33f, 1e9f, -1e30f};
        float[] repeated = new float[count];
        for (int i = 0; i < count; i++) {
            repeated[i] = values[i % values.length];
        }
        byte[] expected = new byte[count + 2];
        byte[] actual = new byte[count + 2];
        plain.round(repeated, count, -1f, -32, 31, 32, expected, 1);
        kernels().round(repeated, count, -1f, -32, 31, 32, actual, 1);
        assertThat(actual).isEqualTo(expected);
        assertThat(expected[1]).isEqualTo((byte) 32);
    }

    /** As many elements as a vector has lanes, and others. */
    @ParameterizedTest
    @ValueSource(ints = {4, 8, 16, 32})
    void subBlocksOfAStepOfZeroKeepTheirCodes(int elements) {
        int subBlocks = 5;
        float[] values = new float[subBlocks * elements + 3];
        Random random = new Random(elements);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        float[] shifts = {0f, 0.25f, -1f, 0f, 3f};
        for (float third : new float[] {0f, 0.3f}) {
            float[] steps = {0.1f, -0.2f, third, 0.5f, 0.01f};
            byte[] expected = new byte[subBlocks * elements];
            Arrays.fill(expected, (byte) 99);
            byte[] actual = expected.clone();
            plain.encode(values, 3, subBlocks, elements, steps, shifts, -LIMIT, LIMIT - 1, expected);
            kernels().encode(values, 3, subBlocks, elements, steps, shifts, -LIMIT, LIMIT - 1, actual);
            assertThat(actual).isEqualTo(expected);
            assertThat(actual[2 * elements] == 99).isEqualTo(third == 0f);
        }
    }
}
