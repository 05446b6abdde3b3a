package io.arrowquant.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.arrowquant.checkpoint.CheckpointTensor;
import io.arrowquant.kernel.Kernels;
import io.arrowquant.kernel.Tile;
import io.arrowquant.scheme.ElementSource;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import io.arrowquant.tensor.TensorInfo;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RoundedWeightsTest {
    private static final int ROWS = 411;
    private static final int COLUMNS = 1021;

    @ParameterizedTest
    @CsvSource({"F32, BF16", "F32, F16", "F16, BF16", "BF16, F16", "BF16, F32", "F64, BF16", "F8_E4M3, BF16"})
    void rowsAreThoseOfTheFileInTheOtherType(DataType from, DataType to) throws IOException {
        int elements = ROWS * COLUMNS;
        float[] values = new float[elements];
        Random random = new Random(3);
        for (int i = 0; i < elements; i++) {
            values[i] = (float) random.nextGaussian();
        }
        byte[] stored = new byte[elements * from.bytes()];
        Kernels.get().narrowing().narrow(values, 0, from, stored, 0, elements);
        Kernels.get().widening().widen(from, stored, 0, values, 0, elements);
        byte[] expected = new byte[elements * to.bytes()];
        Kernels.get().narrowing().narrow(values, 0, to, expected, 0, elements);

        CheckpointTensor source = new CheckpointTensor(
                "model.safetensors", new TensorInfo("up.weight", from, Shape.of(ROWS, COLUMNS), 0, stored.length));
        QuantizedTensor rounded = RoundedWeights.of(source, to);
        assertThat(rounded.decoded().info().dtype()).isEqualTo(to);
        assertThat(rounded.decoded().info().shape()).isEqualTo(source.info().shape());
        assertThat(rounded.parts()).containsExactly(source);
        assertThat(rounded.storedBytes()).isEqualTo(stored.length);

        ElementSource read = rounded.elements((part, offset, target, at, length) ->
                System.arraycopy(stored, Math.toIntExact(offset), target, at, length));
        Tile tile = new Tile();
        int width = to.bytes();
        // In order, as encoders read, and then back.
        for (int start : new int[] {0, 5, 300_000, COLUMNS + 1}) {
            int count = Math.min(elements - start, 20_000);
            read.read(start, count, tile);
            assertThat(Arrays.copyOfRange(tile.bytes(), tile.byteOffset(), tile.byteOffset() + count * width))
                    .isEqualTo(Arrays.copyOfRange(expected, start * width, (start + count) * width));
        }
    }
}
