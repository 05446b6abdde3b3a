package io.arrowquant.scheme.integer;

import static org.assertj.core.api.Assertions.assertThat;

import io.arrowquant.Samples;
import io.arrowquant.scheme.NonFinite;
import io.arrowquant.scheme.Scheme;
import io.arrowquant.scheme.SchemeCatalog;
import io.arrowquant.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every byte of int2, int4 and int8 against {@link IntegerReference}. */
class IntegerBytesTest {
    private static final int[] SIZES = {
        0, 1, 2, 7, 8, 9, 127, 128, 129, 255, 257, 4095, 4096, 4097, 16383, 16384, 16385, 100_003
    };
    private static final int[] GROUPS = {1, 2, 3, 5, 31, 32, 33, 64, 100, 128, 256, 4097};
    private static final int[] WIDTHS = {2, 4, 8};

    /** Widths, symmetric or not, group sizes: all combinations. */
    static List<Object[]> combinations() {
        List<Object[]> all = new ArrayList<>();
        for (int bits : WIDTHS) {
            for (boolean symmetric : new boolean[] {false, true}) {
                for (int group : GROUPS) {
                    all.add(new Object[] {bits, symmetric, group});
                }
            }
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("combinations")
    void groupsOfAnySizeInTensorsOfAnySize(int bits, boolean symmetric, int group) {
        Scheme scheme = scheme(bits, symmetric, "group_size=" + group);
        for (int size : SIZES) {
            float[] values = Samples.NORMAL.array(size, 31L * size + group);
            check(scheme, bits, symmetric, group, Shape.of(size), values);
        }
    }

    @ParameterizedTest
    @EnumSource(Samples.class)
    void valuesOfAnyKind(Samples kind) {
        for (int bits : WIDTHS) {
            for (boolean symmetric : new boolean[] {false, true}) {
                for (int group : new int[] {1, 3, 32, 100, 128}) {
                    Scheme scheme = scheme(bits, symmetric, "group_size=" + group);
                    check(scheme, bits, symmetric, group, Shape.of(1009), kind.array(1009, group));
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1,1", "1,7", "7,1", "3,33", "5,128", "2,3,5", "4,4097", "1,100003", "3,0"})
    void rowsAndTensorsWithOneScaleEach(String dimensions) {
        assertRowsAndTensor(dimensions);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {"2,3,5", "2,2,2,31", "1,1,129", "5,0,3"})
    void tensorsOfManyDimensions(String dimensions) {
        assertRowsAndTensor(dimensions);
    }

    private static void assertRowsAndTensor(String dimensions) {
        String[] texts = dimensions.split(",", -1);
        long[] lengths = new long[texts.length];
        for (int i = 0; i < lengths.length; i++) {
            lengths[i] = Long.parseLong(texts[i]);
        }
        Shape shape = Shape.of(lengths);
        float[] values = Samples.NORMAL.array((int) shape.elements(), shape.hashCode());
        for (int bits : WIDTHS) {
            for (boolean symmetric : new boolean[] {false, true}) {
                long row = Math.max(1, lengths[lengths.length - 1]);
                check(scheme(bits, symmetric, "strategy=channel"), bits, symmetric, row, shape, values);
                long all = Math.max(1, shape.elements());
                check(scheme(bits, symmetric, "strategy=tensor"), bits, symmetric, all, shape, values);
            }
        }
    }

    @Test
    void aScalarIsOneGroup() {
        float[] values = {-2.5f};
        check(scheme(4, false, "strategy=tensor"), 4, false, 1, Shape.of(), values);
        check(scheme(4, false, "group_size=128"), 4, false, 128, Shape.of(), values);
    }

    /** The values that sit exactly between two codes, for each width. */
    @ParameterizedTest
    @CsvSource({"2", "4", "8"})
    void tiesGoToEvenCodes(int bits) {
        int top = (1 << bits) - 1;
        for (int zeroPoint = 0; zeroPoint <= top; zeroPoint++) {
            // From -zeroPoint to top - zeroPoint in steps of one half: scale 1 as float32 computes it, or nearly so.
            float[] values = new float[2 * top + 1];
            for (int i = 0; i < values.length; i++) {
                values[i] = i * 0.5f - zeroPoint;
            }
            Scheme scheme = scheme(bits, false, "strategy=tensor");
            check(scheme, bits, false, values.length, Shape.of(values.length), values);
        }
        int levels = (1 << (bits - 1)) - 1;
        float[] symmetric = new float[4 * levels + 1];
        for (int i = 0; i < symmetric.length; i++) {
            symmetric[i] = (i - 2 * levels) * 0.5f;
        }
        check(
                scheme(bits, true, "strategy=tensor"),
                bits,
                true,
                symmetric.length,
                Shape.of(symmetric.length),
                symmetric);
    }

    @Test
    void extremesSideBySide() {
        float[] values = {
            3.4e38f,
            Float.MIN_VALUE,
            -3.4e38f,
            -Float.MIN_VALUE,
            -0f,
            0f,
            Float.MIN_NORMAL,
            -Float.MIN_NORMAL,
            Float.MAX_VALUE,
            -Float.MAX_VALUE,
            1f,
            -1f,
            Float.MIN_NORMAL - Float.MIN_VALUE,
            1e-40f,
            1e38f,
            255f
        };
        for (int bits : WIDTHS) {
            for (int group = 1; group <= values.length; group++) {
                for (boolean symmetric : new boolean[] {false, true}) {
                    Scheme scheme = scheme(bits, symmetric, "group_size=" + group);
                    check(scheme, bits, symmetric, group, Shape.of(values.length), values);
                }
            }
        }
    }

    /** Ranges whose scale is about the smallest normal float, where the rule for it changes. */
    @Test
    void scalesAroundTheSmallestNormalFloat() {
        for (int bits : WIDTHS) {
            for (boolean symmetric : new boolean[] {false, true}) {
                int steps = symmetric ? (1 << (bits - 1)) - 1 : (1 << bits) - 1;
                int edge = Float.floatToRawIntBits(Float.MIN_NORMAL * steps);
                for (int offset = -40; offset <= 40; offset++) {
                    float end = Float.intBitsToFloat(edge + offset);
                    float[] values = {end, end / 3, -end / 2, end / steps, 0f};
                    for (int group : new int[] {1, 2, 5}) {
                        Scheme scheme = scheme(bits, symmetric, "group_size=" + group);
                        check(scheme, bits, symmetric, group, Shape.of(5), values);
                    }
                }
            }
        }
    }

    private static Scheme scheme(int bits, boolean symmetric, String parameter) {
        return SchemeCatalog.parse("int" + bits + "(symmetric=" + symmetric + "," + parameter + ")");
    }

    private static void check(
            Scheme scheme, int bits, boolean symmetric, long groupLength, Shape shape, float[] values) {
        String what = scheme.spelling() + " of " + values.length + " values";
        Quantized actual = Quantized.of(scheme, values, shape, NonFinite.ERROR);
        IntegerReference expected = IntegerReference.of(values, bits, symmetric, groupLength);
        actual.assertSameAs(expected, what);
        assertThat(Quantized.bits(actual.decoded(scheme, shape)))
                .as("decoded values of %s", what)
                .isEqualTo(Quantized.bits(expected.decoded));
        assertThat(actual.replaced()).isZero();
        long partBytes = scheme.parts(shape).get(IntegerScheme.CODES).byteLength();
        assertThat(actual.codes()).hasSize((int) partBytes);
        assertThat(actual.scales().length)
                .isEqualTo((int) scheme.parts(shape).get(1).shape().elements());
    }
}
