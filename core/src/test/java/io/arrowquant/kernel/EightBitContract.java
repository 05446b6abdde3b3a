package io.arrowquant.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.arrowquant.Samples;
import io.arrowquant.tensor.DataType;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every implementation of {@link EightBitKernels} must do: what bitsandbytes computes, element by element. */
abstract class EightBitContract {
    private static final int[] COUNTS = {1, 2, 7, 16, 31, 32, 33, 64, 100, 257};
    private static final float[] MAXIMA = {
        1f,
        0.37f,
        127f,
        65504f,
        Float.MIN_VALUE,
        Float.MIN_NORMAL / 5,
        Float.MIN_NORMAL / 4,
        Float.MIN_NORMAL,
        0x1p126f,
        0x1.000002p126f,
        0x1.8p127f,
        Float.MAX_VALUE
    };

    abstract EightBitKernels kernels();

    private static float magnitude(float[] values, int offset, int count) {
        float largest = 0f;
        for (int i = offset; i < offset + count; i++) {
            largest = Math.max(largest, Math.abs(values[i]));
        }
        return largest;
    }

    /** The reference's expression: multiplying and adding in one rounding, which a double can do. */
    private static byte dynamicCode(float value, float maximum) {
        if (maximum == 0f) {
            return 0;
        }
        float scaled = Math.min(Math.max(value * (1f / maximum), -1f), 1f);
        double step = (double) ((scaled + 1f) * 0.5f) * 65535 + 0.5;
        return DynamicType.nearest((int) (float) step);
    }

