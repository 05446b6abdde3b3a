package io.arrowquant.scheme.hqq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.QuantizationException;
import io.arrowquant.quality.ErrorStatistics;
import io.arrowquant.scheme.EncodedTensor;
import io.arrowquant.scheme.NonFinite;
import io.arrowquant.scheme.ReferenceFiles;
import io.arrowquant.scheme.Scheme;
import io.arrowquant.scheme.SchemeCatalog;
import io.arrowquant.scheme.StoredTensor;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.ElementRange;
import io.arrowquant.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The bytes of HQQ without its optimizer where its files are present, and what holds whatever it does. */
class HqqSchemeTest {
    static boolean filesArePresent() {
        return ReferenceFiles.directory() != null;
    }

    @ParameterizedTest
    @EnabledIf("filesArePresent")
    @CsvSource({"4, 64", "4, 128", "8, 64", "8, 128"})
    void everyFileWithoutOptimizer(int bits, int group) {
        Map<String, StoredTensor> expected = ReferenceFiles.tensors(
                ReferenceFiles.directory().resolve("hqq/mix64k.f32/int" + bits + "_g" + group + "_rtn.safetensors"));
        EncodedTensor encoded =
                EncodedTensor.of("hqq_int" + bits + "(group_size=" + group + ")", ReferenceFiles.input("mix64k.f32"));
        for (int part = 0; part < encoded.parts().length; part++) {
            StoredTensor reference = expected.get(encoded.specs().get(part).suffix());
            assertThat(encoded.specs().get(part).shape()).isEqualTo(reference.shape());
            assertThat(encoded.parts()[part])
                    .as(encoded.specs().get(part).suffix())
                    .isEqualTo(reference.bytes());
        }
    }

    private static StoredTensor weights() {
        Random random = new Random(8);
        float[] values = new float[12 * 128];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return StoredTensor.of(DataType.BF16, 128, values);
    }

    @ParameterizedTest
    @ValueSource(strings = {"hqq_int4", "hqq_int8", "hqq_int4(group_size=32)"})
    void piecesGiveTheBytesOfTheWhole(String spelling) {
        Scheme scheme = SchemeCatalog.parse(spelling);
        StoredTensor source = weights();
        int elements = (int) source.shape().elements();
        EncodedTensor whole = EncodedTensor.of(scheme, source, NonFinite.ERROR);
        List<ElementRange> ranges = new ArrayList<>();
        for (int at = 0; at < elements; at += 192) {
            ranges.add(new ElementRange(at, 192));
        }
        EncodedTensor pieces = EncodedTensor.ofRanges(scheme, source, NonFinite.ERROR, ranges, true);
        assertThat(pieces.parts()).isDeepEqualTo(whole.parts());
        ErrorStatistics decoded = new ErrorStatistics();
        decoded.add(source.floats(), 0, whole.decoded(), 0, elements, 0);
        assertThat(whole.quality().summary()).isEqualTo(decoded.summary());
        assertThat(whole.quality().summary().cosine()).isGreaterThan(0.99);
        assertThat(scheme.label()).doesNotContain("group_size");
        assertThat(scheme.decoder(source.shape()).tileUnit()).isEqualTo((int) scheme.groupSize(source.shape()));
    }

    /** PyTorch takes the first of several lowest values, whichever sign a zero has. */
    @Test
    void zeroPointsOfZerosOfBothSigns() {
        StoredTensor source = StoredTensor.of(DataType.F32, 4, 0f, -0f, 1f, 2f, -0f, 0f, 1f, 2f);
        EncodedTensor encoded = EncodedTensor.of("hqq_int8(group_size=4)", source);
        assertThat(new StoredTensor(DataType.F32, Shape.of(2), encoded.part("zero")).floats())
                .containsExactly(-0f, 0f);
    }

    @Test
    void nonFiniteValuesAreReplacedOrRefused() {
        float[] values = new float[128];
        values[3] = 2f;
        values[70] = Float.POSITIVE_INFINITY;
        Scheme scheme = SchemeCatalog.parse("hqq_int8");
        StoredTensor source = StoredTensor.of(DataType.F32, 128, values);
        assertThatThrownBy(() -> EncodedTensor.of(scheme, source, NonFinite.ERROR))
                .isInstanceOf(QuantizationException.class);
        EncodedTensor clamped = EncodedTensor.of(scheme, source, NonFinite.CLAMP);
        assertThat(clamped.replaced()).isEqualTo(1);
        assertThat(clamped.decoded()[70]).isZero();
    }

    @Test
    void shapesThatDoNotFitAreRefused() {
        assertThatThrownBy(() -> SchemeCatalog.parse("hqq_int4").check(Shape.of(3, 64)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("needs a multiple of 128 elements");
        assertThatThrownBy(() -> SchemeCatalog.parse("hqq_int8(group_size=2000000)"))
                .isInstanceOf(InvalidRequestException.class);
    }
}
