package io.arrowquant.source;

import io.arrowquant.checkpoint.CheckpointTensor;
import io.arrowquant.kernel.Kernels;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import io.arrowquant.tensor.TensorInfo;
import java.io.IOException;
import java.util.List;

/**
 * Matrices that are stored with a row for each input, seen with a row for each output. Since a row then lies scattered over
 * the whole tensor, that is held while it is read: at most some hundred megabytes in the families that have such weights.
 */
public final class TurnedWeights {
    private TurnedWeights() {}

    /** The matrix turned round, its values rounded to a type. Nothing is read yet. */
    public static QuantizedTensor of(CheckpointTensor stored, DataType dtype) {
        TensorInfo info = stored.info();
        Shape turned = Shape.of(info.shape().columns(), info.shape().rows());
        return new QuantizedTensor(info.name(), dtype, turned, List.of(stored), new Turning());
    }

    private record Turning() implements Decoding {
        @Override
        public String spelling() {
            return "turned";
        }

        @Override
        public RowDecoder open(QuantizedTensor tensor, PartReader reader) {
            return new Columns(tensor.parts().get(0).info(), reader);
        }
    }

    /** Columns of the stored matrix as rows. */
    private static final class Columns implements RowDecoder {
        private final PartReader reader;
        private final DataType dtype;
        private final int storedRows;
        private final int storedColumns;
        private byte[] stored;
        private float[] piece = new float[0];

        Columns(TensorInfo stored, PartReader reader) {
            this.reader = reader;
            this.dtype = stored.dtype();
            this.storedRows = Math.toIntExact(stored.shape().rows());
            this.storedColumns = Math.toIntExact(stored.shape().columns());
        }

        @Override
        public int rowsTogether() {
            return 1;
        }

        @Override
        public void decode(long firstRow, int rows, float[] values) throws IOException {
            if (stored == null) {
                byte[] whole = new byte[Math.toIntExact(dtype.byteLength((long) storedRows * storedColumns))];
                reader.read(0, 0, whole, 0, whole.length);
                stored = whole;
            }
            if (piece.length < rows) {
                piece = new float[rows];
            }
            for (int column = 0; column < storedRows; column++) {
                int at = Math.toIntExact(dtype.byteLength((long) column * storedColumns + firstRow));
                Kernels.get().widening().widen(dtype, stored, at, piece, 0, rows);
                for (int row = 0; row < rows; row++) {
                    values[row * storedRows + column] = piece[row];
                }
            }
        }
    }
}
