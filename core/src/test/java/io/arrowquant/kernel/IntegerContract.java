package io.arrowquant.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.arrowquant.Samples;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every implementation of {@link IntegerKernels} must do. */
abstract class IntegerContract {
    static final int[] COUNTS = {
        0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 127, 128, 129, 255, 256, 257, 1023, 4097
    };
    private static final float[] BAD = {
        Float.NaN,
        Float.intBitsToFloat(0xffc00001),
        Float.intBitsToFloat(0x7f800001),
        Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY
    };

    abstract IntegerKernels kernels();

    @ParameterizedTest
    @EnumSource
    void rangeIsTheLowestAndHighestOfTheValuesAndZero(Samples kind) {
        for (int count : COUNTS) {
            float[] values = kind.array(count + 20, count);
            for (int offset : new int[] {0, 1, 3, 13}) {
                double low = 0;
                double high = 0;
                for (int i = offset; i < offset + count; i++) {
                    low = Math.min(low, values[i]);
                    high = Math.max(high, values[i]);
                }
                float[] range = {9f, 9f};
                assertThat(kernels().range(values, offset, count, range)).isTrue();
                assertThat(Float.floatToRawIntBits(range[0])).isEqualTo(Float.floatToRawIntBits((float) low + 0f));
                assertThat(Float.floatToRawIntBits(range[1])).isEqualTo(Float.floatToRawIntBits((float) high + 0f));
            }
        }
    }

    @Test
    void rangeSeesEveryValueThatIsNotFinite() {
        for (int count : COUNTS) {
            float[] values = Samples.NORMAL.array(count + 2, count);
            for (int at = 0; at < count + 2; at += count > 300 ? 97 : 1) {
                for (float bad : BAD) {
                    float kept = values[at];
                    values[at] = bad;
                    boolean inside = at >= 1 && at <= count;
                    assertThat(kernels().range(values, 1, count, new float[2]))
                            .as("%s at %d of %d", bad, at, count)
                            .isEqualTo(!inside);
                    values[at] = kept;
                }
            }
        }
    }

