package io.arrowquant.spark.read;

import io.arrowquant.scheme.Scheme;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import io.arrowquant.tensor.TensorInfo;
import java.io.Serializable;
import java.util.List;

/**
 * A source tensor and what a quantizing scan emits for it.
 *
 * @param file the index of its file among those of the partition
 * @param scheme how it is quantized, or null when it is emitted as it is stored
 * @param outputs the emitted tensors that the query's filters let through
 */
record QuantizedTensor(int file, TensorInfo tensor, Scheme scheme, List<Output> outputs) implements Serializable {
    /** The part number of a tensor that is emitted as stored. */
    static final int AS_STORED = -1;

    /**
     * An emitted tensor.
     *
     * @param part which part of the scheme's result it is
     * @param isBound whether the shape is only the largest possible: the true one is known after encoding
     */
    record Output(String name, DataType dtype, Shape shape, int part, boolean isBound) implements Serializable {
        /** This output once its bytes are there. */
        Output written(long bytes) {
            return isBound ? new Output(name, dtype, Shape.of(bytes * Byte.SIZE / dtype.bits()), part, false) : this;
        }

        long bytes() {
            return dtype.byteLength(shape.elements());
        }

        long rows() {
            long bytes = bytes();
            return bytes == 0 ? 1 : (bytes - 1) / QuantizedReader.PIECE_BYTES + 1;
        }
    }

    /** True when an output's shape is known only after encoding. */
    boolean hasBounds() {
        for (Output output : outputs) {
            if (output.isBound()) {
                return true;
            }
        }
        return false;
    }

    Output output(int part) {
        for (Output output : outputs) {
            if (output.part() == part) {
                return output;
            }
        }
        return null;
    }
}
