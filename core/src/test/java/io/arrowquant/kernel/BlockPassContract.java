package io.arrowquant.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.arrowquant.Samples;
import io.arrowquant.tensor.DataType;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every implementation of {@link BlockPassKernels} must do around its codes; these are tested with the formats. */
abstract class BlockPassContract {
    private static final int[] COUNTS = {1, 3, 16, 17, 32, 128};
    private static final int STRIDE = 18;

    private final BlockPassKernels plain = new ScalarBlockPasses();

    abstract BlockPassKernels kernels();

    @ParameterizedTest
    @ValueSource(ints = {16, 32, 48, 64})
    void magnitudesOfBlocksOfAnyLength(int elements) {
        int blocks = 7;
        float[] values = Samples.NORMAL.array(blocks * elements, elements);
        byte[] stored = new byte[2 * values.length + 2];
        new ScalarNarrowing().narrow(values, 0, DataType.BF16, stored, 2, values.length);
        float[] expected = new float[blocks];
        float[] actual = new float[blocks];
        assertThat(plain.magnitudesOfBrain(stored, 2, blocks, elements, expected))
                .isTrue();
        assertThat(kernels().magnitudesOfBrain(stored, 2, blocks, elements, actual))
                .isTrue();
        assertThat(actual).isEqualTo(expected);
        assertThat(plain.farthestOfBrain(stored, 2, blocks, elements, expected)).isTrue();
        assertThat(kernels().farthestOfBrain(stored, 2, blocks, elements, actual))
                .isTrue();
        assertThat(actual).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource
    void scalesAndTheirInverses(Samples kind) {
        for (int count : COUNTS) {
            float[] farthest = kind.array(count, 9);
            float[] scales = new float[count];
            float[] inverses = new float[count];
            float[] expectedScales = new float[count];
            float[] expectedInverses = new float[count];
            boolean normal = plain.scales(farthest, count, -8f, expectedScales, expectedInverses);
            assertThat(kernels().scales(farthest, count, -8f, scales, inverses)).isEqualTo(normal);
            assertThat(scales).isEqualTo(expectedScales);
            if (normal) {
                assertThat(inverses).isEqualTo(expectedInverses);
            }
        }
    }

    @Test
    void halvesOfAllExponents() {
        for (int count : COUNTS) {
            for (int exponent = -150; exponent < 128; exponent++) {
                float[] values = new float[count];
                for (int i = 0; i < count; i++) {
                    float value = Math.scalb(1f + i * 0x1.0008p-11f, exponent);
                    values[i] = i % 2 == 0 ? value : -value;
                }
                byte[] expected = new byte[STRIDE * count + 3];
                byte[] actual = new byte[STRIDE * count + 3];
                plain.halves(values, count, expected, 3, STRIDE);
                kernels().halves(values, count, actual, 3, STRIDE);
                assertThat(actual).as("2^%d", exponent).isEqualTo(expected);
            }
        }
    }

    @Test
    void packedHalves() {
        byte[] codes = new byte[5 * 32];
        Random random = new Random(3);
        for (int i = 0; i < codes.length; i++) {
            codes[i] = (byte) random.nextInt(16);
        }
        byte[] actual = new byte[5 * STRIDE + 2];
        kernels().packHalves(codes, 5, actual, 2, STRIDE);
        for (int i = 0; i < codes.length; i++) {
            byte pair = actual[2 + i / 32 * STRIDE + i % 16];
            assertThat(i % 32 < 16 ? pair & 0xf : (pair >> 4) & 0xf).isEqualTo(codes[i]);
        }
    }
}
