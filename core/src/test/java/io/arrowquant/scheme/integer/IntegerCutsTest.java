package io.arrowquant.scheme.integer;

import static org.assertj.core.api.Assertions.assertThat;

import io.arrowquant.Samples;
import io.arrowquant.scheme.NonFinite;
import io.arrowquant.scheme.Scheme;
import io.arrowquant.scheme.SchemeCatalog;
import io.arrowquant.tensor.ElementRange;
import io.arrowquant.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same bytes however a tensor is cut, and groups that are too long to hold. */
class IntegerCutsTest {
    private static final int LONG_GROUP = IntegerScheme.LONGEST_HELD_GROUP;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "int4",
                "int8(group_size=32)",
                "int2(group_size=100,symmetric=true)",
                "int4(group_size=8)",
                "int2(group_size=256)",
                "int8(group_size=3)",
                "int4(group_size=20000)"
            })
    void cutsAtWholeGroupsChangeNothing(String spelling) {
        Scheme scheme = SchemeCatalog.parse(spelling);
        float[] values = Samples.NORMAL.array(100_003, 5);
        Shape shape = Shape.of(values.length);
        Quantized whole = Quantized.of(scheme, values);
        int unit = (int) scheme.unit(shape);
        Random random = new Random(17);
        for (int round = 0; round < 10; round++) {
            List<ElementRange> ranges = new ArrayList<>();
            int at = 0;
            while (at < values.length) {
                int units = 1 + random.nextInt(Math.max(1, 40_000 / unit));
                int count = Math.min(values.length - at, units * unit);
                ranges.add(new ElementRange(at, count));
                at += count;
            }
            Quantized cut = Quantized.ofRanges(scheme, values, shape, NonFinite.ERROR, ranges);
            assertThat(cut.codes()).isEqualTo(whole.codes());
            assertThat(cut.scales()).isEqualTo(whole.scales());
            assertThat(cut.zeroPoints()).isEqualTo(whole.zeroPoints());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {LONG_GROUP - 1, LONG_GROUP, LONG_GROUP + 1, 2 * LONG_GROUP + 12_345})
    void oneScaleForALongTensor(int size) {
        float[] values = Samples.NORMAL.array(size, size);
        for (int bits : new int[] {2, 4, 8}) {
            Scheme scheme = SchemeCatalog.parse("int" + bits + "(strategy=tensor)");
            check(scheme, bits, false, size, values);
        }
        check(SchemeCatalog.parse("int8(strategy=tensor,symmetric=true)"), 8, true, size, values);
    }

    @ParameterizedTest
    @ValueSource(ints = {LONG_GROUP + 1, LONG_GROUP + 4097, 2 * LONG_GROUP - 1})
    void groupsTooLongToHold(int group) {
        float[] values = Samples.NORMAL.array(2 * LONG_GROUP + 54_321, group);
        Scheme scheme = SchemeCatalog.parse("int4(group_size=" + group + ")");
        check(scheme, 4, false, group, values);
    }

    /** A group size beyond what can be held does not matter when the tensor itself is shorter. */
    @ParameterizedTest
    @ValueSource(ints = {5, 16_384, 16_385, 100_003, LONG_GROUP})
    void tensorsShorterThanAVeryLongGroup(int size) {
        float[] values = Samples.NORMAL.array(size, size);
        values[size - 1] = 7f;
        Scheme scheme = SchemeCatalog.parse("int4(group_size=2000000)");
        check(scheme, 4, false, 2_000_000, values);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void longGroupsWithNonFiniteValues(boolean symmetric) {
        float[] values = Samples.NORMAL.array(2 * LONG_GROUP + 777, 3);
        values[0] = Float.NaN;
        values[4096] = Float.NEGATIVE_INFINITY;
        values[LONG_GROUP + 5] = Float.NaN;
        values[values.length - 1] = Float.POSITIVE_INFINITY;
        int group = LONG_GROUP + 100;
        Scheme scheme = SchemeCatalog.parse("int8(group_size=" + group + ",symmetric=" + symmetric + ")");
        Quantized actual = Quantized.of(scheme, values, Shape.of(values.length), NonFinite.CLAMP);
        float[] clamped = IntegerReference.clamped(values, group);
        actual.assertSameAs(IntegerReference.of(clamped, 8, symmetric, group), scheme.spelling());
        assertThat(actual.replaced()).isEqualTo(4);
    }

    private static void check(Scheme scheme, int bits, boolean symmetric, long group, float[] values) {
        Quantized actual = Quantized.of(scheme, values);
        IntegerReference expected = IntegerReference.of(values, bits, symmetric, group);
        actual.assertSameAs(expected, scheme.spelling());
        double largest = 0;
        for (int i = 0; i < values.length; i++) {
            largest = Math.max(largest, Math.abs((double) values[i] - expected.decoded[i]));
        }
        assertThat(actual.quality().summary().maxAbsError()).isEqualTo(largest);
        assertThat(actual.quality().count()).isEqualTo(values.length);
    }
}
