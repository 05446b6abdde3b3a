package io.arrowquant.scheme.ggml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.arrowquant.Samples;
import io.arrowquant.kernel.Float16;
import io.arrowquant.kernel.KernelProvider;
import io.arrowquant.kernel.Providers;
import io.arrowquant.tensor.Shape;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every implementation of the block formats must do: ggml's bytes, and nothing beside them. */
abstract class BlockCodecContract {
    private static final byte GUARD = 0x5a;

    /** Blocks of minus zeros have a scale of plus zero there, and one of minus zero in C. */
    private static final Set<GgmlType> GGUF_PY_DIFFERS = EnumSet.of(GgmlType.Q4_0, GgmlType.Q5_0);

    abstract KernelProvider provider();

    private BlockCodec codec(GgmlType type) {
        return type.newCodec(provider());
    }

    @ParameterizedTest
    @EnumSource(GgmlType.class)
    void theSliceGivesTheBytesOfTheReference(GgmlType type) {
        byte[] expected = Fixtures.resource(Fixtures.nameOf(type) + ".bin");
        assertSameBlocks(type, encode(type, Fixtures.slice(), null), expected, "slice");
    }

    @ParameterizedTest
    @EnumSource(GgmlType.class)
    void theSliceWithAnImportanceMatrixToo(GgmlType type) {
        if (type.importance() == GgmlType.Importance.IGNORED) {
            theSliceGivesTheBytesOfTheReference(type);
            return;
        }
        byte[] expected = Fixtures.resource(Fixtures.nameOf(type) + ".imatrix.bin");
        assertSameBlocks(type, encode(type, Fixtures.slice(), Fixtures.importance()), expected, "slice, imatrix");
    }

    @ParameterizedTest
    @EnumSource(GgmlType.class)
    void theSliceIsDecodedToTheValuesOfTheReference(GgmlType type) {
        String sums = new String(Fixtures.resource("decoded.sha256"), StandardCharsets.US_ASCII);
        byte[] blocks = Fixtures.resource(Fixtures.nameOf(type) + ".bin");
        String sum = Fixtures.sha256(Fixtures.bytes(decode(type, blocks)));
        assertThat(sums.lines()).contains(sum + "  " + Fixtures.nameOf(type));
    }

    /** All files there are; also those of inputs that a scheme refuses: NaN and infinities. */
    @ParameterizedTest
    @EnumSource(GgmlType.class)
    void everyFileOfTheReference(GgmlType type) throws IOException {
        Path fixtures = Fixtures.directory();
        assumeTrue(fixtures != null, "no fixtures on this machine");
        String manifest = Files.readString(fixtures.resolve("manifest.json"));
        for (String input : new String[] {"mix64k", "huge4k", "nonfinite4k"}) {
            float[] values = Fixtures.floats(Files.readAllBytes(fixtures.resolve("inputs/" + input + ".f32")));
            Path stem = fixtures.resolve("ggml-c/" + input + "/" + Fixtures.nameOf(type));
            byte[] expected = Files.readAllBytes(Path.of(stem + ".bin"));
            assertSameBlocks(type, encode(type, values, null), expected, input);
            String sum = Fixtures.sha256(Fixtures.bytes(decode(type, expected)));
            assertThat(manifest).as("decoded %s of %s", type, input).contains("\"" + sum + "\"");
            Path python = fixtures.resolve("gguf-py/" + input + "/" + Fixtures.nameOf(type) + ".bin");
            if (input.equals("mix64k") && Files.exists(python) && !GGUF_PY_DIFFERS.contains(type)) {
                assertSameBlocks(type, expected, Files.readAllBytes(python), "gguf-py");
            }
            Path weighted = Path.of(stem + ".imatrix.bin");
            if (Files.exists(weighted)) {
                byte[] blocks = encode(type, values, importance(fixtures));
                assertSameBlocks(type, blocks, Files.readAllBytes(weighted), input + ", imatrix");
            }
        }
    }

