package io.arrowquant.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.arrowquant.tensor.DataType;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every implementation of {@link NarrowingKernels} must do. */
abstract class NarrowingContract {
    abstract KernelProvider provider();

    /** More than fill a vector, so that the last ones do not; all must become the same. */
    private static final int RUN = 19;

    private long narrow(DataType type, float value) {
        byte[] stored = new byte[RUN * type.bytes() + 2];
        float[] values = new float[RUN + 1];
        Arrays.fill(values, 1, RUN + 1, value);
        provider().narrowing().narrow(values, 1, type, stored, 1, RUN);
        assertThat(stored[0]).isZero();
        assertThat(stored[stored.length - 1]).isZero();
        int differs = Arrays.mismatch(
                stored, 1, 1 + (RUN - 1) * type.bytes(), stored, 1 + type.bytes(), 1 + RUN * type.bytes());
        assertThat(differs).as("%s as %s", value, type).isNegative();
        long pattern = 0;
        for (int i = 0; i < type.bytes(); i++) {
            pattern |= (stored[1 + i] & 0xffL) << (8 * i);
        }
        return pattern;
    }

    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16", "F8_E4M3", "F8_E5M2", "F8_E4M3FNUZ", "F8_E5M2FNUZ"})
    void everyValueOfATypeComesBack(DataType type) {
        for (int pattern = 0; pattern < 1 << type.bits(); pattern++) {
            float[] value = new float[1];
            provider().widening().widen(type, ReferenceTypes.littleEndian(pattern, type.bytes()), 0, value, 0, 1);
            long back = narrow(type, value[0]);
            if (Float.isNaN(value[0])) {
                assertThat(ReferenceTypes.floatingPoint(type, (int) back)).isNaN();
            } else {
                assertThat(back).as("%s 0x%04x", type, pattern).isEqualTo(pattern);
            }
        }
    }

