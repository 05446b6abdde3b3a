package io.arrowquant.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.arrowquant.Samples;
import io.arrowquant.tensor.DataType;
import java.util.Arrays;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every implementation of {@link GroupKernels} must do: the same as single groups in plain loops. */
abstract class GroupContract {
    private static final int[] LENGTHS = {32, 64, 96, 128, 160, 416, 1024};
    private static final int GROUPS = 7;
    private static final int OFFSET = 3;

    private final IntegerKernels reference = new ScalarInteger();

    abstract GroupKernels kernels();

    @ParameterizedTest
    @EnumSource
    void rangesAreThoseOfSingleGroups(Samples kind) {
        for (int length : LENGTHS) {
            float[] values = kind.array(GROUPS * length + OFFSET, length);
            byte[] stored = brains(values);
            float[] lows = new float[GROUPS];
            float[] highs = new float[GROUPS];
            float[] range = new float[2];
            assertThat(kernels().ranges(values, OFFSET, GROUPS, length, lows, highs))
                    .isTrue();
            for (int group = 0; group < GROUPS; group++) {
                reference.range(values, OFFSET + group * length, length, range);
                assertThat(lows[group]).isEqualTo(range[0] + 0f);
                assertThat(highs[group]).isEqualTo(range[1] + 0f);
            }
            byte[] floats = bytes(values);
            float[] magnitudes = new float[GROUPS];
            assertThat(kernels().rangesOfStored(floats, 4 * OFFSET, GROUPS, length, lows, highs))
                    .isTrue();
            assertThat(kernels().magnitudesOfStored(floats, 4 * OFFSET, GROUPS, length, magnitudes))
                    .isTrue();
            for (int group = 0; group < GROUPS; group++) {
                reference.range(values, OFFSET + group * length, length, range);
                assertThat(lows[group]).isEqualTo(range[0] + 0f);
                assertThat(highs[group]).isEqualTo(range[1] + 0f);
                assertThat(magnitudes[group]).isEqualTo(Math.max(-range[0], range[1]) + 0f);
            }
            boolean finite = kernels().magnitudesOfBrain(stored, 2 * OFFSET, GROUPS, length, magnitudes);
            assertThat(kernels().rangesOfBrain(stored, 2 * OFFSET, GROUPS, length, lows, highs))
                    .isEqualTo(finite);
            if (!finite) {
                // Rounded to bfloat16, the largest floats are infinite.
                assertThat(reference.rangeOfBrain(stored, 2 * OFFSET, GROUPS * length, range))
                        .isFalse();
                continue;
            }
            for (int group = 0; group < GROUPS; group++) {
                reference.rangeOfBrain(stored, 2 * (OFFSET + group * length), length, range);
                assertThat(lows[group]).isEqualTo(range[0]);
                assertThat(highs[group]).isEqualTo(range[1]);
                assertThat(magnitudes[group]).isEqualTo(Math.max(-range[0], range[1]));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 128, 160})
    void rangesSeeEveryValueThatIsNotFinite(int length) {
        float[] values = Samples.NORMAL.array(3 * length + 2, 1);
        float[] ranges = new float[3];
        for (float bad : new float[] {Float.NaN, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY}) {
            for (int at = 0; at < values.length; at++) {
                float kept = values[at];
                values[at] = bad;
                boolean outside = at < 1 || at > 3 * length;
                assertThat(kernels().ranges(values, 1, 3, length, ranges, new float[3]))
                        .isEqualTo(outside);
                assertThat(kernels().rangesOfStored(bytes(values), 4, 3, length, ranges, new float[3]))
                        .isEqualTo(outside);
                assertThat(kernels().magnitudesOfStored(bytes(values), 4, 3, length, ranges))
                        .isEqualTo(outside);
                assertThat(kernels().rangesOfBrain(brains(values), 2, 3, length, ranges, new float[3]))
                        .isEqualTo(outside);
                assertThat(kernels().magnitudesOfBrain(brains(values), 2, 3, length, ranges))
                        .isEqualTo(outside);
                values[at] = kept;
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4, 8})
    void codesOfAnyValues(int bits) {
        for (Samples kind : Samples.values()) {
            for (int length : LENGTHS) {
                check(kind.array(GROUPS * length + OFFSET, bits + length), length, bits);
            }
        }
    }

    /** Values at and beside the middle between two codes, where a multiplication in place of a division shows. */
    @ParameterizedTest
    @ValueSource(ints = {2, 4, 8})
    void codesOfValuesBetweenTwoCodes(int bits) {
        Random random = new Random(bits);
        int top = (1 << bits) - 1;
        for (int round = 0; round < 300; round++) {
            float[] values = new float[GROUPS * 64 + OFFSET];
            float scale = Float.intBitsToFloat(0x3c000000 + random.nextInt(0x800000));
            if (round % 3 == 0) {
                scale = (float) (7 * Math.scalb(1.0, random.nextInt(200) - 100));
            }
            for (int i = 0; i < values.length; i++) {
                float middle = (random.nextInt(top) - (top >> 1) + 0.5f) * scale;
                values[i] = Float.intBitsToFloat(Float.floatToRawIntBits(middle) + random.nextInt(3) - 1);
            }
            check(values, 64, bits);
        }
    }

    /** Every bfloat16 up to the largest of a group and not far below its smallest step, for every such largest one. */
    @ParameterizedTest
    @ValueSource(ints = {4, 8})
    void factorsGiveTheCodesOfADivision(int bits) {
        int perBinade = 128;
        int binades = bits + 2;
        int spans = 2 * binades * perBinade / SymmetricFactors.SPAN;
        int half = 1 << (bits - 1);
        int without = 0;
        float[] values = new float[spans * SymmetricFactors.SPAN];
        float[] zeroPoints = {half};
        float[] factors = new float[spans];
        byte[] expected = new byte[values.length];
        byte[] packed = new byte[values.length * bits / 8 + 1];
        byte[] expectedPacked = new byte[packed.length];
        for (int exponent : new int[] {-90, -6, 90}) {
            for (int largest = 0; largest < perBinade; largest++) {
                float most = Math.scalb(1f + largest / 128f, exponent);
                for (int i = 0; i < values.length / 2; i++) {
                    float value = Math.scalb(1f + i % perBinade / 128f, exponent - i / perBinade);
                    values[2 * i] = Math.min(value, most);
                    values[2 * i + 1] = -values[2 * i];
                }
                float[] scales = {most / (half - 1)};
                SymmetricFactors.fit(bits, 1, spans, new float[] {most}, scales, factors);
                if (Float.isNaN(factors[0])) {
                    without++;
                    continue;
                }
                GroupKernels plain = new ScalarGroups(reference);
                plain.encode(values, 0, 1, values.length, bits, scales, zeroPoints, expected, 0);
                reference.pack(expected, 0, values.length, bits, expectedPacked, 1);
                kernels().encodeBrainByFactors(brains(values), 0, spans, bits, factors, packed, 1);
                assertThat(Arrays.equals(packed, expectedPacked))
                        .as("largest %s", most)
                        .isTrue();
            }
        }
        assertThat(without).as("scales without a factor, of 384").isLessThan(24);
    }

    @Test
    void scalesNearTheEndOfFloatsHaveNoFactors() {
        float[] factors = new float[3];
        float[] magnitudes = {1f, 0x1p-120f, 0x1p120f};
        float[] scales = {1f / 7f, 0x1p-120f / 7f, 0x1p120f / 7f};
        SymmetricFactors.fit(4, 3, 1, magnitudes, scales, factors);
        assertThat(factors[0]).isCloseTo(7f, Offset.offset(1e-3f));
        assertThat(factors[1]).isNaN();
        assertThat(factors[2]).isNaN();
    }

    @Test
    void valuesOfNibblesAreThoseOfSingleGroups() {
        float[] scales = {0.25f, -0.1f, 0f, 0x1p-140f, 3e38f, Float.NaN, Float.POSITIVE_INFINITY, 1.7f};
        float[] zeroPoints = {8f, 0f, 15f, 3f, 8f, 7f, 8f, 2.5f};
        for (int length : LENGTHS) {
            // Two groups of each call: all plain, or the second one not.
            for (int second = 0; second < scales.length; second++) {
                float[] twoScales = {scales[0], scales[second]};
                float[] twoZeroPoints = {zeroPoints[0], zeroPoints[second]};
                byte[] packed = new byte[length + 3];
                new Random(length).nextBytes(packed);
                byte[] codes = new byte[2 * length];
                reference.unpack(packed, 3, 4, codes, 0, 2 * length);
                float[] expected = new float[2 * length + 2];
                float[] values = new float[2 * length + 2];
                for (int group = 0; group < 2; group++) {
                    int at = group * length;
                    reference.decode(codes, at, length, twoScales[group], twoZeroPoints[group], expected, 1 + at);
                }
                kernels().decodeNibbles(packed, 3, 2, length, twoScales, twoZeroPoints, values, 1);
                assertThat(values).isEqualTo(expected);
            }
        }
    }

    /** Fits grids as the int family does, symmetric and not, and compares with the codes of single groups. */
    private void check(float[] values, int length, int bits) {
        byte[] stored = brains(values);
        float[] rounded = new float[values.length];
        new ScalarWidening().widen(DataType.BF16, stored, 0, rounded, 0, values.length);
        for (boolean symmetric : new boolean[] {false, true}) {
            float[] scales = new float[GROUPS];
            float[] zeroPoints = new float[GROUPS];
            fit(values, length, bits, symmetric, scales, zeroPoints);
            byte[] expected = new byte[GROUPS * length + 5];
            byte[] codes = new byte[GROUPS * length + 5];
            new ScalarGroups(reference).encode(values, OFFSET, GROUPS, length, bits, scales, zeroPoints, expected, 2);
            kernels().encode(values, OFFSET, GROUPS, length, bits, scales, zeroPoints, codes, 2);
            assertThat(codes).isEqualTo(expected);
            Arrays.fill(codes, 2, codes.length - 3, (byte) 0);
            kernels().encodeStored(bytes(values), 4 * OFFSET, GROUPS, length, bits, scales, zeroPoints, codes, 2);
            assertThat(codes).isEqualTo(expected);
            if (bits == 4) {
                checkStoredNibbles(values, length, scales, zeroPoints, expected);
            }
            if (!fit(rounded, length, bits, symmetric, scales, zeroPoints)) {
                continue;
            }
            new ScalarGroups(reference).encode(rounded, OFFSET, GROUPS, length, bits, scales, zeroPoints, expected, 2);
            kernels().encodeBrain(stored, 2 * OFFSET, GROUPS, length, bits, scales, zeroPoints, codes, 2);
            assertThat(codes).isEqualTo(expected);
            if (bits == 4) {
                byte[] expectedPacked = new byte[GROUPS * length / 2 + 2];
                byte[] packed = new byte[GROUPS * length / 2 + 2];
                reference.pack(expected, 2, GROUPS * length, 4, expectedPacked, 1);
                kernels().encodeBrainNibbles(stored, 2 * OFFSET, GROUPS, length, scales, zeroPoints, packed, 1);
                assertThat(packed).isEqualTo(expectedPacked);
            }
        }
    }

    private void checkStoredNibbles(
            float[] values, int length, float[] scales, float[] zeroPoints, byte[] expectedCodes) {
        byte[] expected = new byte[GROUPS * length / 2 + 2];
        byte[] packed = new byte[GROUPS * length / 2 + 2];
        reference.pack(expectedCodes, 2, GROUPS * length, 4, expected, 1);
        if (kernels().encodeStoredNibbles(bytes(values), 4 * OFFSET, GROUPS, length, scales, zeroPoints, packed, 1)) {
            assertThat(packed).isEqualTo(expected);
        } else {
            assertThat(packed).containsOnly(0);
        }
    }

    private boolean fit(float[] values, int length, int bits, boolean symmetric, float[] scales, float[] zeroPoints) {
        int top = (1 << bits) - 1;
        int half = 1 << (bits - 1);
        float[] range = new float[2];
        for (int group = 0; group < GROUPS; group++) {
            if (!reference.range(values, OFFSET + group * length, length, range)) {
                return false;
            }
            float largest = Math.max(-range[0], range[1]);
            float scale = symmetric ? largest / (half - 1) : range[1] / top - range[0] / top;
            if (scale < Float.MIN_NORMAL) {
                double exact = symmetric ? (double) largest / (half - 1) : ((double) range[1] - range[0]) / top;
                scale = largest == 0 ? 1f : Float.intBitsToFloat((int) Math.ceil(exact / Float.MIN_VALUE));
            }
            scales[group] = scale;
            zeroPoints[group] =
                    symmetric ? half : Math.min(Math.max((float) Math.rint(-range[0] / scale), 0f), top) + 0f;
        }
        return true;
    }

    private static byte[] brains(float[] values) {
        byte[] stored = new byte[2 * values.length];
        new ScalarNarrowing().narrow(values, 0, DataType.BF16, stored, 0, values.length);
        return stored;
    }

    private static byte[] bytes(float[] values) {
        byte[] stored = new byte[4 * values.length];
        new ScalarNarrowing().narrow(values, 0, DataType.F32, stored, 0, values.length);
        return stored;
    }
}
