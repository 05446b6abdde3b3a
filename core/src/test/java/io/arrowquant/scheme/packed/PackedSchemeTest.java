package io.arrowquant.scheme.packed;

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
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Both layouts: their numbers are those of compressed-tensors, and what differs is said. */
class PackedSchemeTest {
    private static final int ROWS = 24;
    private static final int COLUMNS = 256;

    private static StoredTensor weights(DataType dtype, long seed) {
        return weights(dtype, ROWS, COLUMNS, seed);
    }

    /** All of the second row is zero. */
    private static StoredTensor weights(DataType dtype, int rows, int columns, long seed) {
        Random random = new Random(seed);
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() * 0.02 + 0.004);
        }
        Arrays.fill(values, columns, 2 * columns, 0f);
        return StoredTensor.of(dtype, columns, values);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "gptq_int4; W4A16; BF16",
                "gptq_int4(group_size=32,symmetric=false); W4A16(group_size=32,symmetric=false); BF16",
                "gptq_int8; W8A16; F16",
                "gptq_int8(symmetric=false); W8A16(symmetric=false); BF16",
                "awq_int4; W4A16_ASYM; F32",
                "awq_int4(group_size=64); W4A16_ASYM(group_size=64); F16",
                "awq_int4(symmetric=true); W4A16; BF16"
            })
    void theNumbersAreThoseOfCompressedTensors(String spelling, String sibling, DataType dtype) {
        compare(spelling, sibling, weights(dtype, 3));
    }

    /** Rows are turned some at a time: as many as fit, fewer at the end, and codes of half a number in the last columns. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "8; 8; 8",
                "16; 24; 8",
                "128; 128; 128",
                "136; 40; 8",
                "264; 256; 128",
                "72; 384; 64",
                "1032; 32; 16"
            })
    void tensorsOfAnyShape(int rows, int columns, int group) {
        StoredTensor source = weights(DataType.BF16, rows, columns, rows + columns);
        String size = "(group_size=" + group + ")";
        compare("gptq_int4" + size, "W4A16" + size, source);
        compare("gptq_int8" + size, "W8A16" + size, source);
        compare("awq_int4" + size, "W4A16_ASYM" + size, source);
    }

    private static void compare(String spelling, String sibling, StoredTensor source) {
        DataType dtype = source.dtype();
        int rows = Math.toIntExact(source.shape().rows());
        int columns = Math.toIntExact(source.shape().columns());
        Scheme scheme = SchemeCatalog.parse(spelling);
        int bits = scheme.bitWidth();
        EncodedTensor packed = EncodedTensor.of(spelling, source);
        EncodedTensor reference = EncodedTensor.of(sibling, source);
        int[] expected = codes(ints(reference.part("weight_packed")), bits);
        int[] words = ints(packed.part("qweight"));
        int perWord = Integer.SIZE / bits;
        int[] order = {0, 2, 4, 6, 1, 3, 5, 7};
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                int word;
                int place;
                if (spelling.startsWith("gptq")) {
                    word = words[column / perWord * rows + row];
                    place = column % perWord;
                } else {
                    word = words[column * (rows / perWord) + row / perWord];
                    place = Arrays.stream(order).boxed().toList().indexOf(row % perWord);
                }
                assertThat((word >>> (place * bits)) & ((1 << bits) - 1)).isEqualTo(expected[row * columns + column]);
            }
        }
        int groups = (int) (columns / scheme.groupSize(source.shape()));
        StoredTensor scales = new StoredTensor(dtype, Shape.of(rows, groups), reference.part("weight_scale"));
        float[] transposed = new float[rows * groups];
        for (int i = 0; i < transposed.length; i++) {
            transposed[i] = scales.floats()[i % rows * groups + i / rows];
        }
        assertThat(packed.part("scales"))
                .isEqualTo(StoredTensor.of(DataType.F16, rows, transposed).bytes());
    }

    private static int[] codes(int[] words, int bits) {
        int perWord = Integer.SIZE / bits;
        int[] codes = new int[words.length * perWord];
        for (int i = 0; i < codes.length; i++) {
            codes[i] = (words[i / perWord] >>> (i % perWord * bits)) & ((1 << bits) - 1);
        }
        return codes;
    }

    private static int[] ints(byte[] bytes) {
        int[] ints = new int[bytes.length / Integer.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(ints);
        return ints;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"gptq_int4", "gptq_int4(symmetric=false)", "gptq_int8", "gptq_int8(group_size=4)", "awq_int4"})
    void tilesOfAnySizeGiveTheSame(String spelling) {
        Scheme scheme = SchemeCatalog.parse(spelling);
        StoredTensor source = weights(DataType.BF16, 4);
        EncodedTensor whole = EncodedTensor.of(scheme, source, NonFinite.ERROR);
        long elements = source.shape().elements();
        List<ElementRange> ranges = new ArrayList<>();
        for (long at = 0; at < elements; at += 3 * 128) {
            ranges.add(new ElementRange(at, Math.min(3 * 128, elements - at)));
        }
        EncodedTensor pieces = EncodedTensor.ofRanges(scheme, source, NonFinite.ERROR, ranges, true);
        assertThat(pieces.parts()).isDeepEqualTo(whole.parts());
        ErrorStatistics decoded = new ErrorStatistics();
        decoded.add(source.floats(), 0, whole.decoded(), 0, (int) elements, 0);
        assertThat(whole.quality().summary()).isEqualTo(decoded.summary());
        assertThat(whole.quality().summary().cosine()).isGreaterThan(0.99);
        float[] part = new float[128];
        scheme.decoder(source.shape(), DataType.BF16).decode(whole.parts(), new int[4], 5 * 128, 128, part, 0);
        assertThat(part).isEqualTo(Arrays.copyOfRange(whole.decoded(), 5 * 128, 6 * 128));
        assertThat(scheme.decoder(source.shape()).needsWholeParts()).isTrue();
    }

    @Test
    void symmetricZeroPointsAndGroupsOfColumns() {
        EncodedTensor four = EncodedTensor.of("gptq", weights(DataType.BF16, 5));
        assertThat(ints(four.part("qzeros"))).hasSize(2 * ROWS / 8).containsOnly(0x77777777);
        assertThat(Arrays.copyOfRange(ints(four.part("g_idx")), 126, 130)).containsExactly(0, 0, 1, 1);
        EncodedTensor eight = EncodedTensor.of("GPTQ8", weights(DataType.BF16, 5));
        assertThat(ints(eight.part("qzeros"))).hasSize(2 * ROWS / 4).containsOnly(0x7f7f7f7f);
        EncodedTensor awq = EncodedTensor.of("awq(symmetric=true)", weights(DataType.BF16, 5));
        assertThat(ints(awq.part("qzeros"))).containsOnly(0x88888888);
    }

    /** Version 1 stores zero points less one, and zero less one would spill into the neighbour when read. */
    @Test
    void zeroPointsOfGptqAreNeverZero() {
        float[] values = new float[8 * 32];
        Random random = new Random(6);
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat() - 0.01f;
        }
        StoredTensor source = StoredTensor.of(DataType.BF16, 32, values);
        EncodedTensor encoded = EncodedTensor.of("gptq_int4(group_size=32,symmetric=false)", source);
        assertThat(ints(encoded.part("qzeros"))).containsOnly(0);
        float[] decoded = encoded.decoded();
        for (int i = 0; i < values.length; i++) {
            assertThat(decoded[i]).isBetween(values[i] - 0.045f, values[i] + 0.045f);
        }
        assertThat(ints(EncodedTensor.of("awq_int4(group_size=32)", source).part("qzeros")))
                .containsOnly(0);
    }

    @Test
    void scalesStayFinite() {
        float[] values = new float[8 * 8];
        Arrays.fill(values, 1e30f);
        StoredTensor source = StoredTensor.of(DataType.F32, 8, values);
        EncodedTensor encoded = EncodedTensor.of("gptq_int4(group_size=8)", source);
        assertThat(encoded.decoded()).containsOnly(7 * 65504f);
    }

    @Test
    void nonFiniteValuesAreReplacedOrRefused() {
        float[] values = weights(DataType.F32, 7).floats();
        values[300] = Float.NaN;
        values[301] = Float.NEGATIVE_INFINITY;
        StoredTensor broken = StoredTensor.of(DataType.F32, COLUMNS, values);
        Scheme scheme = SchemeCatalog.parse("awq_int4");
        assertThatThrownBy(() -> EncodedTensor.of(scheme, broken, NonFinite.ERROR))
                .isInstanceOf(QuantizationException.class)
                .hasMessageContaining("NaN at index 300");
        EncodedTensor clamped = EncodedTensor.of(scheme, broken, NonFinite.CLAMP);
        assertThat(clamped.replaced()).isEqualTo(2);
        values[300] = 0f;
        values[301] = 0f;
        assertThat(clamped.parts())
                .isDeepEqualTo(EncodedTensor.of(scheme, StoredTensor.of(DataType.F32, COLUMNS, values), NonFinite.ERROR)
                        .parts());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "[8]; needs two dimensions, but the shape is [8]",
                "[0, 128]; needs elements, but the shape is [0, 128]",
                "[8, 100]; needs rows that are multiples of the group size 128, but the rows have 100 elements",
                "[12, 128]; needs a multiple of 8 rows, but there are 12",
                "[1048576, 1048576]; cannot hold the packed output of 1099511627776 elements, which lies transposed"
            })
    void shapesThatDoNotFitAreRefused(String shape, String message) {
        long[] lengths = Arrays.stream(shape.replaceAll("[\\[\\] ]", "").split(",", -1))
                .mapToLong(Long::parseLong)
                .toArray();
        for (String spelling : List.of("gptq_int4", "awq_int4")) {
            Scheme scheme = SchemeCatalog.parse(spelling);
            assertThatThrownBy(() -> scheme.check(Shape.of(lengths)))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageStartingWith("Scheme " + spelling + " " + message);
        }
        assertThatThrownBy(() -> SchemeCatalog.parse("gptq_int8(group_size=6)"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("Invalid group_size: 6 for scheme gptq_int8. Must be a multiple of 4");
    }

    @Test
    void outputsStandBesideTheWeight() {
        Scheme scheme = SchemeCatalog.parse("gptq_int4(group_size=64)");
        assertThat(scheme.parts(Shape.of(512, 1024)))
                .extracting(part -> part.nameFor("a.q_proj.weight") + " " + part.dtype() + part.shape())
                .containsExactly(
                        "a.q_proj.qweight I32[128, 512]",
                        "a.q_proj.qzeros I32[16, 64]",
                        "a.q_proj.scales F16[16, 512]",
                        "a.q_proj.g_idx I32[1024]");
        assertThat(scheme.parts(Shape.of(512, 1024)).get(0).nameFor("experts")).isEqualTo("experts.qweight");
        assertThat(scheme.label()).isEqualTo("gptq_int4");
        assertThat(scheme.spelling()).isEqualTo("gptq_int4(group_size=64)");
    }
}
