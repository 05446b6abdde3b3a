package io.arrowquant.scheme.integer;

import static org.assertj.core.api.Assertions.assertThat;

import io.arrowquant.Samples;
import io.arrowquant.scheme.Scheme;
import io.arrowquant.scheme.SchemeCatalog;
import io.arrowquant.tensor.Shape;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How far decoded values may be from the original ones. */
class IntegerErrorTest {
    /** In scales: half a step, and what float32 rounding adds. */
    private static final double BUDGET = 0.51;

    private static final int GROUP = 32;

    @ParameterizedTest
    @EnumSource(
            value = Samples.class,
            // Values next to Float.MAX_VALUE saturate; see saturation.
            mode = EnumSource.Mode.EXCLUDE,
            names = {"ANY_FINITE"})
    void noValueIsFurtherOffThanHalfAStep(Samples kind) {
        for (int bits : new int[] {2, 4, 8}) {
            for (boolean symmetric : new boolean[] {false, true}) {
                assertWithinBudget(bits, symmetric, kind.array(10_000, bits));
            }
        }
    }

    @Test
    void magnitudesOfAllKindsSideBySide() {
        float[] values = Samples.ANY_FINITE.array(100_000, 11);
        for (int i = 0; i < values.length; i++) {
            values[i] *= 0.25f;
        }
        for (int bits : new int[] {2, 4, 8}) {
            assertWithinBudget(bits, false, values);
            assertWithinBudget(bits, true, values);
        }
    }

    private static void assertWithinBudget(int bits, boolean symmetric, float[] values) {
        Scheme scheme = SchemeCatalog.parse("int" + bits + "(group_size=" + GROUP + ",symmetric=" + symmetric + ")");
        Quantized quantized = Quantized.of(scheme, values);
        float[] decoded = quantized.decoded(scheme, Shape.of(values.length));
        for (int i = 0; i < values.length; i++) {
            double error = Math.abs((double) values[i] - decoded[i]);
            double scale = quantized.scales()[i / GROUP];
            assertThat(error)
                    .as("error of %s as %s at %d with scale %s", values[i], scheme.spelling(), i, scale)
                    .isLessThanOrEqualTo(BUDGET * scale);
        }
    }

    @Test
    void constantGroupsAreKeptAsLongAsTheScaleIsNormal() {
        Random random = new Random(23);
        for (int bits : new int[] {2, 4, 8}) {
            for (boolean symmetric : new boolean[] {false, true}) {
                Scheme scheme = SchemeCatalog.parse("int" + bits + "(symmetric=" + symmetric + ")");
                for (int round = 0; round < 20_000; round++) {
                    float value = Float.intBitsToFloat(random.nextInt());
                    if (!Float.isFinite(value)) {
                        continue;
                    }
                    float[] values = {value, value, value};
                    Quantized quantized = Quantized.of(scheme, values);
                    if (quantized.scales()[0] < Float.MIN_NORMAL) {
                        continue;
                    }
                    float decoded = quantized.decoded(scheme, Shape.of(3))[1];
                    int ulps = Math.abs(Float.floatToIntBits(decoded) - Float.floatToIntBits(value));
                    assertThat(ulps)
                            .as("ulps between %s and %s", value, decoded)
                            .isLessThanOrEqualTo(2);
                }
            }
        }
    }

    /** The scale may round up, so that codes times scale would overflow. */
    @Test
    void saturation() {
        float[] values = {Float.MAX_VALUE, -Float.MAX_VALUE, 3.4e38f, -3.4e38f};
        for (String spelling : new String[] {"int2", "int4", "int8", "int8(symmetric=true)", "int4(symmetric=true)"}) {
            Scheme scheme = SchemeCatalog.parse(spelling);
            float[] decoded = Quantized.of(scheme, values).decoded(scheme, Shape.of(4));
            for (float value : decoded) {
                assertThat(Float.isFinite(value))
                        .as("%s decodes to %s", spelling, value)
                        .isTrue();
            }
        }
        Scheme scheme = SchemeCatalog.parse("int4");
        byte[] fifteens = {(byte) 0xff};
        byte[][] parts = {fifteens, littleEndian(Float.MAX_VALUE), littleEndian(7f)};
        float[] decoded = new float[2];
        scheme.decoder(Shape.of(2)).decode(parts, new int[3], 0, 2, decoded, 0);
        assertThat(decoded).containsExactly(Float.MAX_VALUE, Float.MAX_VALUE);
        parts[2] = littleEndian(20f);
        scheme.decoder(Shape.of(2)).decode(parts, new int[3], 0, 2, decoded, 0);
        assertThat(decoded).containsExactly(-Float.MAX_VALUE, -Float.MAX_VALUE);
    }

    private static byte[] littleEndian(float value) {
        int bits = Float.floatToRawIntBits(value);
        return new byte[] {(byte) bits, (byte) (bits >> 8), (byte) (bits >> 16), (byte) (bits >> 24)};
    }
}
