package io.arrowquant.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.arrowquant.Samples;
import io.arrowquant.tensor.DataType;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every implementation of {@link FourBitKernels} must do: compare with every threshold, element by element. */
abstract class FourBitContract {
    private static final int[] BLOCKS = {1, 2, 6, 16, 32, 34, 64, 100, 256};
    private static final int[] CODES = {11, 10, 13, 12, 15, 14, 9, 0, 8, 1, 6, 7, 4, 5, 2, 3};
    private static final float[] THRESHOLDS = {
        -0.85f, -0.61f, -0.46f, -0.34f, -0.234f, -0.138f, -0.0455f, 0f, 0.12f, 0.2f, 0.29f, 0.39f, 0.5f, 0.64f, 0.86f
    };
    private static final FourBitTable TABLE = new FourBitTable(THRESHOLDS, CODES);

    abstract FourBitKernels kernels();

    private static byte[] brains(float[] values) {
        byte[] stored = new byte[2 * values.length];
        for (int i = 0; i < values.length; i++) {
            if (Float.isFinite(values[i])) {
                // What is larger would round to infinity.
                values[i] = Math.min(Math.max(values[i], -3.38e38f), 3.38e38f);
            }
        }
        new ScalarNarrowing().narrow(values, 0, DataType.BF16, stored, 0, values.length);
        return stored;
    }

    private static float[] widened(byte[] stored) {
        float[] values = new float[stored.length / 2];
        new ScalarWidening().widen(DataType.BF16, stored, 0, values, 0, values.length);
        return values;
    }

    private static int code(float value) {
        int range = 0;
        while (range < THRESHOLDS.length && value > THRESHOLDS[range]) {
            range++;
        }
        return CODES[range];
    }

    private static float[] factors(float[] values, int offset, int count, int block) {
        float[] factors = new float[count / block];
        for (int i = 0; i < count; i++) {
            factors[i / block] = Math.max(factors[i / block], Math.abs(values[offset + i]));
        }
        for (int i = 0; i < factors.length; i++) {
            factors[i] = 1f / Math.max(factors[i], 1e-38f);
        }
        return factors;
    }

    @ParameterizedTest
    @EnumSource
    void everyValueFindsItsRange(Samples kind) {
        for (int block : BLOCKS) {
            int count = 4 * block;
            float[] values = kind.array(count + 9, block);
            float[] factors = factors(values, 5, count, block);
            byte[] packed = new byte[count / 2 + 7];
            packed[count / 2 + 3] = 77;
            kernels().encode(values, 5, count, block, factors, TABLE, new short[count], packed, 3);
            byte[] codes = new byte[count];
            kernels().unpack(packed, 3, codes, 0, count);
            for (int i = 0; i < count; i++) {
                assertThat(codes[i]).isEqualTo((byte) code(values[5 + i] * factors[i / block]));
            }
            assertThat(packed[count / 2 + 3]).isEqualTo((byte) 77);
        }
    }

    @ParameterizedTest
    @EnumSource
    void storedValuesFindTheSame(Samples kind) {
        for (int block : BLOCKS) {
            int count = 4 * block;
            byte[] stored = brains(kind.array(count + 9, block));
            float[] values = widened(stored);
            float[] factors = factors(values, 5, count, block);
            byte[] packed = new byte[count / 2 + 7];
            packed[count / 2 + 3] = 77;
            byte[] searched = packed.clone();
            kernels().encodeBrain(stored, 10, count, block, factors, TABLE, new short[count], packed, 3);
            kernels().searchBrain(stored, 10, count, block, factors, TABLE, searched, 3);
            assertThat(searched).isEqualTo(packed);
            byte[] codes = new byte[count];
            kernels().unpack(packed, 3, codes, 0, count);
            for (int i = 0; i < count; i++) {
                assertThat(codes[i]).isEqualTo((byte) code(values[5 + i] * factors[i / block]));
            }
            assertThat(packed[count / 2 + 3]).isEqualTo((byte) 77);
        }
    }

