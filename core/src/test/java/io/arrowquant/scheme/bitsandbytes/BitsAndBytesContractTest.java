package io.arrowquant.scheme.bitsandbytes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.json.PythonFloat;
import io.arrowquant.quality.ErrorStatistics;
import io.arrowquant.scheme.EncodedTensor;
import io.arrowquant.scheme.NonFinite;
import io.arrowquant.scheme.PartSpec;
import io.arrowquant.scheme.Scheme;
import io.arrowquant.scheme.SchemeCatalog;
import io.arrowquant.scheme.StoredTensor;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.ElementRange;
import io.arrowquant.tensor.Shape;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for every scheme of the family, whatever the reference does. */
class BitsAndBytesContractTest {
    @ParameterizedTest
    @ValueSource(
            strings = {"nf4", "fp4(block=128)", "nf4(nested=true)", "fp4(block=32,nested=true)", "bnb_int8", "llm_int8"
            })
    void piecesGiveTheBytesOfTheWhole(String spelling) {
        Scheme scheme = SchemeCatalog.parse(spelling);
        // Neither whole blocks nor an even count.
        int elements = 50_001;
        Random random = new Random(5);
        float[] normal = new float[elements];
        for (int i = 0; i < elements; i++) {
            normal[i] = (float) random.nextGaussian();
        }
        // Rows of one odd and one even length.
        StoredTensor source = StoredTensor.of(DataType.BF16, spelling.equals("llm_int8") ? 7143 : 1, normal);
        EncodedTensor whole = EncodedTensor.of(scheme, source, NonFinite.ERROR);
        long unit = Math.min(elements, scheme.unit(source.shape()));
        List<ElementRange> ranges = new ArrayList<>();
        for (long at = 0; at < elements; at += 7 * unit) {
            ranges.add(new ElementRange(at, Math.min(7 * unit, elements - at)));
        }
        EncodedTensor pieces = EncodedTensor.ofRanges(scheme, source, NonFinite.ERROR, ranges, false);
        assertThat(pieces.parts()).isDeepEqualTo(whole.parts());
        ErrorStatistics decoded = new ErrorStatistics();
        decoded.add(source.floats(), 0, whole.decoded(), 0, elements, 0);
        assertThat(whole.quality().summary()).isEqualTo(decoded.summary());
        assertThat(whole.quality().summary().cosine()).isGreaterThan(0.98);
    }

    @Test
    void outputsAreCalledAsTransformersExpects() {
        List<String> names = SchemeCatalog.parse("nf4(nested=true)").parts(Shape.of(512, 768), DataType.BF16).stream()
                .map(part -> part.nameFor("a.weight") + " " + part.dtype() + part.shape())
                .toList();
        assertThat(names)
                .containsExactly(
                        "a.weight U8[196608, 1]",
                        "a.weight.absmax U8[6144]",
                        "a.weight.quant_map F32[16]",
                        "a.weight.nested_absmax F32[24]",
                        "a.weight.nested_quant_map F32[256]",
                        "a.weight.quant_state.bitsandbytes__nf4 U8[175]");
    }

    @Test
    void theStateIsJsonAsPythonWritesIt() {
        StoredTensor source = StoredTensor.of(DataType.F16, 2, 1f, -2f, 3f, 4f);
        String state = new String(
                EncodedTensor.of("fp4", source).part("quant_state.bitsandbytes__fp4"), StandardCharsets.US_ASCII);
        assertThat(state)
                .isEqualTo("{\"quant_type\": \"fp4\", \"blocksize\": 64, \"dtype\": \"float16\", \"shape\": [2, 2]}");
    }

    @Test
    void nonFiniteValuesAreReplaced() {
        float[] values = new float[256];
        values[3] = 2f;
        values[4] = Float.POSITIVE_INFINITY;
        values[5] = Float.NaN;
        StoredTensor broken = StoredTensor.of(DataType.F32, 256, values);
        values[4] = 2f;
        values[5] = 0f;
        StoredTensor repaired = StoredTensor.of(DataType.F32, 256, values);
        for (String spelling : List.of("nf4", "fp4(nested=true)", "bnb_int8", "llm_int8")) {
            Scheme scheme = SchemeCatalog.parse(spelling);
            EncodedTensor clamped = EncodedTensor.of(scheme, broken, NonFinite.CLAMP);
            assertThat(clamped.replaced()).isEqualTo(2);
            assertThat(clamped.parts())
                    .isDeepEqualTo(
                            EncodedTensor.of(scheme, repaired, NonFinite.ERROR).parts());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0.0",
        "1, 1.0",
        "-2.5, -2.5",
        "1e-6, 1e-06",
        "2e23, 2e+23",
        "0.0001, 0.0001",
        "1e16, 1e+16",
        "123456789012345680, 1.2345678901234568e+17",
        "1e15, 1000000000000000.0",
        "4.9e-324, 5e-324",
        "0.10000000149011612, 0.10000000149011612",
        "100, 100.0",
        "NaN, NaN",
        "-Infinity, -Infinity"
    })
    void numbersAreWrittenAsPythonWritesThem(double value, String text) {
        assertThat(PythonFloat.repr(value)).isEqualTo(text);
        assertThat(text.length()).isLessThanOrEqualTo(PythonFloat.LONGEST);
    }

