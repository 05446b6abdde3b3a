package io.arrowquant.scheme.integer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.arrowquant.Samples;
import io.arrowquant.error.QuantizationException;
import io.arrowquant.scheme.ElementSource;
import io.arrowquant.scheme.EncodeRequest;
import io.arrowquant.scheme.NonFinite;
import io.arrowquant.scheme.PartBuffers;
import io.arrowquant.scheme.RangeEncoder;
import io.arrowquant.scheme.Scheme;
import io.arrowquant.scheme.SchemeCatalog;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.ElementRange;
import io.arrowquant.tensor.Shape;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** NaN and infinities: refused with their place, or replaced and counted. */
class IntegerNonFiniteTest {
    @Test
    void theErrorNamesLayerValueAndIndex() {
        QuantizationException error = refused("int4", 1f, Float.NaN, 2f);
        assertThat(error)
                .hasMessage("Layer 'l0' contains NaN at index 1."
                        + " Use on_non_finite=clamp to replace such values, or skip the layer");
        assertThat(error.layer()).isEqualTo("l0");
        assertThat(error.index()).isEqualTo(1);
        assertThat(error.reason()).isEqualTo("contains NaN");
        assertThat(refused("int8", Float.POSITIVE_INFINITY))
                .hasMessageStartingWith("Layer 'l0' contains Infinity at index 0");
        assertThat(refused("int2", 0f, Float.NEGATIVE_INFINITY))
                .hasMessageStartingWith("Layer 'l0' contains -Infinity at index 1");
    }

    @Test
    void withoutALayerTheErrorSpeaksOfTheArray() {
        RangeEncoder encoder = new RangeEncoder(
                SchemeCatalog.parse("int4"), new EncodeRequest(null, DataType.F32, Shape.of(1), NonFinite.ERROR));
        ElementSource source = ElementSource.ofFloats(new float[] {Float.NaN}, 0, 0);
        assertThatThrownBy(() -> encoder.encode(source, new ElementRange(0, 1), new PartBuffers(3), null))
                .isInstanceOf(QuantizationException.class)
                .hasMessageStartingWith("The array contains NaN at index 0");
    }

    @ParameterizedTest
    @CsvSource({"0", "1", "127", "128", "16383", "16384", "50001", "100002"})
    void theFirstBadValueIsFoundWhereverItIs(int index) {
        for (String scheme : new String[] {"int4", "int2(group_size=33)", "int8(strategy=tensor)"}) {
            for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
                float[] values = Samples.NORMAL.array(100_003, 1);
                values[index] = bad;
                values[values.length - 1] = Float.NaN;
                assertThat(refused(scheme, values).index()).isEqualTo(index);
            }
        }
    }

    /** NaN comes in many bit patterns, of both signs. */
    @ParameterizedTest
    @ValueSource(ints = {0x7fc00000, 0x7f800001, 0xffffffff, 0xff800001, 0x7fffffff})
    void everyNaNIsFound(int bits) {
        float[] values = Samples.NORMAL.array(200, 2);
        values[150] = Float.intBitsToFloat(bits);
        assertThat(refused("int4", values)).hasMessageStartingWith("Layer 'l0' contains NaN at index 150");
    }

    @Test
    void theIndexCountsFromTheStartOfTheTensor() {
        long begin = 3L << 32;
        float[] values = Samples.NORMAL.array(256, 3);
        values[130] = Float.NaN;
        RangeEncoder encoder = new RangeEncoder(
                SchemeCatalog.parse("int4"),
                new EncodeRequest("deep", DataType.F32, Shape.of(begin + 256), NonFinite.ERROR));
        ElementSource source = ElementSource.ofFloats(values, 0, begin);
        assertThatThrownBy(() -> encoder.encode(source, new ElementRange(begin, 256), new PartBuffers(3), null))
                .hasMessageStartingWith("Layer 'deep' contains NaN at index " + (begin + 130));
    }

    @Test
    void theFirstPassFindsThemToo() {
        float[] values = Samples.NORMAL.array(IntegerScheme.LONGEST_HELD_GROUP + 10, 4);
        values[values.length - 1] = Float.NEGATIVE_INFINITY;
        assertThat(refused("int8(strategy=tensor)", values))
                .hasMessageStartingWith("Layer 'l0' contains -Infinity at index " + (values.length - 1));
    }

    @Test
    void infinitiesBecomeTheLargestFiniteMagnitudeOfTheirGroup() {
        float[] values = {1f, -4f, Float.POSITIVE_INFINITY, Float.NaN, 2f, Float.NEGATIVE_INFINITY, 3f, 0.5f};
        float[] replaced = {1f, -4f, 4f, 0f, 2f, -3f, 3f, 0.5f};
        Scheme scheme = SchemeCatalog.parse("int4(group_size=4)");
        Quantized actual = clamp(scheme, values);
        Quantized expected = Quantized.of(scheme, replaced);
        assertThat(actual.codes()).isEqualTo(expected.codes());
        assertThat(actual.scales()).isEqualTo(expected.scales());
        assertThat(actual.zeroPoints()).isEqualTo(expected.zeroPoints());
        assertThat(actual.replaced()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aGroupWithoutFiniteValuesBecomesZeros(boolean symmetric) {
        Scheme scheme = SchemeCatalog.parse("int4(group_size=3,symmetric=" + symmetric + ")");
        float[] values = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};
        Quantized actual = clamp(scheme, values);
        assertThat(actual.scales()).containsExactly(1f);
        assertThat(Quantized.bits(actual.zeroPoints())).isEqualTo(Quantized.bits(new float[] {symmetric ? 8f : 0f}));
        assertThat(actual.decoded(scheme, Shape.of(3))).containsExactly(0f, 0f, 0f);
        assertThat(actual.replaced()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 32, 100, 128, 5000})
    void clampingAnywhereGivesTheBytesOfTheRepairedValues(int group) {
        Random random = new Random(group);
        float[] bad = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};
        float[] values = Samples.NORMAL.array(20_001, group);
        int count = 0;
        for (int i = 0; i < values.length; i++) {
            if (random.nextInt(50) == 0) {
                values[i] = bad[random.nextInt(3)];
                count++;
            }
        }
        for (int bits : new int[] {2, 4, 8}) {
            for (boolean symmetric : new boolean[] {false, true}) {
                Scheme scheme =
                        SchemeCatalog.parse("int" + bits + "(group_size=" + group + ",symmetric=" + symmetric + ")");
                Quantized actual = clamp(scheme, values);
                float[] repaired = IntegerReference.clamped(values, group);
                actual.assertSameAs(IntegerReference.of(repaired, bits, symmetric, group), scheme.spelling());
                assertThat(actual.replaced()).isEqualTo(count);
            }
        }
    }

    @Test
    void nothingIsReplacedBeforeAnythingIsEncoded() {
        RangeEncoder encoder = new RangeEncoder(
                SchemeCatalog.parse("int4"), new EncodeRequest("l", DataType.F32, Shape.of(1), NonFinite.CLAMP));
        assertThat(encoder.replaced()).isZero();
    }

    private static Quantized clamp(Scheme scheme, float[] values) {
        return Quantized.of(scheme, values, Shape.of(values.length), NonFinite.CLAMP);
    }

    private static QuantizationException refused(String scheme, float... values) {
        return catchThrowableOfType(
                QuantizationException.class, () -> Quantized.of(SchemeCatalog.parse(scheme), values));
    }
}
