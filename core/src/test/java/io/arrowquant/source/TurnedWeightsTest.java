package io.arrowquant.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.arrowquant.checkpoint.CheckpointTensor;
import io.arrowquant.kernel.Tile;
import io.arrowquant.scheme.ElementSource;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import io.arrowquant.tensor.TensorInfo;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TurnedWeightsTest {
    private static final int ROWS = 37;
    private static final int COLUMNS = 5;

    @ParameterizedTest
    @EnumSource(names = {"BF16", "F16", "F32"})
    void rowsAreTheColumnsByteForByte(DataType dtype) throws IOException {
        int width = dtype.bytes();
        byte[] stored = new byte[ROWS * COLUMNS * width];
        new Random(7).nextBytes(stored);
        for (int i = width - 1; i < stored.length; i += width) {
            stored[i] &= 0x3f; // neither infinite nor no number
        }
        byte[] expected = new byte[stored.length];
        for (int row = 0; row < ROWS; row++) {
            for (int column = 0; column < COLUMNS; column++) {
                System.arraycopy(
                        stored, (row * COLUMNS + column) * width, expected, (column * ROWS + row) * width, width);
            }
        }
        CheckpointTensor source = new CheckpointTensor(
                "model.safetensors", new TensorInfo("c_fc.weight", dtype, Shape.of(ROWS, COLUMNS), 0, stored.length));
        QuantizedTensor turned = TurnedWeights.of(source, dtype);
        assertThat(turned.info().shape()).isEqualTo(Shape.of(COLUMNS, ROWS));
        assertThat(turned.parts()).containsExactly(source);

        ElementSource elements = turned.elements((part, offset, target, at, length) ->
                System.arraycopy(stored, Math.toIntExact(offset), target, at, length));
        Tile tile = new Tile();
        for (int start : new int[] {0, 3, ROWS + 1}) {
            int count = ROWS * COLUMNS - start;
            elements.read(start, count, tile);
            assertThat(Arrays.copyOfRange(tile.bytes(), tile.byteOffset(), tile.byteOffset() + count * width))
                    .isEqualTo(Arrays.copyOfRange(expected, start * width, (start + count) * width));
        }
    }
}
