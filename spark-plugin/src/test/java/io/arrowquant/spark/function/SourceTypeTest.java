package io.arrowquant.spark.function;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.arrowquant.error.InvalidRequestException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.UnsafeArrayData;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.unsafe.types.UTF8String;
import org.apache.spark.util.CollectionAccumulator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Structs of 16-bit weights are dequantized as such, without a Spark session. */
class SourceTypeTest {
    private static final int ROWS = 16;
    private static final int COLUMNS = 256;

    private static float[] weights() {
        Random random = new Random(9);
        float[] values = new float[ROWS * COLUMNS];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() * 0.02);
        }
        return values;
    }

    private static InternalRow quantize(String scheme, String dtype) {
        QuantizeCall call = new QuantizeCall(
                List.of(Arguments.WEIGHTS, Arguments.SCHEME, Arguments.DTYPE, Arguments.SHAPE),
                DataTypes.createArrayType(DataTypes.FloatType, false),
                new CollectionAccumulator<>());
        return call.newEvaluator().evaluate(new Object[] {
            UnsafeArrayData.fromPrimitiveArray(weights()),
            UTF8String.fromString(scheme),
            UTF8String.fromString(dtype),
            UnsafeArrayData.fromPrimitiveArray(new long[] {ROWS, COLUMNS})
        });
    }

    private static float[] dequantize(InternalRow struct) {
        DequantizeCall call = new DequantizeCall(List.of("quantized"), QuantizedFields.of(QuantizedStruct.TYPE));
        return call.newEvaluator().evaluate(new Object[] {struct}).toFloatArray();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "W4A16; BF16; true",
                "W4A16_ASYM(group_size=64); F16; true",
                "FP8_BLOCK; BF16; true",
                "NVFP4; BF16; true",
                "MXFP8A16; BF16; true",
                "nf4(nested=true); BF16; true",
                "fp4(block=128); F16; true",
                "nf4(nested=true); F32; false",
                "bnb_int8; BF16; true",
                "llm_int8; BF16; false",
                "gptq_int4; BF16; false",
                "awq_int4; F16; false",
                "Q4_K; BF16; false",
                "int4; BF16; false",
                "W4A16; F32; false"
            })
    void theStructSaysTheTypeWhereItMatters(String scheme, String dtype, boolean matters) {
        InternalRow struct = quantize(scheme, dtype);
        float[] values = weights();
        float[] decoded = dequantize(struct);
        double noise = 0;
        double signal = 0;
        for (int i = 0; i < values.length; i++) {
            noise += Math.pow(values[i] - decoded[i], 2);
            signal += Math.pow(values[i], 2);
        }
        assertThat(noise).isLessThan(signal / 40);
        String parts = struct.isNullAt(7) ? "" : struct.getMap(7).keyArray().toString();
        assertThat(struct.isNullAt(7) ? 0 : typesAmong(struct)).as(parts).isEqualTo(matters ? 1 : 0);
    }

    private static int typesAmong(InternalRow struct) {
        int found = 0;
        for (int i = 0; i < struct.getMap(7).numElements(); i++) {
            found += struct.getMap(7).keyArray().getUTF8String(i).toString().equals(ExtraParts.DTYPE) ? 1 : 0;
        }
        return found;
    }

    @ParameterizedTest
    @ValueSource(strings = {"BF17", ""})
    void aTypeThatIsNoneIsRefused(String name) {
        assertThatThrownBy(() -> ExtraParts.type(name.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("part dtype of the struct names no type of weights: '" + name + "'");
    }
}