    @Test
    void theLengthOfANestedStateIsThatOfItsText() {
        Scheme scheme = SchemeCatalog.parse("nf4(nested=true)");
        for (float value : new float[] {1f, 0.1f, 0x1p-140f, 1.5e38f}) {
            StoredTensor source = StoredTensor.of(DataType.F32, 64, constant(128, value));
            EncodedTensor encoded = EncodedTensor.of(scheme, source, NonFinite.ERROR);
            PartSpec spec = encoded.specs().get(encoded.specs().size() - 1);
            byte[] state = encoded.part(spec.suffix());
            assertThat(spec.extent()).isEqualTo(PartSpec.Extent.AT_MOST);
            assertThat(spec.written(state.length).shape()).isEqualTo(Shape.of(state.length));
            assertThat(spec.allows(spec.byteLength() + 1)).isFalse();
            assertThat(new String(state, StandardCharsets.US_ASCII)).endsWith(PythonFloat.repr(value) + "}");
        }
    }

    /** PyTorch adds fewer scales than a vector holds in an order of its own: (1 + 1 + 2^24) + 1 + 1. */
    @Test
    void theMeanOfAFewScales() {
        float[] values = new float[5 * 64];
        float[] largest = {1f, 0x1p24f, 1f, 1f, 1f};
        for (int block = 0; block < largest.length; block++) {
            values[block * 64] = largest[block];
        }
        EncodedTensor encoded = EncodedTensor.of("nf4(nested=true)", StoredTensor.of(DataType.F32, 64, values));
        assertThat(new String(encoded.part("quant_state.bitsandbytes__nf4"), StandardCharsets.US_ASCII))
                .endsWith("\"nested_offset\": 3355444.0}");
    }

    /** The reference has the processor round bfloat16 in the types of four bits, and only there: it knows no subnormals. */
    @Test
    void subnormalNumbersOfBfloat16() {
        StoredTensor source = StoredTensor.of(DataType.BF16, 2, 0x1p-130f, -0x1p-130f);
        assertThat(EncodedTensor.of("nf4", source).decoded()).containsExactly(0f, -0f);
        assertThat(EncodedTensor.of("bnb_int8", source).decoded()).containsExactly(0x1p-130f, -0x1p-130f);
    }

    private static float[] constant(int count, float value) {
        float[] values = new float[count];
        Arrays.fill(values, value);
        return values;
    }

    @Test
    void rowsOfEightBits() {
        Scheme scheme = SchemeCatalog.parse("llm_int8");
        StoredTensor source = StoredTensor.of(DataType.F32, 2, 127f, -63.5f, 0f, -0f, 1e5f, -1e5f, 0x1p-24f, 0x1p-26f);
        EncodedTensor encoded = EncodedTensor.of(scheme, source, NonFinite.ERROR);
        assertThat(encoded.parts()[RowScheme.CODES]).containsExactly(127, -64, 0, 0, 127, -127, 127, 0);
        float[] maxima = new StoredTensor(DataType.F32, Shape.of(4), encoded.parts()[RowScheme.ROW_MAXIMA]).floats();
        assertThat(maxima).containsExactly(127f, 0f, 1e5f, 0x1p-24f);
        assertThat(encoded.parts()[RowScheme.FORMAT]).containsExactly(0);
        assertThat(encoded.decoded()[1]).isEqualTo(-64f);
        assertThatThrownBy(() -> scheme.check(Shape.of(2, 3, 4)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("needs two dimensions, but the shape is [2, 3, 4]");
        assertThatThrownBy(() -> scheme.check(Shape.of(1, 1L << 23)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("cannot hold rows of 8388608 elements");
    }
}
