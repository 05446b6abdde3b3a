package io.arrowquant.scheme.ggml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.arrowquant.Samples;
import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.scheme.ImportanceAware;
import io.arrowquant.scheme.NonFinite;
import io.arrowquant.scheme.Scheme;
import io.arrowquant.scheme.SchemeCatalog;
import io.arrowquant.tensor.ElementRange;
import io.arrowquant.tensor.Shape;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Schemes with the column weights of an importance matrix. */
class ImportanceTest {
    private static final Shape SLICE = Shape.of(4, Fixtures.COLUMNS);

    @ParameterizedTest
    @EnumSource(GgmlType.class)
    void theWholeWayGivesTheBytesOfTheReference(GgmlType type) {
        Scheme scheme = weighted(type, Fixtures.importance());
        byte[] expected = Fixtures.resource(Fixtures.nameOf(type) + ".imatrix.bin");
        if (expected == null) {
            // Types that take no notice of it.
            expected = Fixtures.resource(Fixtures.nameOf(type) + ".bin");
        }
        assertThat(Encoded.of(scheme, Fixtures.slice(), SLICE).blocks()).isEqualTo(expected);
        assertThat(scheme.spelling()).isEqualTo(type.name());
    }

    @ParameterizedTest
    @EnumSource(GgmlType.class)
    void cutsAtUnitsChangeNothing(GgmlType type) {
        Scheme scheme = weighted(type, Fixtures.importance());
        int unit = (int) scheme.unit(SLICE);
        assertThat(unit)
                .isEqualTo(type.importance() == GgmlType.Importance.ROW ? Fixtures.COLUMNS : type.blockElements());
        float[] values = Fixtures.slice();
        Encoded cut = Encoded.of(
                scheme,
                values,
                SLICE,
                NonFinite.ERROR,
                new ElementRange(0, unit),
                new ElementRange(unit, 2L * unit),
                new ElementRange(3L * unit, values.length - 3L * unit));
        assertThat(cut.blocks()).isEqualTo(Encoded.of(scheme, values, SLICE).blocks());
    }

    /** Rows longer than a tile. */
    @ParameterizedTest
    @EnumSource(
            value = GgmlType.class,
            names = {"Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q6_K"})
    void longRows(GgmlType type) {
        int columns = 40_960;
        float[] weights = new float[columns];
        for (int i = 0; i < columns; i++) {
            weights[i] = 1 + i % 3;
        }
        Scheme scheme = weighted(type, weights);
        float[] values = Samples.NORMAL.array(2 * columns, 3);
        byte[] both = Encoded.of(scheme, values, Shape.of(2, columns)).blocks();
        byte[] second = Encoded.of(scheme, Arrays.copyOfRange(values, columns, 2 * columns), Shape.of(1, columns))
                .blocks();
        assertThat(Arrays.copyOfRange(both, both.length / 2, both.length)).isEqualTo(second);
    }

    /** Each expert of a stack has its own weights. */
    @ParameterizedTest
    @EnumSource(
            value = GgmlType.class,
            names = {"Q4_0", "Q5_K", "Q6_K", "IQ4_NL"})
    void weightsOfSlices(GgmlType type) {
        float[] first = Fixtures.importance();
        float[] second = new float[first.length];
        for (int i = 0; i < second.length; i++) {
            second[i] = first[first.length - 1 - i];
        }
        float[] both = Arrays.copyOf(first, 2 * first.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        float[] values = Fixtures.slice();
        byte[] stacked = Encoded.of(weighted(type, both), values, Shape.of(2, 2, Fixtures.COLUMNS))
                .blocks();
        byte[] one = Encoded.of(weighted(type, first), values, SLICE).blocks();
        byte[] other = Encoded.of(weighted(type, second), values, SLICE).blocks();
        System.arraycopy(other, one.length / 2, one, one.length / 2, one.length / 2);
        assertThat(stacked).isEqualTo(one);
    }

    @Test
    void weightsMustFitTheColumns() {
        Scheme scheme = weighted(GgmlType.Q4_K, new float[512]);
        scheme.check(Shape.of(7, 512));
        scheme.check(Shape.of(2, 7, 256));
        assertThatThrownBy(() -> scheme.check(Shape.of(2, 256)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("The importance matrix has 512 weights, but the shape [2, 256] has rows of 256."
                        + " Give one weight for each column");
        assertThatThrownBy(() -> scheme.check(Shape.of(3, 7, 256))).isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void weightsMustBeNumbersThatAreNotNegative() {
        for (float bad : new float[] {-1f, Float.NaN, Float.POSITIVE_INFINITY}) {
            float[] weights = new float[256];
            weights[3] = bad;
            assertThatThrownBy(() -> weighted(GgmlType.Q4_K, weights))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessage("The importance of column 3 is " + bad + ". Weights must be finite and not negative");
        }
    }

    private static Scheme weighted(GgmlType type, float[] weights) {
        return ((ImportanceAware) SchemeCatalog.parse(type.name())).withImportance(weights);
    }
}