    private static float[] importance(Path fixtures) throws IOException {
        return Fixtures.floats(Files.readAllBytes(fixtures.resolve("inputs/imatrix1024.f32")));
    }

    @ParameterizedTest
    @EnumSource(GgmlType.class)
    void blocksDoNotDependOnTheirPlaceOrNeighbours(GgmlType type) {
        BlockCodec codec = codec(type);
        int elements = type.blockElements();
        int bytes = type.blockBytes();
        for (Samples kind : Samples.values()) {
            float[] values = kind.array(7 * elements, elements);
            byte[] inOrder = encode(type, values, null);
            for (int block = 6; block >= 0; block--) {
                float[] alone = new float[elements + 3];
                System.arraycopy(values, block * elements, alone, 3, elements);
                byte[] target = new byte[bytes + 8];
                Arrays.fill(target, GUARD);
                codec.encode(alone, 3, 1, target, 5);
                assertThat(Arrays.copyOfRange(target, 5, 5 + bytes))
                        .as("%s of %s", type, kind)
                        .isEqualTo(Arrays.copyOfRange(inOrder, block * bytes, (block + 1) * bytes));
                Arrays.fill(target, 5, 5 + bytes, GUARD);
                assertThat(target).containsOnly(GUARD);
            }
        }
    }

    /** Values of every kind, and runs of every length that ends inside what kernels take at once. */
    @ParameterizedTest
    @EnumSource(GgmlType.class)
    void runsOfBlocksGiveTheBytesOfThePlainCodec(GgmlType type) {
        BlockCodec codec = codec(type);
        BlockCodec plain = type.newCodec(Providers.scalar());
        int elements = type.blockElements();
        for (BlockSamples kind : BlockSamples.values()) {
            float[] values = kind.array(64 * elements, elements);
            assertSameBlocks(type, encode(type, codec, values, null), encode(type, plain, values, null), kind.name());
        }
        float[] values = BlockSamples.MIXED.array(11 * elements + 11, 3);
        for (int blocks = 1; blocks <= 11; blocks++) {
            int length = blocks * type.blockBytes();
            byte[] target = new byte[length + 12];
            byte[] expected = new byte[length + 12];
            Arrays.fill(target, GUARD);
            Arrays.fill(expected, GUARD);
            codec.encode(values, blocks, blocks, target, blocks);
            plain.encode(values, blocks, blocks, expected, blocks);
            assertThat(target).as("%d blocks of %s", blocks, type).isEqualTo(expected);
        }
    }