    private void checkDynamic(float[] values, int offset, int count, int block) {
        float[] maxima = new float[(count + block - 1) / block];
        for (int i = 0; i < maxima.length; i++) {
            maxima[i] = magnitude(values, offset + i * block, Math.min(block, count - i * block));
        }
        byte[] expected = new byte[count + 7];
        Arrays.fill(expected, (byte) 77);
        byte[] codes = expected.clone();
        for (int i = 0; i < count; i++) {
            expected[3 + i] = dynamicCode(values[offset + i], maxima[i / block]);
        }
        kernels().dynamic(values, offset, count, block, maxima, codes, 3);
        assertThat(codes).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource
    void everyValueHasTheCodeOfItsStep(Samples kind) {
        for (int block : COUNTS) {
            // The last block is short, or the only one.
            checkDynamic(kind.array(5 * block, block), block / 2, 3 * block + block / 3, block);
            checkDynamic(kind.array(block + 9, block), 5, block, block);
        }
    }

    /** The first and the last value of every step, as far as floats of any magnitude hit them. */
    @Test
    void stepsEndWhereTheReferenceEndsThem() {
        for (float maximum : MAXIMA) {
            float[] values = new float[5 * DynamicType.STEPS];
            for (int i = 0; i < DynamicType.STEPS; i++) {
                float border = (float) (maximum * Math.min(1, (2.0 * i - 65536) / 65535));
                values[5 * i] = border;
                values[5 * i + 1] = Math.nextUp(border);
                values[5 * i + 2] = Math.nextDown(border);
                values[5 * i + 3] = (float) (border * (1 + 0x1p-23));
                values[5 * i + 4] = (float) (maximum * ((2.0 * i - 65535) / 65535));
            }
            for (int i = 0; i < values.length; i++) {
                values[i] = Math.min(Math.max(values[i], -maximum), maximum);
            }
            checkDynamic(values, 0, values.length, values.length);
        }
    }

    @Test
    void halvesOfStepsAreRoundedAsTheReferenceRoundsThem() {
        float[] values = new float[1 << 17];
        values[0] = 1f;
        for (int i = 1; i < values.length; i++) {
            // Every sum with one that may be between two floats, and every sum near zero.
            values[i] = Float.intBitsToFloat(0x38000000 + i * 0x1ff);
            values[i] = Math.min(values[i], 1f) * (i % 2 == 0 ? 1 : -1);
        }
        checkDynamic(values, 0, values.length, values.length);
    }

    private static byte rowCode(float value, float factor) {
        float half = Float16.halfToFloat(Float16.floatToHalf(value));
        return (byte) (int) Math.rint((double) (half * factor));
    }

    private static float rowFactor(float[] values) {
        float largest = Float16.halfToFloat(Float16.floatToHalf(magnitude(values, 0, values.length)));
        return largest == 0f ? 1f : 1f / largest * 127f;
    }

    private void checkRow(float[] values) {
        float factor = rowFactor(values);
        byte[] expected = new byte[values.length + 4];
        Arrays.fill(expected, (byte) 77);
        byte[] codes = expected.clone();
        byte[] ofStored = expected.clone();
        for (int i = 2; i < values.length; i++) {
            expected[1 + i] = rowCode(values[i], factor);
        }
        kernels().row(values, 2, values.length - 2, factor, codes, 3);
        assertThat(codes).isEqualTo(expected);
        byte[] stored = new byte[2 * values.length];
        float[] widened = new float[values.length];
        float[] smaller = values.clone();
        for (int i = 0; i < smaller.length; i++) {
            // The largest that bfloat16 does not round to what float16 cannot hold.
            smaller[i] = Math.min(Math.max(smaller[i], -65280f), 65280f);
        }
        new ScalarNarrowing().narrow(smaller, 0, DataType.BF16, stored, 0, values.length);
        new ScalarWidening().widen(DataType.BF16, stored, 0, widened, 0, values.length);
        for (int i = 2; i < values.length; i++) {
            expected[1 + i] = rowCode(widened[i], factor);
        }
        kernels().rowOfBrain(stored, 4, values.length - 2, factor, ofStored, 3);
        assertThat(ofStored).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource
    void rowsAreRoundedToFloat16First(Samples kind) {
        for (int count : COUNTS) {
            float[] values = kind.array(count + 2, count);
            for (int i = 0; i < values.length; i++) {
                values[i] = Math.min(Math.max(values[i], -65504f), 65504f);
            }
            checkRow(values);
        }
    }

    /** Magnitudes around every float16 and around the middle between it and the next. */
    @ParameterizedTest
    @ValueSource(ints = {1, -1})
    void middlesBetweenTwoFloat16GoToTheEvenOne(int sign) {
        for (int exponent = 0; exponent < 31; exponent++) {
            float[] values = new float[6 * 1024];
            for (int i = 0; i < 1024; i++) {
                float half = Float16.halfToFloat((short) (exponent << 10 | i));
                float next =
                        i == 1023 && exponent == 30 ? half : Float16.halfToFloat((short) ((exponent << 10 | i) + 1));
                float middle = (half + next) / 2;
                values[6 * i] = sign * half;
                values[6 * i + 1] = sign * Math.nextUp(half);
                values[6 * i + 2] = sign * Math.nextDown(half);
                values[6 * i + 3] = sign * middle;
                values[6 * i + 4] = sign * Math.nextUp(middle);
                values[6 * i + 5] = sign * Math.nextDown(middle);
            }
            if (exponent == 30) {
                // What is above the largest float16.
                values = Arrays.copyOf(values, 6 * 1023 + 1);
            }
            checkRow(values);
        }
    }

    @ParameterizedTest
    @ValueSource(floats = {127f, 0.013f, 65504f, 0x1p-24f, 3e38f, 0f, Float.NaN})
    void rowsGoBackInTwoProducts(float maximum) {
        for (int count : COUNTS) {
            byte[] codes = new byte[count + 5];
            for (int i = 0; i < codes.length; i++) {
                codes[i] = (byte) (i * 37);
            }
            float[] values = new float[count + 3];
            kernels().rowValues(codes, 5, count, maximum, 1f / 127f, values, 2);
            float[] expected = new float[count + 3];
            for (int i = 0; i < count; i++) {
                expected[2 + i] = codes[5 + i] * maximum * (1f / 127f);
            }
            assertThat(values).isEqualTo(expected);
        }
    }

    @Test
    void dynamicCodesStandForTheirValues() {
        byte[] codes = new byte[258];
        for (int i = 0; i < 256; i++) {
            codes[1 + i] = (byte) i;
        }
        float[] values = new float[259];
        DynamicType.decode(codes, 1, 256, values, 2);
        assertThat(Arrays.copyOfRange(values, 2, 258))
                .isEqualTo(DynamicType.values())
                .isSorted();
        assertThat(DynamicType.value((byte) 127)).isZero();
        assertThat(DynamicType.value((byte) 255)).isEqualTo(1f);
    }
}
