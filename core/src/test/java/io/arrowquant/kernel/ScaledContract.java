package io.arrowquant.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.arrowquant.Samples;
import io.arrowquant.tensor.DataType;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every implementation of {@link ScaledKernels} must do. */
abstract class ScaledContract {
    private static final int[] LENGTHS = {1, 2, 7, 8, 15, 16, 17, 31, 32, 33, 48, 63, 64, 65, 128, 257};
    private static final int GROUPS = 5;
    private static final int OFFSET = 3;
    private static final float[] FLOAT4 = {0f, 0.5f, 1f, 1.5f, 2f, 3f, 4f, 6f};

    abstract ScaledKernels kernels();

    /** What a code of a value and its scale must be. */
    private interface Expected {
        int code(float value, int group);
    }

    /** What is under test. */
    private interface Encode {
        void encode(float[] values, int offset, int length, byte[] codes, int codeOffset);
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "BF16", "F16"})
    void wholeNumbers(DataType precision) {
        for (int bits : new int[] {2, 4, 8}) {
            int half = 1 << (bits - 1);
            for (int length : LENGTHS) {
                float[] scales = scales(precision, length);
                float[] zeroPoints = new float[GROUPS];
                for (int group = 0; group < GROUPS; group++) {
                    zeroPoints[group] = new Random(group + length).nextInt(2 * half) - half;
                }
                float[] values = values(precision, scales, length, half);
                check(
                        values,
                        length,
                        (source, offset, count, codes, at) -> kernels()
                                .wholeNumbers(
                                        source, offset, GROUPS, count, precision, scales, null, -half, half - 1, codes,
                                        at),
                        (value, group) -> {
                            float scaled = round(precision, value / scales[group]);
                            return (int) Math.rint(Math.max(-half, Math.min(half - 1, scaled))) + half;
                        });
                check(
                        values,
                        length,
                        (source, offset, count, codes, at) -> kernels()
                                .wholeNumbers(
                                        source,
                                        offset,
                                        GROUPS,
                                        count,
                                        precision,
                                        scales,
                                        zeroPoints,
                                        -half,
                                        half - 1,
                                        codes,
                                        at),
                        (value, group) -> {
                            float scaled = round(precision, value / scales[group]);
                            float moved = round(precision, scaled + zeroPoints[group]);
                            return (int) Math.rint(Math.max(-half, Math.min(half - 1, moved))) + half;
                        });
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "BF16", "F16"})
    void float8(DataType precision) {
        for (int length : LENGTHS) {
            float[] scales = scales(precision, length);
            check(
                    values(precision, scales, length, 500),
                    length,
                    (source, offset, count, codes, at) ->
                            kernels().float8(source, offset, GROUPS, count, precision, scales, codes, at),
                    (value, group) -> nearest(Float8.E4M3, 0x7e, 0x80, round(precision, value / scales[group]), true));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "BF16", "F16"})
    void float4(DataType precision) {
        for (int length : LENGTHS) {
            float[] scales = scales(precision, length);
            check(
                    values(precision, scales, length, 7),
                    length,
                    (source, offset, count, codes, at) ->
                            kernels().float4(source, offset, GROUPS, count, precision, scales, codes, at),
                    (value, group) -> nearest(FLOAT4, 7, 8, round(precision, value / scales[group]), false));
        }
    }

    /** The same codes as from floats, at any scale: the largest and smallest ones are divided by. */
    @Test
    void brainsAsStored() {
        for (int length : new int[] {32, 64, 96, 128, 160, 416}) {
            for (int exponent : new int[] {-120, -100, -99, 0, 40, 99, 101}) {
                float[] scales = scales(DataType.BF16, length);
                for (int group = 0; group < GROUPS; group++) {
                    scales[group] = Math.scalb(scales[group], exponent);
                }
                checkBrains(values(DataType.BF16, scales, length, 8), length, scales);
                checkBrains(values(DataType.BF16, scales, length, 500), length, scales);
            }
        }
    }

    /** Every quotient of two significands, so that every rounding of one is met. */
    @Test
    void brainsOfAllQuotients() {
        int length = 2 * 128;
        for (int reach = -12; reach < 9; reach++) {
            float[] values = new float[128 * length + OFFSET];
            float[] scales = new float[128];
            for (int group = 0; group < 128; group++) {
                scales[group] = 1 + group / 128f;
                for (int i = 0; i < length; i++) {
                    float significand = 128f + (i >> 1);
                    float value = Math.scalb(significand, reach - 7);
                    values[OFFSET + group * length + i] = i % 2 == 0 ? value : -value;
                }
            }
            checkBrains(values, length, scales);
        }
    }

    private void checkBrains(float[] values, int length, float[] scales) {
        byte[] stored = new byte[2 * values.length];
        new ScalarNarrowing().narrow(values, 0, DataType.BF16, stored, 0, values.length);
        int groups = scales.length;
        byte[] expected = new byte[groups * length + 9];
        byte[] codes = new byte[groups * length + 9];
        ScaledKernels plain = new ScalarScaled();
        for (int bits : new int[] {2, 4, 8}) {
            int half = 1 << (bits - 1);
            float[] zeroPoints = new float[groups];
            for (int group = 0; group < groups; group++) {
                zeroPoints[group] = group % (2 * half) - half;
            }
            for (float[] added : new float[][] {null, zeroPoints}) {
                plain.wholeNumbers(
                        values, OFFSET, groups, length, DataType.BF16, scales, added, -half, half - 1, expected, 5);
                kernels()
                        .wholeNumbersOfBrain(
                                stored, 2 * OFFSET, groups, length, scales, added, -half, half - 1, codes, 5);
                assertThat(codes).isEqualTo(expected);
                if (bits == 4 && added == null) {
                    checkNibbles(stored, length, scales, expected);
                }
            }
        }
        plain.float8(values, OFFSET, groups, length, DataType.BF16, scales, expected, 5);
        kernels().float8OfBrain(stored, 2 * OFFSET, groups, length, scales, codes, 5);
        assertThat(codes).isEqualTo(expected);
    }

    private void checkNibbles(byte[] stored, int length, float[] scales, byte[] expectedCodes) {
        int groups = scales.length;
        byte[] expected = new byte[groups * length / 2 + 4];
        byte[] packed = new byte[groups * length / 2 + 4];
        new ScalarInteger().pack(expectedCodes, 5, groups * length, 4, expected, 3);
        if (kernels().nibblesOfBrain(stored, 2 * OFFSET, groups, length, scales, packed, 3)) {
            assertThat(packed).isEqualTo(expected);
        } else {
            assertThat(packed).containsOnly(0);
        }
    }

    /** Floats a few bits from every number in the middle between two codes, and from the codes, at scales of all sizes. */
    @Test
    void storedFloatsNearEveryMiddle() {
        Random random = new Random(5);
        int length = 16 * 128;
        for (int exponent : new int[] {-130, -110, -100, -60, 0, 50, 99, 101, 118}) {
            float[] scales = new float[GROUPS];
            float[] values = new float[GROUPS * length + OFFSET];
            for (int group = 0; group < GROUPS; group++) {
                scales[group] = Math.scalb(1f + random.nextFloat(), exponent);
                for (int i = 0; i < length; i++) {
                    double code = Float8.E4M3[i / 16 % 127];
                    double next = Float8.E4M3[Math.min(126, i / 16 % 127 + 1)];
                    float value = (float) ((i % 2 == 0 ? (code + next) / 2 : code) * scales[group]);
                    int bits = Math.max(0, Float.floatToRawIntBits(value) + i / 2 % 8 - 4);
                    values[OFFSET + group * length + i] = Float.intBitsToFloat(bits) * (i % 3 == 0 ? -1f : 1f);
                }
            }
            checkStored(values, length, scales);
        }
    }

    @ParameterizedTest
    @EnumSource
    void storedFloats(Samples kind) {
        for (int length : new int[] {128, 384}) {
            float[] values = kind.array(GROUPS * length + OFFSET, 3);
            checkStored(values, length, new float[] {1f, 0.02f / 448, Float.MIN_VALUE, 7e30f, 0x1p-101f});
        }
    }

    private void checkStored(float[] values, int length, float[] scales) {
        byte[] stored = new byte[Float.BYTES * values.length];
        new ScalarNarrowing().narrow(values, 0, DataType.F32, stored, 0, values.length);
        byte[] expected = new byte[GROUPS * length + 9];
        byte[] codes = new byte[GROUPS * length + 9];
        if (kernels().float8OfStored(stored, Float.BYTES * OFFSET, GROUPS, length, scales, codes, 5)) {
            new ScalarScaled().float8(values, OFFSET, GROUPS, length, DataType.F32, scales, expected, 5);
        }
        assertThat(codes).isEqualTo(expected);
    }

    @Test
    void packedCodesBecomeTheValuesOfSingleOnes() {
        Random random = new Random(11);
        for (DataType precision : new DataType[] {DataType.F32, DataType.BF16, DataType.F16}) {
            for (int length : new int[] {128, 384}) {
                byte[] packed = new byte[3 * length / 2 + 5];
                random.nextBytes(packed);
                float[] scales = {0.037f, Float.MIN_VALUE, 1e38f};
                float[] actual = new float[3 * length + 4];
                if (!kernels().valuesOfNibbles(packed, 5, 3, length, scales, precision, actual, 2)) {
                    continue;
                }
                float[] expected = new float[3 * length + 4];
                for (int i = 0; i < 3 * length; i++) {
                    int code = packed[5 + i / 2] >> (4 * (i % 2)) & 0x0f;
                    expected[2 + i] = Float16.round(precision, (code - 8) * scales[i / length]);
                }
                assertThat(actual).isEqualTo(expected);
            }
        }
    }

    private void check(float[] values, int length, Encode encode, Expected expected) {
        byte[] codes = new byte[GROUPS * length + 20];
        Arrays.fill(codes, (byte) 0x5a);
        encode.encode(values, OFFSET, length, codes, 5);
        for (int i = 0; i < codes.length; i++) {
            boolean written = i >= 5 && i < 5 + GROUPS * length;
            int code = written ? expected.code(values[OFFSET + i - 5], (i - 5) / length) : 0x5a;
            assertThat(codes[i] & 0xff)
                    .as("code %d of length %d", i - 5, length)
                    .isEqualTo(code);
        }
    }

    /** The code of the nearest of the values of codes up to {@code top}, ties to the even code. */
    private static int nearest(float[] table, int top, int sign, float value, boolean minusZeroIsKept) {
        double magnitude = Math.min(Math.abs(value), table[top]);
        int best = 0;
        for (int code = 1; code <= top; code++) {
            double now = Math.abs(magnitude - table[code]);
            double before = Math.abs(magnitude - table[best]);
            if (now < before || (now == before && (code & 1) == 0)) {
                best = code;
            }
        }
        boolean negative = minusZeroIsKept ? Float.floatToRawIntBits(value) < 0 : value < 0f;
        return negative ? best | sign : best;
    }

    private static float[] scales(DataType precision, int seed) {
        Random random = new Random(seed);
        float[] scales = new float[GROUPS];
        for (int group = 0; group < GROUPS; group++) {
            float scale = (float) Math.scalb(1 + random.nextDouble(), random.nextInt(18) - 12);
            scales[group] = random.nextInt(4) == 0 ? Math.scalb(1f, random.nextInt(10) - 8) : round(precision, scale);
        }
        return scales;
    }

    /** Values of the type that reach a little beyond the codes: of any kind, at the middle between codes, and tiny. */
    private static float[] values(DataType precision, float[] scales, int length, int reach) {
        Random random = new Random(length);
        float[] normal = Samples.NORMAL.array(GROUPS * length, length);
        float[] values = new float[GROUPS * length + OFFSET];
        for (int i = 0; i < GROUPS * length; i++) {
            float scale = scales[i / length];
            float value = switch (random.nextInt(5)) {
                case 0 -> (random.nextInt(4 * reach) - 2 * reach) * 0.25f * scale;
                case 1 -> (random.nextFloat() - 0.5f) * 2.2f * reach * scale;
                case 2 -> normal[i];
                case 3 -> Math.scalb(random.nextFloat() - 0.5f, -random.nextInt(30)) * scale;
                default -> random.nextBoolean() ? 0f : -0f;
            };
            values[OFFSET + i] = round(precision, value);
        }
        return values;
    }

    private static float round(DataType precision, float value) {
        return switch (precision) {
            case BF16 -> Float16.brainToFloat(Float16.floatToBrain(value));
            case F16 -> Float16.halfToFloat(Float16.floatToHalf(value));
            default -> value;
        };
    }

    /** Every scale of 16 bits, subnormal and largest ones too, with codes and zero points at their ends. */
    @ParameterizedTest
    @EnumSource(names = {"F32", "BF16", "F16"})
    void valuesOfCodes(DataType precision) {
        byte[] codes = new byte[261];
        for (int i = 0; i < codes.length; i++) {
            codes[i] = (byte) (i * 7);
        }
        float[] expected = new float[codes.length + 3];
        float[] actual = new float[codes.length + 3];
        for (int bits = 1; bits < 0x7f80; bits += precision == DataType.BF16 ? 1 : 13) {
            float scale = Float16.round(precision, Float16.brainToFloat((short) bits));
            for (int shift : new int[] {-256, -8, 0}) {
                int count = bits % 259;
                new ScalarScaled().values(codes, 2, count, shift, scale, precision, expected, 3);
                kernels().values(codes, 2, count, shift, scale, precision, actual, 3);
                assertThat(actual).isEqualTo(expected);
            }
        }
        new ScalarScaled().values(codes, 0, 3, -7, 0.3f, DataType.F32, expected, 0);
        assertThat(expected[1]).isEqualTo(0f);
        assertThat(expected[2]).isEqualTo(7 * 0.3f);
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "BF16", "F16"})
    void scaledValues(DataType precision) {
        float[] expected = new float[70];
        float[] actual = new float[70];
        Random random = new Random(4);
        for (int round = 0; round < 3000; round++) {
            for (int i = 0; i < actual.length; i++) {
                float value = Float.intBitsToFloat(random.nextInt());
                actual[i] = Float.isNaN(value) ? Float.NaN : value;
            }
            float scale = Float16.round(precision, (float) Math.scalb(random.nextFloat(), random.nextInt(40) - 20));
            System.arraycopy(actual, 0, expected, 0, actual.length);
            int count = random.nextInt(67);
            new ScalarScaled().scale(expected, 2, count, scale, precision);
            kernels().scale(actual, 2, count, scale, precision);
            assertThat(actual).isEqualTo(expected);
        }
    }
}
