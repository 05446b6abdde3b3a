package io.arrowquant.scheme.ggml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.arrowquant.Samples;
import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.QuantizationException;
import io.arrowquant.kernel.Tile;
import io.arrowquant.scheme.NonFinite;
import io.arrowquant.scheme.PartSpec;
import io.arrowquant.scheme.Scheme;
import io.arrowquant.scheme.SchemeCatalog;
import io.arrowquant.scheme.SchemeEntry;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.ElementRange;
import io.arrowquant.tensor.Shape;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The schemes as doors see them. */
class GgmlSchemeTest {
    @ParameterizedTest
    @EnumSource(GgmlType.class)
    void theWholeWayGivesTheBytesOfTheReference(GgmlType type) {
        float[] values = Fixtures.slice();
        Encoded encoded = Encoded.of(scheme(type), values, Shape.of(values.length / 1024, 1024));
        assertThat(encoded.blocks()).isEqualTo(Fixtures.resource(Fixtures.nameOf(type) + ".bin"));
        assertThat(encoded.replaced()).isZero();
        assertThat(encoded.quality().count()).isEqualTo(values.length);
    }

    @ParameterizedTest
    @EnumSource(GgmlType.class)
    void cutsAtBlocksChangeNothing(GgmlType type) {
        Scheme scheme = scheme(type);
        int blocks = 2 * Tile.ELEMENTS / type.blockElements() + 3;
        int block = type.blockElements();
        float[] values = Samples.NORMAL.array(blocks * block, 5);
        Shape shape = Shape.of(blocks, block);
        assertThat(scheme.unit(shape)).isEqualTo(block);
        byte[] whole = Encoded.of(scheme, values, shape).blocks();
        assertThat(whole).hasSize((int) scheme.parts(shape).get(0).byteLength());
        int first = 7 * block;
        int second = first + Tile.ELEMENTS + block;
        Encoded cut = Encoded.of(
                scheme,
                values,
                shape,
                NonFinite.ERROR,
                new ElementRange(0, first),
                new ElementRange(first, second - first),
                new ElementRange(second, values.length - second));
        assertThat(cut.blocks()).isEqualTo(whole);
    }

    @ParameterizedTest
    @EnumSource(GgmlType.class)
    void aSchemeSaysWhatItMakes(GgmlType type) {
        Scheme scheme = scheme(type);
        assertThat(scheme.label()).isEqualTo(type.name());
        assertThat(scheme.groupSize(Shape.of(2, 512))).isEqualTo(type.blockElements());
        assertThat(scheme.bitWidth()).isEqualTo(type.bitWidth());
        assertThat(scheme.survey(null)).isNull();
        assertThat(scheme.decoder(Shape.of(2, 512)).tileUnit()).isEqualTo(type.blockElements());
        PartSpec part = scheme.parts(Shape.of(3, 2, 512)).get(0);
        assertThat(part.byteLength()).isEqualTo(6L * 512 / type.blockElements() * type.blockBytes());
        assertThat(part.suffix()).startsWith("ggml_");
    }

    @Test
    void partsKeepTheLeadingDimensions() {
        assertThat(scheme(GgmlType.Q4_K).parts(Shape.of(3, 2, 512)))
                .containsExactly(new PartSpec("ggml_q4_k", DataType.U8, Shape.of(3, 2, 288)));
        assertThat(scheme(GgmlType.NVFP4_GGML).parts(Shape.of(64)))
                .containsExactly(new PartSpec("ggml_nvfp4", DataType.U8, Shape.of(36)));
        assertThat(scheme(GgmlType.F16).parts(Shape.of(3, 5)))
                .containsExactly(new PartSpec("ggml_f16", DataType.F16, Shape.of(3, 5)));
        assertThat(scheme(GgmlType.BF16).parts(Shape.of()))
                .containsExactly(new PartSpec("ggml_bf16", DataType.BF16, Shape.of()));
        assertThat(scheme(GgmlType.Q8_0).parts(Shape.of(3, 0)))
                .containsExactly(new PartSpec("ggml_q8_0", DataType.U8, Shape.of(3, 0)));
    }

    @ParameterizedTest
    @CsvSource({"Q4_K, 4.5", "Q2_K, 2.625", "Q8_0, 8.5", "TQ1_0, 1.6875", "F16, 16", "IQ4_XS, 4.25", "MXFP4, 4.25"})
    void theCatalogKnowsTheSizes(String name, String bitsPerWeight) {
        SchemeEntry entry = SchemeCatalog.entries().stream()
                .filter(e -> e.name().equals(name))
                .findFirst()
                .orElseThrow();
        assertThat(entry.bitsPerWeight()).isEqualTo(bitsPerWeight);
        assertThat(entry.family()).isEqualTo("ggml");
    }