    /** The passes of kernels give what the plain code gives for each block. */
    @ParameterizedTest
    @EnumSource(
            value = GgmlType.class,
            names = {"Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "MXFP4", "NVFP4_GGML"})
    void passesGiveTheBytesOfThePlainCode(GgmlType type) {
        ScaledCodec codec = (ScaledCodec) codec(type);
        int blocks = 64;
        for (BlockSamples kind : BlockSamples.values()) {
            float[] values = kind.array(blocks * type.blockElements(), 11);
            byte[] expected = new byte[blocks * type.blockBytes()];
            for (int block = 0; block < blocks; block++) {
                codec.encodePlain(values, block * type.blockElements(), expected, block * type.blockBytes());
            }
            assertSameBlocks(type, encode(type, codec, values, null), expected, kind.name());
        }
    }

    /** Elements as they are stored, where a type takes them, give the bytes of the same elements as floats. */
    @ParameterizedTest
    @EnumSource(GgmlType.class)
    void brainsGiveTheBytesOfFloats(GgmlType type) {
        BlockCodec codec = codec(type);
        int blocks = 150;
        int count = blocks * type.blockElements();
        for (BlockSamples kind : BlockSamples.values()) {
            byte[] stored = new byte[2 * count + 2];
            float[] values = kind.array(count, 7);
            for (int i = 0; i < count; i++) {
                // Cut off, so that what is finite stays so.
                short brain = (short) (Float.floatToRawIntBits(values[i]) >> 16);
                Fields.putShort(stored, 2 + 2 * i, brain);
                values[i] = Float16.brainToFloat(brain);
            }
            byte[] target = new byte[blocks * type.blockBytes()];
            if (codec.encodeBrain(stored, 2, blocks, target, 0)) {
                assertSameBlocks(type, target, encode(type, codec, values, null), kind.name());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = GgmlType.class,
            names = {"Q8_0", "Q4_0", "Q5_0", "MXFP4"})
    void brainsThatAreNotFiniteAreLeftToTheCaller(GgmlType type) {
        BlockCodec codec = codec(type);
        byte[] target = new byte[200 * type.blockBytes()];
        byte[] stored = new byte[2 * 200 * type.blockElements()];
        assertThat(codec.encodeBrain(stored, 0, 200, target, 0)).isTrue();
        for (int bits : new int[] {0x7f80, 0xff80, 0x7fc0, 0xffff}) {
            Fields.putShort(stored, stored.length - 6, bits);
            assertThat(codec.encodeBrain(stored, 0, 200, target, 0)).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource(GgmlType.class)
    void decodingTouchesOnlyItsBlock(GgmlType type) {
        int elements = type.blockElements();
        byte[] blocks = encode(type, Samples.NORMAL.array(3 * elements, 1), null);
        float[] all = decode(type, blocks);
        float[] values = new float[elements + 2];
        Arrays.fill(values, -7f);
        codec(type).decode(blocks, 2 * type.blockBytes(), values, 1);
        assertThat(values[0]).isEqualTo(-7f);
        assertThat(values[elements + 1]).isEqualTo(-7f);
        assertThat(Arrays.copyOfRange(values, 1, 1 + elements))
                .isEqualTo(Arrays.copyOfRange(all, 2 * elements, 3 * elements));
    }

    private byte[] encode(GgmlType type, float[] values, float[] columnWeights) {
        return encode(type, codec(type), values, columnWeights);
    }

    private static byte[] encode(GgmlType type, BlockCodec codec, float[] values, float[] columnWeights) {
        byte[] blocks = new byte[values.length / type.blockElements() * type.blockBytes()];
        if (columnWeights == null) {
            codec.encode(values, 0, values.length / type.blockElements(), blocks, 0);
            return blocks;
        }
        boolean wholeRows = type.importance() == GgmlType.Importance.ROW;
        Shape shape = Shape.of(values.length / Fixtures.COLUMNS, Fixtures.COLUMNS);
        ImportanceMatrix matrix = new ImportanceMatrix(columnWeights, shape, wholeRows);
        int at = 0;
        for (int i = 0; i < values.length; i += type.blockElements()) {
            matrix.moveTo(i, values, i);
            codec.encodeWeighted(values, i, matrix, blocks, at);
            at += type.blockBytes();
        }
        return blocks;
    }

    private float[] decode(GgmlType type, byte[] blocks) {
        BlockCodec codec = codec(type);
        float[] values = new float[blocks.length / type.blockBytes() * type.blockElements()];
        int at = 0;
        for (int i = 0; i < values.length; i += type.blockElements()) {
            codec.decode(blocks, at, values, i);
            at += type.blockBytes();
        }
        return values;
    }

    private static void assertSameBlocks(GgmlType type, byte[] actual, byte[] expected, String input) {
        assertThat(actual).as("%s of %s", type, input).hasSameSizeAs(expected);
        int difference = Arrays.mismatch(actual, expected);
        if (difference >= 0) {
            int from = difference / type.blockBytes() * type.blockBytes();
            int to = from + type.blockBytes();
            assertThat(Arrays.copyOfRange(actual, from, to))
                    .as("block %d of %s of %s", from / type.blockBytes(), type, input)
                    .isEqualTo(Arrays.copyOfRange(expected, from, to));
        }
    }
}
