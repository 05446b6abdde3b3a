package io.arrowquant.scheme.compressed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.QuantizationException;
import io.arrowquant.quality.ErrorStatistics;
import io.arrowquant.scheme.EncodedTensor;
import io.arrowquant.scheme.NonFinite;
import io.arrowquant.scheme.Scheme;
import io.arrowquant.scheme.SchemeCatalog;
import io.arrowquant.scheme.StoredTensor;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.ElementRange;
import io.arrowquant.tensor.Shape;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for every scheme of the family, whatever the reference does. */
class CompressedContractTest {
    private static StoredTensor normal(DataType dtype, int rows, int columns) {
        Random random = new Random(7);
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return StoredTensor.of(dtype, columns, values);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "W2A16(group_size=32)",
                "W3A16(group_size=32,symmetric=false)",
                "W4A16_ASYM(group_size=32)",
                "W5A16(strategy=channel,symmetric=false)",
                "W6A16(strategy=tensor,symmetric=false)",
                "W7A16(strategy=channel)",
                "W8A16(group_size=64)",
                "W4A16(group_size=96,observer=mse)",
                "W8A8",
                "W8A8(strategy=tensor)",
                "W4A8(group_size=64)",
                "W4A8(group_size=64,observer=mse)",
                "FP8",
                "FP8_DYNAMIC",
                "FP8_DYNAMIC(observer=mse)",
                "FP8_BLOCK",
                "NVFP4A16",
                "NVFP4",
                "MXFP4A16",
                "MXFP8A16"
            })
    void piecesGiveTheBytesOfTheWhole(String spelling) {
        Scheme scheme = SchemeCatalog.parse(spelling);
        StoredTensor source = normal(DataType.BF16, 300, 192);
        EncodedTensor whole = EncodedTensor.of(scheme, source, NonFinite.ERROR);
        long elements = source.shape().elements();
        long unit = Math.min(elements, scheme.unit(source.shape()));
        List<ElementRange> ranges = new ArrayList<>();
        long at = 0;
        for (int step = 1; at < elements; step++) {
            long count = Math.min(step * unit, elements - at);
            ranges.add(new ElementRange(at, count));
            at += count;
        }
        EncodedTensor pieces = EncodedTensor.ofRanges(scheme, source, NonFinite.ERROR, ranges, false);
        assertThat(pieces.parts()).isDeepEqualTo(whole.parts());
        ErrorStatistics decoded = new ErrorStatistics();
        float[] values = whole.decoded();
        decoded.add(source.floats(), 0, values, 0, values.length, 0);
        assertThat(whole.quality().summary()).isEqualTo(decoded.summary());
        assertThat(whole.quality().summary().cosine()).isGreaterThan(0.85);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 31, 33, 67})
    void rowsOfAnyLengthAreFilledUpToWords(int columns) {
        for (int bits = 2; bits <= 8; bits++) {
            StoredTensor source = normal(DataType.F32, 7, columns);
            EncodedTensor encoded = EncodedTensor.of("W" + bits + "A16(strategy=channel,symmetric=false)", source);
            float[] values = source.floats();
            float[] decoded = encoded.decoded();
            for (int i = 0; i < values.length; i++) {
                assertThat(Math.abs(values[i] - decoded[i])).isLessThanOrEqualTo(6f / ((1 << bits) - 1));
            }
        }
    }

    /** The range of these values is no number of their type: every error of the search is NaN. */
    @ParameterizedTest
    @ValueSource(strings = {"BF16", "F16", "F32"})
    void rangesBeyondTheTypeAreNotShrunk(DataType dtype) {
        float largest = Precision.of(dtype).largest;
        StoredTensor source = StoredTensor.of(dtype, 4, largest, -largest, 0f, 1f);
        String spelling = "W6A16(strategy=channel,symmetric=false";
        EncodedTensor searched = EncodedTensor.of(spelling + ",observer=mse)", source);
        assertThat(searched.parts())
                .isDeepEqualTo(EncodedTensor.of(spelling + ")", source).parts());
    }

    /** The bytes of compressed-tensors 0.19 with its observer memoryless_mse; packed schemes have fixtures. */
    @ParameterizedTest
    @CsvSource({
        "W8A8(observer=mse), c13ca13c613d, 441e12afd2580713f6afbc549fdb03f9dc53e692124ff3f2260776a5ba1f8570",
        "'W4A8(group_size=8,observer=mse)', cd3ec43dc93dd33db73da23ec43dd13dc43dc03db63dcd3d6f3fbc3db03d,"
                + " 482ae464409ada3432ccc18c8c254a80711b98e7ee37fb3e8c9a2480894eb1a1",
        "FP8_DYNAMIC(observer=mse), d93bb73b803c, beef9d5bec4c367da92973f5335238afb3abf0148ad07f3f9206d4c44ee3e364"
    })
    void codesOfAByteAreSearchedForTheLeastErrorToo(String spelling, String scales, String codes)
            throws NoSuchAlgorithmException {
        float[] values = new float[3 * 40];
        for (int i = 0; i < values.length; i++) {
            values[i] = (i * 37 % 101 - 50) / 64f;
        }
        values[5] = 3f;
        values[45] = -2.5f;
        values[100] = 7f;
        EncodedTensor encoded = EncodedTensor.of(spelling, StoredTensor.of(DataType.BF16, 40, values));
        assertThat(HexFormat.of().formatHex(encoded.part("weight_scale"))).isEqualTo(scales);
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(encoded.part("weight"));
        assertThat(HexFormat.of().formatHex(digest)).isEqualTo(codes);
    }

    @Test
    void outputsTakeThePlaceOfTheWeight() {
        List<String> names = SchemeCatalog.parse("W4A16_ASYM").parts(Shape.of(9, 256), DataType.F16).stream()
                .map(part -> part.nameFor("a.q_proj.weight") + " " + part.dtype() + part.shape())
                .toList();
        assertThat(names)
                .containsExactly(
                        "a.q_proj.weight_packed I32[9, 32]",
                        "a.q_proj.weight_scale F16[9, 2]",
                        "a.q_proj.weight_shape I64[2]",
                        "a.q_proj.weight_zero_point I32[2, 2]");
    }

    @Test
    void shapesThatDoNotFitAreRefused() {
        assertThatThrownBy(() -> SchemeCatalog.parse("W4A16").check(Shape.of(4, 200)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("128")
                .hasMessageContaining("200");
        assertThatThrownBy(() -> SchemeCatalog.parse("FP8").check(Shape.of(4, 4, 4)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("two dimensions");
        assertThatThrownBy(() -> SchemeCatalog.parse("W4A16(strategy=tensor,observer=mse)"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("observer=minmax");
    }

    @Test
    void nonFiniteValuesAreErrorsOrReplaced() {
        float[] values = new float[512];
        values[130] = 3f;
        values[200] = Float.NEGATIVE_INFINITY;
        values[201] = Float.NaN;
        StoredTensor source = StoredTensor.of(DataType.F32, 256, values);
        values[200] = -3f;
        values[201] = 0f;
        StoredTensor repaired = StoredTensor.of(DataType.F32, 256, values);
        for (String spelling : List.of("W4A16", "FP8", "FP8_BLOCK", "NVFP4A16", "MXFP8A16", "W4A16(observer=mse)")) {
            Scheme scheme = SchemeCatalog.parse(spelling);
            assertThatThrownBy(() -> EncodedTensor.of(scheme, source, NonFinite.ERROR))
                    .isInstanceOf(QuantizationException.class)
                    .hasMessageContaining("Layer 'l0' contains -Infinity at index 200");
        }
        for (String spelling : List.of("W4A16", "FP8", "FP8_BLOCK", "W8A8", "W4A16(observer=mse)")) {
            Scheme scheme = SchemeCatalog.parse(spelling);
            EncodedTensor clamped = EncodedTensor.of(scheme, source, NonFinite.CLAMP);
            assertThat(clamped.replaced()).isEqualTo(2);
            assertThat(clamped.parts())
                    .isDeepEqualTo(
                            EncodedTensor.of(scheme, repaired, NonFinite.ERROR).parts());
        }
    }
}
