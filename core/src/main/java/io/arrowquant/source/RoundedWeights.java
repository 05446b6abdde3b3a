package io.arrowquant.source;

import io.arrowquant.checkpoint.CheckpointTensor;
import io.arrowquant.kernel.Kernels;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.TensorInfo;
import java.io.IOException;
import java.util.List;

/** Matrices that are stored in another type than a loader gives them before it quantizes, seen in that type. */
public final class RoundedWeights {
    private RoundedWeights() {}

    /** The matrix in a type of floats. Nothing is read yet. */
    public static QuantizedTensor of(CheckpointTensor stored, DataType dtype) {
        TensorInfo info = stored.info();
        return new QuantizedTensor(info.name(), dtype, info.shape(), List.of(stored), new Rounding());
    }

    private record Rounding() implements Decoding {
        @Override
        public String spelling() {
            return "rounded";
        }

        @Override
        public RowDecoder open(QuantizedTensor tensor, PartReader reader) {
            return new Rows(tensor.parts().get(0).info(), reader);
        }
    }

    private static final class Rows implements RowDecoder {
        private final PartReader reader;
        private final DataType dtype;
        private final long columns;
        private byte[] stored = new byte[0];

        Rows(TensorInfo stored, PartReader reader) {
            this.reader = reader;
            this.dtype = stored.dtype();
            this.columns = stored.shape().columns();
        }

        @Override
        public int rowsTogether() {
            return 1;
        }

        @Override
        public void decode(long firstRow, int rows, float[] values) throws IOException {
            int elements = Math.toIntExact(rows * columns);
            int bytes = Math.toIntExact(dtype.byteLength(elements));
            if (stored.length < bytes) {
                stored = new byte[bytes];
            }
            reader.read(0, dtype.byteLength(firstRow * columns), stored, 0, bytes);
            Kernels.get().widening().widen(dtype, stored, 0, values, 0, elements);
        }
    }
}