    /** Around every value and every middle between neighbours, against a search among all values of the type. */
    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16", "F8_E4M3", "F8_E5M2", "F8_E4M3FNUZ", "F8_E5M2FNUZ"})
    void theNearestValueIsChosenAndTiesGoToEven(DataType type) {
        TreeMap<Double, Integer> positive = positiveValues(type);
        double previous = 0;
        for (double value : positive.keySet()) {
            float middle = (float) (previous + (value - previous) / 2);
            for (float around : new float[] {Math.nextDown(middle), middle, Math.nextUp(middle), (float) value}) {
                assertNearest(type, positive, around);
                assertNearest(type, positive, -around);
            }
            previous = value;
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16", "F8_E4M3", "F8_E5M2", "F8_E4M3FNUZ", "F8_E5M2FNUZ"})
    void theNearestOfAnyFloat(DataType type) {
        TreeMap<Double, Integer> positive = positiveValues(type);
        Random random = new Random(type.ordinal());
        for (int round = 0; round < 20_000; round++) {
            float value = Float.intBitsToFloat(random.nextInt());
            if (!Float.isNaN(value)) {
                assertNearest(type, positive, value);
            }
            assertNearest(type, positive, (float) (random.nextGaussian() * Math.exp(random.nextGaussian() * 5)));
        }
        for (float value : new float[] {
            Float.MAX_VALUE,
            Float.POSITIVE_INFINITY,
            Float.MIN_VALUE,
            Float.MIN_NORMAL,
            65504f,
            65519.996f,
            65520f,
            448f,
            464f,
            465f,
            480f,
            57344f,
            61439.996f,
            61440f,
            240f,
            248f,
            0f
        }) {
            assertNearest(type, positive, value);
            assertNearest(type, positive, -value);
        }
    }

    private void assertNearest(DataType type, TreeMap<Double, Integer> positive, float value) {
        int sign = 1 << (type.bits() - 1);
        boolean negative = Float.floatToRawIntBits(value) < 0;
        int magnitude = nearest(type, positive, Math.abs((double) value));
        boolean noMinusZero = type.name().endsWith("FNUZ");
        long expected = negative && !(noMinusZero && magnitude == 0) ? magnitude | sign : magnitude;
        assertThat(narrow(type, value)).as("%s as %s", value, type).isEqualTo(expected);
    }

    private static int nearest(DataType type, TreeMap<Double, Integer> positive, double magnitude) {
        Map.Entry<Double, Integer> below = positive.floorEntry(magnitude);
        Map.Entry<Double, Integer> above = positive.ceilingEntry(magnitude);
        if (above == null) {
            return overflow(type, below, magnitude);
        }
        // Exact: a double holds the difference of a float and a value with far fewer bits next to it.
        double down = magnitude - below.getKey();
        double up = above.getKey() - magnitude;
        if (down == up) {
            return below.getValue() % 2 == 0 ? below.getValue() : above.getValue();
        }
        return down < up ? below.getValue() : above.getValue();
    }

    /** As if there were one more value beyond the largest: reaching it means infinity where the type has one. */
    private static int overflow(DataType type, Map.Entry<Double, Integer> largest, double magnitude) {
        int code = largest.getValue();
        boolean hasInfinity = type == DataType.F16 || type == DataType.BF16 || type == DataType.F8_E5M2;
        if (!hasInfinity) {
            return code;
        }
        double next = Math.pow(2, Math.getExponent(largest.getKey()) + 1);
        // The largest code is odd, so the tie overflows.
        return magnitude >= (largest.getKey() + next) / 2 ? code + 1 : code;
    }

    private static TreeMap<Double, Integer> positiveValues(DataType type) {
        TreeMap<Double, Integer> values = new TreeMap<>();
        for (int pattern = 0; pattern < 1 << (type.bits() - 1); pattern++) {
            double value = ReferenceTypes.floatingPoint(type, pattern);
            if (Double.isFinite(value)) {
                values.put(value, pattern);
            }
        }
        return values;
    }

    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16", "F8_E4M3", "F8_E5M2", "F8_E4M3FNUZ", "F8_E5M2FNUZ"})
    void notANumberStaysSo(DataType type) {
        for (int bits : new int[] {0x7fc00000, 0x7f800001, 0x7f80ffff, 0xff800001, 0xffffffff}) {
            long pattern = narrow(type, Float.intBitsToFloat(bits));
            assertThat(ReferenceTypes.floatingPoint(type, (int) pattern)).isNaN();
        }
    }

    @Test
    void wideTypesHoldFloatsExactly() {
        for (float value : new float[] {0f, -0f, 1.5f, Float.MIN_VALUE, -Float.MAX_VALUE, Float.NEGATIVE_INFINITY}) {
            assertThat(narrow(DataType.F32, value)).isEqualTo(Float.floatToRawIntBits(value) & 0xffffffffL);
            assertThat(narrow(DataType.F64, value)).isEqualTo(Double.doubleToRawLongBits(value));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"I8", "U8", "I16", "U16", "I32", "U32", "I64"})
    void integersRoundToEvenAndSaturate(DataType type) {
        boolean unsigned = type.name().startsWith("U");
        BigDecimal span = BigDecimal.valueOf(2).pow(type.bits());
        BigDecimal lowest = unsigned ? BigDecimal.ZERO : span.divide(BigDecimal.valueOf(-2));
        BigDecimal highest = lowest.add(span).subtract(BigDecimal.ONE);
        Random random = new Random(type.ordinal());
        for (int round = 0; round < 20_000; round++) {
            float value = (float) (random.nextGaussian() * Math.pow(2, random.nextInt(70)));
            if (round % 4 == 0) {
                value = (random.nextInt(1000) - 500) * 0.5f;
            }
            BigDecimal expected = new BigDecimal(value)
                    .setScale(0, RoundingMode.HALF_EVEN)
                    .max(lowest)
                    .min(highest);
            byte[] stored = ReferenceTypes.littleEndian(narrow(type, value), type.bytes());
            assertThat(ReferenceTypes.integer(type, stored))
                    .as("%s as %s", value, type)
                    .isEqualByComparingTo(expected);
        }
        assertThat(narrow(type, Float.NaN)).isZero();
    }

    @ParameterizedTest
    @EnumSource(names = {"U64", "BOOL", "C64", "F4", "F6_E2M3", "F6_E3M2", "F8_E8M0"})
    void typesThatCannotHoldFloatsAreRefused(DataType type) {
        float[] one = {1f};
        assertThatThrownBy(() -> provider().narrowing().narrow(one, 0, type, new byte[16], 0, 1))
                .isInstanceOf(RuntimeException.class);
    }

    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16", "F32"})
    void runsOfAnyLengthAreThoseOfPlainLoops(DataType type) {
        Random random = new Random(type.ordinal());
        for (int count = 0; count < 80; count++) {
            float[] values = new float[count + 3];
            for (int i = 0; i < values.length; i++) {
                values[i] = Float.intBitsToFloat(random.nextInt());
            }
            byte[] stored = new byte[(count + 2) * type.bytes()];
            byte[] expected = stored.clone();
            provider().narrowing().narrow(values, 3, type, stored, type.bytes(), count);
            new ScalarNarrowing().narrow(values, 3, type, expected, type.bytes(), count);
            assertThat(stored).isEqualTo(expected);
        }
    }

    @Test
    void severalAtOnce() {
        byte[] stored = new byte[10];
        provider().narrowing().narrow(new float[] {9f, 1f, -2f, 3f}, 1, DataType.BF16, stored, 2, 3);
        assertThat(stored).containsExactly(0, 0, 0x80, 0x3f, 0, 0xc0, 0x40, 0x40, 0, 0);
    }
}
