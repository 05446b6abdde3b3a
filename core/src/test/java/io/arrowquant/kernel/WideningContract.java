package io.arrowquant.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.arrowquant.tensor.DataType;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every implementation of {@link WideningKernels} must do. */
abstract class WideningContract {
    abstract WideningKernels kernels();

    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16", "F8_E4M3", "F8_E5M2", "F8_E4M3FNUZ", "F8_E5M2FNUZ"})
    void everyPatternHasItsValue(DataType type) {
        int patterns = 1 << type.bits();
        byte[] stored = new byte[patterns * type.bytes()];
        for (int i = 0; i < patterns; i++) {
            byte[] element = ReferenceTypes.littleEndian(i, type.bytes());
            System.arraycopy(element, 0, stored, i * type.bytes(), element.length);
        }
        float[] widened = new float[patterns];
        kernels().widen(type, stored, 0, widened, 0, patterns);
        for (int i = 0; i < patterns; i++) {
            double expected = ReferenceTypes.floatingPoint(type, i);
            // Boxed doubles are compared so that zeros differ by sign and all NaN are equal.
            assertThat((double) widened[i]).as("%s 0x%04x", type, i).isEqualTo(Double.valueOf(expected));
        }
    }

    /** NaN keeps its sign and payload, as it would in a copy of the upper bits. */
    @Test
    void bfloat16IsTheUpperHalfOfAFloat() {
        byte[] stored = new byte[2 << 16];
        for (int i = 0; i < 1 << 16; i++) {
            stored[2 * i] = (byte) i;
            stored[2 * i + 1] = (byte) (i >> 8);
        }
        float[] widened = new float[1 << 16];
        kernels().widen(DataType.BF16, stored, 0, widened, 0, 1 << 16);
        for (int i = 0; i < 1 << 16; i++) {
            assertThat(Float.floatToRawIntBits(widened[i])).isEqualTo(i << 16);
        }
    }

    @Test
    void halfPrecisionNaNKeepsItsPayload() {
        for (int pattern : new int[] {0x7c01, 0x7e00, 0x7fff, 0xfc01, 0xfe00, 0xffff, 0xfd55}) {
            float[] widened = new float[1];
            kernels().widen(DataType.F16, ReferenceTypes.littleEndian(pattern, 2), 0, widened, 0, 1);
            int expected = (pattern & 0x8000) << 16 | 0x7f800000 | (pattern & 0x3ff) << 13;
            assertThat(Float.floatToRawIntBits(widened[0])).isEqualTo(expected);
        }
    }

    @Test
    void floatsAreCopiedBitForBit() {
        int[] patterns = {0, 0x80000000, 1, 0x7f800000, 0xff800000, 0x7f800001, 0xffc12345, 0x7f7fffff, 0x3f800000};
        ByteBuffer stored = ByteBuffer.allocate(4 * patterns.length).order(ByteOrder.LITTLE_ENDIAN);
        stored.asIntBuffer().put(patterns);
        float[] widened = new float[patterns.length];
        kernels().widen(DataType.F32, stored.array(), 0, widened, 0, patterns.length);
        for (int i = 0; i < patterns.length; i++) {
            assertThat(Float.floatToRawIntBits(widened[i])).isEqualTo(patterns[i]);
        }
    }

    @Test
    void doublesAreRoundedToTheNearestFloat() {
        double[] values = {
            0,
            -0.0,
            1.0 / 3,
            Math.PI,
            1e300,
            -1e300,
            Double.MIN_VALUE,
            0x1.000001p0,
            0x1.000003p0,
            Math.nextUp(0x1.000001p0),
            Float.MAX_VALUE,
            3.4028235677973366e38,
            Double.NaN,
            Double.NEGATIVE_INFINITY
        };
        float[] expected = {
            0f,
            -0f,
            0.33333334f,
            3.1415927f,
            Float.POSITIVE_INFINITY,
            Float.NEGATIVE_INFINITY,
            0f,
            1f,
            0x1.000004p0f,
            0x1.000002p0f,
            Float.MAX_VALUE,
            Float.POSITIVE_INFINITY,
            Float.NaN,
            Float.NEGATIVE_INFINITY
        };
        ByteBuffer stored = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        stored.asDoubleBuffer().put(values);
        float[] widened = new float[values.length];
        kernels().widen(DataType.F64, stored.array(), 0, widened, 0, values.length);
        assertThat(widened).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource(names = {"I8", "U8", "I16", "U16", "I32", "U32", "I64", "U64"})
    void integersAreRoundedToTheNearestFloat(DataType type) {
        Random random = new Random(type.ordinal());
        int width = type.bytes();
        for (int round = 0; round < 20_000; round++) {
            // Long runs of ones and zeros make ties and carries likely.
            long pattern = random.nextLong() >> random.nextInt(64);
            if (round % 3 == 0) {
                pattern = (1L << random.nextInt(64)) + (1L << random.nextInt(64)) + random.nextInt(3) - 1;
            }
            byte[] element = ReferenceTypes.littleEndian(pattern, width);
            float[] widened = new float[1];
            kernels().widen(type, element, 0, widened, 0, 1);
            BigDecimal exact = ReferenceTypes.integer(type, element);
            assertThat(widened[0]).as("%s %s", type, exact).isEqualTo(ReferenceTypes.nearestFloat(exact));
        }
    }

    @Test
    void theLargestUnsignedLongs() {
        long[] patterns = {-1, -1L << 39, (-1L << 39) - 1, (-1L << 39) + 1, 1L << 63, (1L << 63) + (1L << 39)};
        float[] expected = {0x1p64f, 0x1p64f, 0x1.fffffep63f, 0x1p64f, 0x1p63f, 0x1p63f};
        for (int i = 0; i < patterns.length; i++) {
            float[] widened = new float[1];
            kernels().widen(DataType.U64, ReferenceTypes.littleEndian(patterns[i], 8), 0, widened, 0, 1);
            assertThat(widened[0]).as(Long.toUnsignedString(patterns[i])).isEqualTo(expected[i]);
        }
    }

    /** Any count from any offset, and nothing beside it is touched. */
    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16", "F32", "F64", "F8_E4M3", "I8", "U16", "I32", "U64"})
    void anyCountAtAnyOffset(DataType type) {
        int width = type.bytes();
        byte[] stored = new byte[400 * width];
        new Random(7).nextBytes(stored);
        float[] all = new float[390];
        kernels().widen(type, stored, 3, all, 0, 390);
        for (int count : new int[] {0, 1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 129, 300}) {
            float[] target = new float[400];
            Arrays.fill(target, 42f);
            kernels().widen(type, stored, 3 + 11 * width, target, 5, count);
            for (int i = 0; i < target.length; i++) {
                boolean written = i >= 5 && i < 5 + count;
                float expected = written ? all[11 + i - 5] : 42f;
                assertThat(Float.floatToRawIntBits(target[i]))
                        .as("element %d of %d %s", i, count, type)
                        .isEqualTo(Float.floatToRawIntBits(expected));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void typesWithoutAReadingAsFloatsAreRefused(DataType type) {
        if (!type.isReadableAsFloat()) {
            assertThatThrownBy(() -> kernels().widen(type, new byte[16], 0, new float[1], 0, 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(type + " has no reading as floats");
        }
    }
}