    @Test
    void rowsMustHoldWholeBlocks() {
        assertThatThrownBy(() -> scheme(GgmlType.Q4_K).check(Shape.of(3, 96)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage(
                        "Scheme Q4_K needs rows of a multiple of 256 elements, but the shape [3, 96] has rows of 96."
                                + " Use a scheme with blocks of 32, e.g. Q8_0 or Q4_0, or skip the layer");
        assertThatThrownBy(() -> scheme(GgmlType.Q8_0).check(Shape.of(64, 33)))
                .hasMessage(
                        "Scheme Q8_0 needs rows of a multiple of 32 elements, but the shape [64, 33] has rows of 33."
                                + " Use F16 or BF16, or skip the layer");
        assertThatThrownBy(() -> scheme(GgmlType.Q8_0).check(Shape.of())).isInstanceOf(InvalidRequestException.class);
        scheme(GgmlType.F16).check(Shape.of(3, 5));
        scheme(GgmlType.NVFP4_GGML).check(Shape.of(3, 64));
    }

    @ParameterizedTest
    @EnumSource(GgmlType.class)
    void nonFiniteValuesAreRefusedWithTheirPlace(GgmlType type) {
        float[] values = Samples.NORMAL.array(20_480, 6);
        values[20_000] = Float.NEGATIVE_INFINITY;
        values[20_300] = Float.NaN;
        QuantizationException error = catchThrowableOfType(
                QuantizationException.class, () -> Encoded.of(scheme(type), values, Shape.of(20, 1024)));
        assertThat(error).hasMessageStartingWith("Layer 'l0' contains -Infinity at index 20000");
    }

    @ParameterizedTest
    @EnumSource(
            value = GgmlType.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"F16", "BF16"})
    void clampedInfinitiesBecomeTheLargestMagnitudeOfTheirBlock(GgmlType type) {
        int block = type.blockElements();
        float[] values = Samples.NORMAL.array(5 * block, 7);
        float[] repaired = values.clone();
        values[block + 1] = Float.NaN;
        repaired[block + 1] = 0f;
        float largest = 0f;
        for (int i = 3 * block; i < 4 * block; i++) {
            largest = i == 3 * block + 2 ? largest : Math.max(largest, Math.abs(values[i]));
        }
        values[3 * block + 2] = Float.NEGATIVE_INFINITY;
        repaired[3 * block + 2] = -largest;
        Arrays.fill(values, 4 * block, 5 * block, Float.POSITIVE_INFINITY);
        Arrays.fill(repaired, 4 * block, 5 * block, 0f);
        Shape shape = Shape.of(5, block);
        Encoded clamped = Encoded.of(scheme(type), values, shape, NonFinite.CLAMP, new ElementRange(0, values.length));
        assertThat(clamped.blocks())
                .isEqualTo(Encoded.of(scheme(type), repaired, shape).blocks());
        assertThat(clamped.replaced()).isEqualTo(2 + block);
    }

    @Test
    void withoutBlocksClampedInfinitiesBecomeTheLargestNumber() {
        float[] values = {1f, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN};
        assertThat(clamped(GgmlType.F16, values)).containsExactly(1f, 65504f, -65504f, 0f);
        assertThat(clamped(GgmlType.BF16, values)).containsExactly(1f, 0x1.fep127f, -0x1.fep127f, 0f);
    }

    private static float[] clamped(GgmlType type, float... values) {
        Shape shape = Shape.of(values.length);
        Encoded encoded = Encoded.of(scheme(type), values, shape, NonFinite.CLAMP, new ElementRange(0, values.length));
        return encoded.decoded(scheme(type), shape);
    }

    /** Signal to noise of normally distributed weights in decibels: what the formats are known to reach. */
    @ParameterizedTest
    @CsvSource({
        "F16, 70",
        "BF16, 54",
        "Q8_0, 45.3",
        "Q6_K, 34.9",
        "Q5_K, 28.7",
        "Q5_1, 28.3",
        "Q5_0, 27.3",
        "Q4_K, 22.8",
        "IQ4_NL, 22.2",
        "IQ4_XS, 22.2",
        "Q4_1, 22",
        "Q4_0, 21.2",
        "NVFP4_GGML, 20",
        "MXFP4, 18.6",
        "Q3_K, 16.3",
        "Q2_K, 10.4",
        "TQ1_0, 1.5",
        "TQ2_0, 1.5"
    })
    void errorsStayWithinTheBudget(GgmlType type, double decibels) {
        float[] values = Samples.NORMAL.array(1 << 16, 8);
        for (int i = 0; i < values.length; i++) {
            // Large enough for NVFP4, whose scales have no scale of the tensor to help them.
            values[i] *= 50f;
        }
        Encoded encoded = Encoded.of(scheme(type), values, Shape.of(64, 1024));
        assertThat(encoded.quality().summary().snrDb()).isGreaterThan(decibels);
    }

    @Test
    void schemesTravel() throws Exception {
        float[] values = Fixtures.slice();
        Shape shape = Shape.of(4, 1024);
        Scheme weighted = ((GgmlScheme) scheme(GgmlType.Q4_K)).withImportance(Fixtures.importance());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new ObjectOutputStream(bytes).writeObject(weighted);
        Object back = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject();
        assertThat(Encoded.of((Scheme) back, values, shape).blocks()).isEqualTo(Fixtures.resource("Q4_K.imatrix.bin"));
    }

    @Test
    void noBlocksAtAll() {
        for (GgmlType type : List.of(GgmlType.Q4_K, GgmlType.F16)) {
            assertThat(Encoded.of(scheme(type), new float[0], Shape.of(0, 256)).blocks())
                    .isEmpty();
        }
    }

    private static Scheme scheme(GgmlType type) {
        return SchemeCatalog.parse(type.name());
    }
}
