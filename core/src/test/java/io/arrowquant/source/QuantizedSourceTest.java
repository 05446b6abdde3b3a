package io.arrowquant.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.arrowquant.checkpoint.CheckpointTensor;
import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.MalformedFileException;
import io.arrowquant.scheme.EncodedTensor;
import io.arrowquant.scheme.StoredTensor;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What our own schemes made of weights is decoded to the values that their decoders give for the whole tensor. */
class QuantizedSourceTest {
    private static final String NAME = "model.layers.0.mlp.up_proj.weight";
    private static final String CT = "{'quant_method': 'compressed-tensors', 'format': '%s',"
            + " 'config_groups': {'group_0': {'targets': ['Linear'], 'weights': {%s}}}}";

    private static StoredTensor weights(DataType dtype, int rows, int columns) {
        Random random = new Random(rows * 31L + columns);
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() * 0.05 + 0.01);
        }
        return StoredTensor.of(dtype, columns, values);
    }

    private static StoredTensor narrowed(DataType dtype, int columns, float... values) {
        return StoredTensor.of(dtype, columns, values);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '"',
            value = {
                "W4A16; pack-quantized; 'num_bits': 4, 'strategy': 'group', 'group_size': 128",
                "W4A16(group_size=32); pack-quantized; 'num_bits': 4, 'group_size': 32",
                "W4A16_ASYM; pack-quantized;"
                        + " 'num_bits': 4, 'strategy': 'group', 'group_size': 128, 'symmetric': false",
                "W3A16(symmetric=false); pack-quantized;"
                        + " 'num_bits': 3, 'strategy': 'group', 'group_size': 128, 'symmetric': false",
                "W8A16(strategy=channel); pack-quantized; 'num_bits': 8, 'strategy': 'channel'",
                "W5A16(strategy=channel); pack-quantized; 'num_bits': 5, 'strategy': 'channel'",
                "W4A16(strategy=tensor,symmetric=false); pack-quantized;"
                        + " 'num_bits': 4, 'strategy': 'tensor', 'symmetric': false",
                "W8A8; int-quantized; 'num_bits': 8, 'strategy': 'channel', 'type': 'int'",
                "W4A8; int-quantized; 'num_bits': 4, 'strategy': 'group', 'group_size': 128",
                "FP8; float-quantized; 'num_bits': 8, 'strategy': 'tensor', 'type': 'float'",
                "FP8_DYNAMIC; float-quantized; 'num_bits': 8, 'strategy': 'channel', 'type': 'float'",
                "FP8_BLOCK; float-quantized;"
                        + " 'num_bits': 8, 'strategy': 'block', 'type': 'float', 'block_structure': [128, 128]",
                "NVFP4A16; nvfp4-pack-quantized; 'num_bits': 4, 'strategy': 'tensor_group', 'group_size': 16",
                "MXFP4A16; mxfp4-pack-quantized; 'num_bits': 4, 'strategy': 'group', 'group_size': 32",
                "MXFP8A16; mxfp8-quantized; 'num_bits': 8, 'strategy': 'group', 'group_size': 32"
            })
    void compressedTensorsAreDecodedRowByRow(String scheme, String format, String arguments) {
        for (DataType dtype : List.of(DataType.BF16, DataType.F16, DataType.F32)) {
            for (int rows : new int[] {1, 33, 300}) {
                EncodedTensor encoded = EncodedTensor.of(scheme, weights(dtype, rows, 256));
                StoredModel model = new StoredModel().add(NAME, encoded);
                QuantizedSource source = model.open(String.format(CT, format, arguments), dtype);

                assertThat(source.tensors()).hasSize(1);
                // Of two schemes that store the same, the one with parameters.
                assertThat(spelling(source))
                        .isEqualTo(encoded.scheme().spelling().replace("_ASYM", "(symmetric=false)"));
                StoredTensor expected = narrowed(dtype, 256, encoded.decoded());
                for (int tile : new int[] {128, 1000, 100_000}) {
                    assertThat(model.decoded(source, NAME, tile).bytes())
                            .as("%s, %s, %d rows", scheme, dtype, rows)
                            .isEqualTo(expected.bytes());
                }
            }
        }
    }

    private static String spelling(QuantizedSource source) {
        return source.quantized().values().iterator().next().spelling();
    }

    @Test
    void longRowsAreDecodedInBlocksThatKeepZeroPointsTogether() {
        EncodedTensor encoded = EncodedTensor.of("W4A16_ASYM", weights(DataType.BF16, 70, 9216));
        StoredModel model = new StoredModel().add(NAME, encoded);
        QuantizedSource source = model.open(
                String.format(CT, "pack-quantized", "'num_bits': 4, 'group_size': 128, 'symmetric': false"),
                DataType.BF16);
        assertThat(model.decoded(source, NAME, 16384).bytes())
                .isEqualTo(narrowed(DataType.BF16, 9216, encoded.decoded()).bytes());
        assertThat(source.quantized().values().iterator().next().storedBytes()).isLessThan(70L * 9216);
    }

    @ParameterizedTest
    @CsvSource({"F32", "BF16", "F16"})
    void publishedFloatsAreDecodedWhateverTypeTheirScalesHave(DataType scales) {
        EncodedTensor encoded = EncodedTensor.of("FP8_BLOCK_INV", weights(DataType.F32, 300, 200));
        StoredTensor narrow = narrowed(
                scales, 2, new StoredTensor(DataType.F32, Shape.of(3, 2), encoded.part("weight_scale_inv")).floats());
        EncodedTensor rescaled = new EncodedTensor(
                encoded.scheme(),
                encoded.source(),
                encoded.specs(),
                new byte[][] {
                    encoded.parts()[0],
                    narrowed(DataType.F32, 2, narrow.floats()).bytes()
                },
                0,
                null);
        StoredModel model = new StoredModel()
                .add("a.safetensors", NAME, DataType.F8_E4M3, Shape.of(300, 200), encoded.parts()[0])
                .add("b.safetensors", NAME + "_scale_inv", scales, Shape.of(3, 2), narrow.bytes());
        // Without a config, the names say it.
        QuantizedSource source = model.open("{}", DataType.BF16);
        assertThat(QuantizedSource.methodOf(StoredModel.json("{}"), model.tensors()))
                .isEqualTo("fp8");
        assertThat(model.decoded(source, NAME, 5000).bytes())
                .isEqualTo(narrowed(DataType.BF16, 200, rescaled.decoded()).bytes());
    }

    @Test
    void floatsWithOneScaleAreDecodedToo() {
        StoredModel model = new StoredModel()
                .add("a", "m.weight", DataType.F8_E4M3, Shape.of(1, 2), new byte[] {0x38, 0x40})
                .add("a", "m.weight_scale", DataType.F32, Shape.of(), floatBytes(0.5f))
                .add("a", "m.input_scale", DataType.F32, Shape.of(), floatBytes(3f));
        QuantizedSource source = model.open("{'quant_method': 'fp8'}", DataType.F32);
        assertThat(model.decoded(source, "m.weight", 2).floats()).containsExactly(0.5f, 1f);
        assertThat(source.leftOut()).extracting(CheckpointTensor::name).containsExactly("m.input_scale");
    }

    @Test
    void scalesThatArePowersOfTwoAreRead() {
        StoredModel model = new StoredModel()
                .add("a", "m.weight", DataType.F8_E4M3, Shape.of(1, 2), new byte[] {0x38, 0x40})
                .add("a", "m.weight_scale_inv", DataType.F8_E8M0, Shape.of(1, 1), new byte[] {126});
        QuantizedSource source = model.open("{'quant_method': 'fp8'}", DataType.F32);
        assertThat(model.decoded(source, "m.weight", 2).floats()).containsExactly(0.5f, 1f);
    }

    private static byte[] floatBytes(float value) {
        return ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat(value)
                .array();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "gptq_int4; gptq; 64; 256",
                "gptq_int4(group_size=32,symmetric=false); gptq; 64; 256",
                "gptq_int4(group_size=8); gptq; 24; 40",
                "gptq_int8; gptq; 64; 256",
                "awq_int4; awq; 64; 256",
                "awq_int4(group_size=64); awq; 64; 256",
                "awq_int4(group_size=8); awq; 24; 40"
            })
    void packedWordsAreDecodedInTheTypeOfTheirScales(String scheme, String method, int rows, int columns) {
        EncodedTensor encoded = EncodedTensor.of(scheme, weights(DataType.F16, rows, columns));
        StoredModel model = new StoredModel().add(NAME, encoded);
        QuantizedSource source = model.open("{'quant_method': '" + method + "', 'bits': 4}", DataType.F16);
        assertThat(source.tensors()).hasSize(1);
        assertThat(encoded.scheme().spelling()).startsWith(spelling(source));
        assertThat(model.decoded(source, NAME, 3000).bytes())
                .isEqualTo(narrowed(DataType.F16, columns, encoded.decoded()).bytes());
    }

    @Test
    void anOrderOfActivationsIsFollowed() {
        // Two rows of 16 columns; odd columns belong to group 1. Version 2 stores zero points as they are.
        int[] groups = new int[16];
        for (int i = 0; i < 16; i++) {
            groups[i] = i % 2;
        }
        StoredModel model = new StoredModel()
                .add("a", "m.qweight", DataType.I32, Shape.of(2, 8), ints(new int[16], 0x76543210))
                .add("a", "m.qzeros", DataType.I32, Shape.of(2, 1), ints(new int[2], 0x11111111))
                .add("a", "m.scales", DataType.F16, Shape.of(2, 8), scales())
                .add("a", "m.g_idx", DataType.I32, Shape.of(16), ints(groups, 0));
        QuantizedSource source =
                model.open("{'quant_method': 'gptq', 'bits': 4, 'checkpoint_format': 'gptq_v2'}", DataType.F32);
        float[] values = model.decoded(source, "m.weight", 128).floats();
        // Code i is i % 8; even columns have scale 1, odd ones scale 2.
        assertThat(values).startsWith(-1f, 0f, 1f, 4f, 3f, 8f, 5f, 12f, -1f, 0f);
        assertThat(values).hasSize(8 * 16);
    }

    /** The ints, each plus {@code more}. */
    private static byte[] ints(int[] values, int more) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        for (int value : values) {
            bytes.putInt(value + more);
        }
        return bytes.array();
    }

    private static byte[] scales() {
        float[] scales = new float[16];
        for (int i = 0; i < 16; i++) {
            scales[i] = i < 8 ? 1f : 2f;
        }
        return narrowed(DataType.F16, 8, scales).bytes();
    }

    @Test
    void modulesHaveTheSchemeOfTheirGroup() {
        StoredModel model = new StoredModel()
                .add("a.q_proj.weight", EncodedTensor.of("W8A16", weights(DataType.BF16, 8, 128)))
                .add("a.o_proj.weight", EncodedTensor.of("FP8_DYNAMIC", weights(DataType.BF16, 8, 128)))
                .add("rest", "a.norm.weight", DataType.BF16, Shape.of(2), new byte[4]);
        QuantizedSource source = model.open(
                "{'config_groups': {"
                        + "'x': {'targets': ['Linear'], 'format': 'float-quantized',"
                        + " 'weights': {'num_bits': 8, 'type': 'float', 'strategy': 'channel'}},"
                        + "'y': {'targets': ['re:.*q_proj$'], 'format': 'pack-quantized',"
                        + " 'weights': {'num_bits': 8, 'group_size': 128}}}}",
                DataType.BF16);
        assertThat(source.tensors())
                .extracting(CheckpointTensor::name)
                .containsExactly("a.q_proj.weight", "a.o_proj.weight", "a.norm.weight");
        assertThat(source.quantized()).hasSize(2);
        assertThat(source.leftOut()).extracting(CheckpointTensor::name).containsExactly("a.q_proj.weight_shape");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'quant_method': 'bitsandbytes'}",
                "{'bits': 4}",
                "{'quant_method': 'gptq', 'checkpoint_format': 'marlin'}",
                "{'quant_method': 'awq', 'version': 'gemv'}",
                "{'quant_method': 'compressed-tensors', 'config_groups': {}}"
            })
    void whatIsNotDecodedIsSaid(String config) {
        assertThatThrownBy(() -> new StoredModel().open(config, DataType.BF16))
                .isInstanceOf(InvalidRequestException.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '"',
            value = {
                "marlin-24; 'num_bits': 4, 'group_size': 128",
                "int-quantized; 'num_bits': 8, 'strategy': 'channel', 'symmetric': false",
                "int-quantized; 'num_bits': 6, 'strategy': 'channel'",
                "float-quantized; 'num_bits': 8, 'type': 'float', 'strategy': 'block', 'block_structure': [64, 64]",
                "float-quantized; 'num_bits': 8, 'type': 'float', 'strategy': 'token'"
            })
    void formatsThatAreNotDecodedAreNamed(String format, String arguments) {
        StoredModel model = new StoredModel().add(NAME, EncodedTensor.of("W8A8", weights(DataType.BF16, 8, 128)));
        assertThatThrownBy(() -> model.open(String.format(CT, format, arguments), DataType.BF16))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining(format);
    }

    @Test
    void modulesThatNoGroupNamesAreRefused() {
        StoredModel model = new StoredModel().add(NAME, EncodedTensor.of("W8A8", weights(DataType.BF16, 8, 128)));
        assertThatThrownBy(() -> model.open(
                        "{'format': 'int-quantized', 'config_groups': {'x': {'targets': ['other'], 'weights': {}}}}",
                        DataType.BF16))
                .hasMessageContaining("up_proj");
    }

    /** Nothing is wrong with such a file. */
    @Test
    void anOrderOfActivationsIsRefused() {
        StoredModel ordered = new StoredModel()
                .add("f", "m.weight_packed", DataType.I32, Shape.of(2, 16), new byte[128])
                .add("f", "m.weight_scale", DataType.BF16, Shape.of(2, 1), new byte[4])
                .add("f", "m.weight_g_idx", DataType.I32, Shape.of(128), new byte[512]);
        String packed = String.format(CT, "pack-quantized", "'num_bits': 4, 'group_size': 128");
        assertThatThrownBy(() -> ordered.open(packed, DataType.BF16))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("Tensor m.weight_packed has its columns in an order of activations");
    }

    @Test
    void partsThatDoNotFitAreMalformed() {
        String packed = String.format(CT, "pack-quantized", "'num_bits': 4, 'group_size': 128");
        refused(
                packed,
                "there is no m.weight_scale",
                new StoredModel().add("f", "m.weight_packed", DataType.I32, Shape.of(2, 16), new byte[128]));
        refused(
                packed,
                "instead of I32 [2, 32]",
                new StoredModel()
                        .add("f", "m.weight_packed", DataType.I32, Shape.of(2, 16), new byte[128])
                        .add("f", "m.weight_scale", DataType.BF16, Shape.of(2, 2), new byte[8]));
        refused(
                String.format(CT, "pack-quantized", "'num_bits': 4, 'strategy': 'channel'"),
                "weight_shape",
                new StoredModel()
                        .add("f", "m.weight_packed", DataType.I32, Shape.of(2, 16), new byte[128])
                        .add("f", "m.weight_scale", DataType.BF16, Shape.of(2, 1), new byte[4])
                        .add("f", "m.weight_shape", DataType.I64, Shape.of(2), new byte[16]));
        refused(
                "{'quant_method': 'gptq'}",
                "no matrix",
                new StoredModel().add("f", "m.qweight", DataType.F32, Shape.of(2, 16), new byte[128]));
        refused(
                "{'quant_method': 'gptq'}",
                "do not hold 7 columns",
                new StoredModel()
                        .add("f", "m.qweight", DataType.I32, Shape.of(2, 8), new byte[64])
                        .add("f", "m.qzeros", DataType.I32, Shape.of(1, 1), new byte[4])
                        .add("f", "m.scales", DataType.F16, Shape.of(1, 8), new byte[16])
                        .add("f", "m.g_idx", DataType.I32, Shape.of(7), new byte[28]));
        refused(
                "{'quant_method': 'awq'}",
                "scales for a matrix",
                new StoredModel()
                        .add("f", "m.qweight", DataType.I32, Shape.of(16, 1), new byte[64])
                        .add("f", "m.qzeros", DataType.I32, Shape.of(1, 1), new byte[4])
                        .add("f", "m.scales", DataType.F16, Shape.of(0, 8), new byte[0]));
        refused(
                "{'quant_method': 'fp8'}",
                "dimensions",
                new StoredModel().add("f", "m.weight", DataType.F8_E4M3, Shape.of(4), new byte[4]));
    }

    private static void refused(String config, String reason, StoredModel model) {
        assertThatThrownBy(() -> model.open(config, DataType.BF16))
                .isInstanceOf(MalformedFileException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void widthsThatDoNotFillWordsAreRefused() {
        StoredModel model = new StoredModel()
                .add("f", "m.qweight", DataType.I32, Shape.of(3, 32), new byte[384])
                .add("f", "m.qzeros", DataType.I32, Shape.of(1, 3), new byte[12])
                .add("f", "m.scales", DataType.F16, Shape.of(1, 32), new byte[64]);
        assertThatThrownBy(() -> model.open("{'quant_method': 'gptq', 'bits': 3}", DataType.BF16))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("3 bits");
    }
}