    @Test
    void aValueOnAThresholdBelongsToTheRangeBelow() {
        float[] values = new float[3 * THRESHOLDS.length + 3];
        for (int i = 0; i < THRESHOLDS.length; i++) {
            values[3 * i] = THRESHOLDS[i];
            values[3 * i + 1] = Math.nextUp(THRESHOLDS[i]);
            values[3 * i + 2] = Math.nextDown(THRESHOLDS[i]);
        }
        values[45] = -0f;
        values[46] = Float.MIN_VALUE;
        values[47] = -1f;
        byte[] packed = new byte[24];
        kernels().encode(values, 0, 48, 48, new float[] {1f}, TABLE, new short[48], packed, 0);
        byte[] codes = new byte[values.length];
        kernels().unpack(packed, 0, codes, 0, 48);
        for (int i = 0; i < values.length; i++) {
            assertThat(codes[i]).as("%s", values[i]).isEqualTo((byte) code(values[i]));
        }
        assertThat(codes[45]).isEqualTo((byte) 0);
        assertThat(codes[46]).isEqualTo((byte) 8);
    }

    @ParameterizedTest
    @EnumSource
    void maximaOfBlocks(Samples kind) {
        for (int block : BLOCKS) {
            byte[] stored = brains(kind.array(3 * block + 2, block));
            float[] values = widened(stored);
            float[] maxima = new float[4];
            float[] ofStored = new float[4];
            kernels().maxima(values, 2, 3 * block, block, maxima);
            kernels().maximaOfBrain(stored, 4, 3 * block, block, ofStored);
            for (int i = 0; i < 3; i++) {
                float expected = 0;
                for (int k = 2 + i * block; k < 2 + (i + 1) * block; k++) {
                    expected = Math.max(expected, Math.abs(values[k]));
                }
                assertThat(maxima[i]).isEqualTo(expected);
            }
            assertThat(ofStored).isEqualTo(maxima);
        }
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void aBlockThatIsNotFiniteShowsIt(float bad) {
        for (int at = 0; at < 70; at++) {
            float[] values = Samples.NORMAL.array(140, 1);
            values[at] = bad;
            byte[] stored = brains(values);
            float[] maxima = new float[2];
            kernels().maxima(values, 0, 140, 70, maxima);
            assertThat(Float.isFinite(maxima[0])).isFalse();
            assertThat(Float.isFinite(maxima[1])).isTrue();
            kernels().maximaOfBrain(stored, 0, 140, 70, maxima);
            assertThat(Float.isFinite(maxima[0])).isFalse();
            assertThat(Float.isFinite(maxima[1])).isTrue();
        }
    }

    @Test
    void codesArePackedWithTheFirstInTheUpperHalf() {
        Random random = new Random(3);
        for (int count : new int[] {0, 2, 6, 8, 14, 64, 258}) {
            byte[] codes = new byte[count + 1];
            for (int i = 0; i < count; i++) {
                codes[1 + i] = (byte) random.nextInt(16);
            }
            byte[] packed = new byte[count / 2 + 2];
            kernels().pack(codes, 1, count, packed, 2);
            for (int i = 0; i < count; i += 2) {
                assertThat(packed[2 + i / 2]).isEqualTo((byte) (codes[1 + i] << 4 | codes[2 + i]));
            }
            byte[] unpacked = new byte[count + 1];
            kernels().unpack(packed, 2, unpacked, 1, count);
            assertThat(unpacked).isEqualTo(codes);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 16, 32, 34, 48, 64, 100, 256})
    void codesAreLookedUpInTheTableOfTheirBlock(int block) {
        for (int count : new int[] {0, 1, block, 3 * block, 3 * block + (block + 1) / 2}) {
            byte[] packed = new byte[5 + (count + 1) / 2];
            new Random(block).nextBytes(packed);
            float[] tables = Samples.NORMAL.array((count + block - 1) / block * 16, block);
            float[] values = new float[count + 4];
            values[count + 3] = 77;
            kernels().decode(packed, 5, count, block, tables, values, 3);
            for (int i = 0; i < count; i++) {
                int code = packed[5 + i / 2] >> (i % 2 == 0 ? 4 : 0) & 0xf;
                float expected = tables[i / block * 16 + code];
                assertThat(Float.floatToRawIntBits(values[3 + i])).isEqualTo(Float.floatToRawIntBits(expected));
            }
            assertThat(values[count + 3]).isEqualTo(77);
        }
    }
}