    @Test
    void rangeOfOpposingInfinitiesIsNotFinite() {
        float[] values = {Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY, Float.NaN, 1f};
        assertThat(kernels().range(values, 0, 4, new float[2])).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4, 8})
    void encodeRoundsToEvenAndClamps(int bits) {
        Random random = new Random(bits);
        int top = (1 << bits) - 1;
        for (int count : COUNTS) {
            float[] values = new float[count + 10];
            for (int i = 0; i < values.length; i++) {
                // Whole numbers, halves and others, some far out of the range of codes.
                values[i] = switch (i % 4) {
                    case 0 -> random.nextInt(4 * top) - 2 * top;
                    case 1 -> (random.nextInt(4 * top) - 2 * top) * 0.5f;
                    case 2 -> (float) random.nextGaussian() * top;
                    default -> (random.nextFloat() - 0.5f) * 4_000_000;
                };
            }
            int zeroPoint = random.nextInt(top + 1);
            byte[] codes = filled(count + 20);
            kernels().encode(values, 3, count, 1f, -zeroPoint, top - zeroPoint, zeroPoint, codes, 5);
            for (int i = 0; i < codes.length; i++) {
                boolean written = i >= 5 && i < 5 + count;
                int expected = 0x5a;
                if (written) {
                    double rounded = Math.rint(values[3 + i - 5]);
                    expected = (int) Math.max(0, Math.min(top, rounded + zeroPoint));
                }
                assertThat(codes[i] & 0xff).as("code %d of %d", i - 5, count).isEqualTo(expected);
            }
        }
    }

    /** Division, not multiplication by a reciprocal: they differ in the last bit. */
    @Test
    void encodeDivides() {
        Random random = new Random(99);
        for (int round = 0; round < 2000; round++) {
            float scale = Float.intBitsToFloat(0x3c000000 + random.nextInt(0x800000));
            float[] values = new float[67];
            for (int i = 0; i < values.length; i++) {
                // As close to the middle between two codes as floats get.
                float middle = (random.nextInt(30) - 15 + 0.5f) * scale;
                values[i] = Float.intBitsToFloat(Float.floatToRawIntBits(middle) + random.nextInt(3) - 1);
            }
            byte[] codes = new byte[values.length];
            kernels().encode(values, 0, values.length, scale, -16, 15, 16, codes, 0);
            for (int i = 0; i < values.length; i++) {
                float quotient = (float) ((double) values[i] / scale);
                double expected = Math.max(-16, Math.min(15, Math.rint(quotient))) + 16;
                assertThat((double) codes[i]).isEqualTo(expected);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void encodeValuesOfAnyKind(Samples kind) {
        float[] values = kind.array(777, 5);
        float[] range = new float[2];
        kernels().range(values, 0, values.length, range);
        float scale = Math.max(range[1] / 15 - range[0] / 15, Float.MIN_VALUE);
        byte[] codes = new byte[values.length];
        kernels().encode(values, 0, values.length, scale, -7, 8, 7, codes, 0);
        for (int i = 0; i < values.length; i++) {
            float quotient = (float) ((double) values[i] / scale);
            assertThat((double) codes[i]).isEqualTo(Math.max(-7, Math.min(8, Math.rint(quotient))) + 7);
        }
    }

    @Test
    void decodeMultipliesTheDistanceFromTheZeroPoint() {
        Random random = new Random(3);
        float[] scales = {
            1f, 0.0123f, Float.MIN_VALUE, 1e-39f, 3e38f, Float.MAX_VALUE, 1.4e36f, 1.3e36f, 0f, -2f, -3e38f
        };
        for (int count : COUNTS) {
            byte[] codes = new byte[count + 9];
            random.nextBytes(codes);
            for (float scale : scales) {
                float zeroPoint = random.nextInt(256);
                float[] values = new float[count + 12];
                Arrays.fill(values, 42f);
                kernels().decode(codes, 4, count, scale, zeroPoint, values, 7);
                for (int i = 0; i < values.length; i++) {
                    double expected = 42;
                    if (i >= 7 && i < 7 + count) {
                        double exact = ((codes[4 + i - 7] & 0xff) - (double) zeroPoint) * scale;
                        expected = Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, (double) (float) exact));
                    }
                    assertThat((double) values[i])
                            .as("value %d of %d, scale %s", i - 7, count, scale)
                            .isEqualTo(Double.valueOf(expected));
                }
            }
        }
    }

    /** Parts may come from anyone; whatever they hold, all providers agree. */
    @Test
    void decodeOfScalesAndZeroPointsThatNoEncoderMakes() {
        byte[] codes = new byte[257];
        for (int i = 0; i < codes.length; i++) {
            codes[i] = (byte) i;
        }
        float[] odd = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, -0f, 1e38f, -1e38f, 0.5f, 1.4E-45f};
        for (float scale : odd) {
            for (float zeroPoint : odd) {
                float[] values = new float[codes.length];
                kernels().decode(codes, 0, codes.length, scale, zeroPoint, values, 0);
                for (int i = 0; i < codes.length; i++) {
                    float product = ((codes[i] & 0xff) - zeroPoint) * scale;
                    float expected = product > Float.MAX_VALUE
                            ? Float.MAX_VALUE
                            : product < -Float.MAX_VALUE ? -Float.MAX_VALUE : product;
                    assertThat(values[i])
                            .as("(%d - %s) * %s", codes[i] & 0xff, zeroPoint, scale)
                            .isEqualTo(Float.valueOf(expected));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4, 8})
    void packingIsOneLittleEndianStreamOfBits(int bits) {
        Random random = new Random(bits);
        for (int count : COUNTS) {
            byte[] codes = new byte[count + 7];
            for (int i = 0; i < codes.length; i++) {
                codes[i] = (byte) random.nextInt(1 << bits);
            }
            BitSet stream = new BitSet();
            for (int i = 0; i < count * bits; i++) {
                stream.set(i, (codes[3 + i / bits] >> (i % bits) & 1) == 1);
            }
            int length = (count * bits + 7) / 8;
            byte[] packed = filled(length + 9);
            kernels().pack(codes, 3, count, bits, packed, 2);
            byte[] expected = filled(length + 9);
            System.arraycopy(Arrays.copyOf(stream.toByteArray(), length), 0, expected, 2, length);
            assertThat(packed).as("%d codes of %d bits", count, bits).isEqualTo(expected);

            byte[] unpacked = filled(count + 11);
            kernels().unpack(packed, 2, bits, unpacked, 6, count);
            byte[] expectedCodes = filled(count + 11);
            System.arraycopy(codes, 3, expectedCodes, 6, count);
            assertThat(unpacked).as("%d codes of %d bits", count, bits).isEqualTo(expectedCodes);
        }
    }

    /** Bytes that show where something was written that should not have been. */
    static byte[] filled(int length) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) 0x5a);
        return bytes;
    }

    /** On stored bfloat16 elements, at any offset, everything is as on the floats they stand for. */
    @ParameterizedTest
    @EnumSource
    void brainFloatsAreTakenAsTheFloatsTheyStandFor(Samples kind) {
        for (int count : COUNTS) {
            float[] values = kind.array(count + 4, count);
            byte[] stored = new byte[2 * values.length + 1];
            for (int i = 0; i < values.length; i++) {
                short bits = Float16.floatToBrain(values[i]);
                if (!Float.isFinite(Float16.brainToFloat(bits))) {
                    bits = (short) (bits - 1);
                }
                values[i] = Float16.brainToFloat(bits);
                stored[1 + 2 * i] = (byte) bits;
                stored[2 + 2 * i] = (byte) (bits >> 8);
            }
            float[] expectedRange = new float[2];
            float[] range = {9f, 9f};
            assertThat(kernels().range(values, 3, count, expectedRange)).isTrue();
            assertThat(kernels().rangeOfBrain(stored, 7, count, range)).isTrue();
            assertThat(Float.floatToRawIntBits(range[0])).isEqualTo(Float.floatToRawIntBits(expectedRange[0]));
            assertThat(Float.floatToRawIntBits(range[1])).isEqualTo(Float.floatToRawIntBits(expectedRange[1]));

            float scale = Math.max(range[1] / 15 - range[0] / 15, Float.MIN_VALUE);
            byte[] expected = filled(count + 20);
            byte[] codes = filled(count + 20);
            kernels().encode(values, 3, count, scale, -7, 8, 7, expected, 5);
            kernels().encodeBrain(stored, 7, count, scale, -7, 8, 7, codes, 5);
            assertThat(codes).as("%d codes of %s", count, kind).isEqualTo(expected);
        }
    }

    @Test
    void rangeSeesEveryBrainFloatThatIsNotFinite() {
        short[] bad = {0x7f80, (short) 0xff80, 0x7f81, 0x7fc0, 0x7fff, (short) 0xff81, (short) 0xffff};
        for (int count : new int[] {1, 7, 8, 31, 32, 33, 64, 65, 100, 128}) {
            for (int at = 0; at < count + 2; at++) {
                for (short bits : bad) {
                    byte[] stored = new byte[2 * count + 4];
                    stored[2 * at] = (byte) bits;
                    stored[2 * at + 1] = (byte) (bits >> 8);
                    boolean inside = at >= 1 && at <= count;
                    assertThat(kernels().rangeOfBrain(stored, 2, count, new float[2]))
                            .as("0x%04x at %d of %d", bits, at, count)
                            .isEqualTo(!inside);
                }
            }
        }
    }
}
