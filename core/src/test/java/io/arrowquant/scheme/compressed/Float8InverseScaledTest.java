package io.arrowquant.scheme.compressed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.arrowquant.kernel.Float8;
import io.arrowquant.scheme.EncodedTensor;
import io.arrowquant.scheme.PartSpec;
import io.arrowquant.scheme.Scheme;
import io.arrowquant.scheme.SchemeCatalog;
import io.arrowquant.scheme.StoredTensor;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** FP8_BLOCK_INV: whatever the type of the weights, scales are single floats and so is the arithmetic. */
class Float8InverseScaledTest {
    private static final String NAME = "FP8_BLOCK_INV";
    private static final int SIDE = 128;
    private static final float LARGEST = 448f;

    private static StoredTensor weights(DataType type, int rows, int columns) {
        Random random = new Random(rows * 1000L + columns);
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() * 0.02);
        }
        return StoredTensor.of(type, columns, values);
    }

    private static float[] scales(EncodedTensor encoded) {
        byte[] bytes = encoded.part("weight_scale_inv");
        float[] scales = new float[bytes.length / Float.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(scales);
        return scales;
    }

    @Test
    void partsHaveTheNamesOfDeepSeek() {
        Scheme scheme = SchemeCatalog.parse(NAME);
        assertThat(scheme.parts(Shape.of(300, 130), DataType.BF16))
                .extracting(part -> part.nameFor("a.o_proj.weight"), PartSpec::dtype, PartSpec::shape)
                .containsExactly(
                        tuple("a.o_proj.weight", DataType.F8_E4M3, Shape.of(300, 130)),
                        tuple("a.o_proj.weight_scale_inv", DataType.F32, Shape.of(3, 2)));
    }

    /** The plain definition; blocks at the edges are smaller. */
    @ParameterizedTest
    @CsvSource({"BF16, 128, 128", "BF16, 300, 130", "BF16, 1, 1", "F16, 129, 257", "F32, 131, 127"})
    void everyBlockIsDividedByItsScale(DataType type, int rows, int columns) {
        StoredTensor source = weights(type, rows, columns);
        EncodedTensor encoded = EncodedTensor.of(NAME, source);
        float[] values = source.floats();
        byte[] codes = encoded.part("weight");
        float[] scales = scales(encoded);
        float[] decoded = encoded.decoded();
        int across = (columns + SIDE - 1) / SIDE;
        assertThat(scales).hasSize((rows + SIDE - 1) / SIDE * across);
        float[] largest = new float[scales.length];
        for (int i = 0; i < values.length; i++) {
            int block = block(i, columns, across);
            largest[block] = Math.max(largest[block], Math.abs(values[i]));
        }
        for (int i = 0; i < values.length; i++) {
            int block = block(i, columns, across);
            float scale = largest[block] / LARGEST;
            assertThat(scales[block]).isEqualTo(scale);
            float clamped = Math.max(-LARGEST, Math.min(LARGEST, values[i] / scale));
            assertThat(codes[i]).as("element %d", i).isEqualTo(Float8.toE4M3(clamped));
            assertThat(decoded[i]).isEqualTo(Float8.fromE4M3(codes[i]) * scale);
        }
    }

    private static int block(int element, int columns, int across) {
        return element / columns / SIDE * across + element % columns / SIDE;
    }

    /** 0.2 as bfloat16 over 448 is no bfloat16: the scale keeps all its bits. */
    @Test
    void scalesAreNotRoundedToTheTypeOfTheWeights() {
        StoredTensor source = StoredTensor.of(DataType.BF16, 2, 0.2f, -0.1f);
        float scale = scales(EncodedTensor.of(NAME, source))[0];
        assertThat(scale).isEqualTo(source.floats()[0] / LARGEST);
        assertThat(Float.floatToRawIntBits(scale) & 0xffff).isNotZero();
        assertThat(EncodedTensor.of("FP8_BLOCK", source).part("weight_scale")).hasSize(2);
    }

    @Test
    void blocksOfZerosHaveAScaleAllTheSame() {
        EncodedTensor encoded = EncodedTensor.of(NAME, StoredTensor.of(DataType.BF16, 4, new float[8]));
        assertThat(scales(encoded)[0]).isPositive();
        assertThat(encoded.decoded()).containsOnly(0f);
    }
}
