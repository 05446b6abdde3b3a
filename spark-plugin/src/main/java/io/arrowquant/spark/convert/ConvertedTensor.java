package io.arrowquant.spark.convert;

import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import java.io.Serializable;
import java.util.List;

/** What became of a tensor. Its errors go with the records of the task. */
public record ConvertedTensor(List<Output> outputs) implements Serializable {
    /** A tensor of the new file; {@code checksum} is the CRC32C of its bytes. */
    public record Output(String name, DataType dtype, Shape shape, int checksum) implements Serializable {
        public long bytes() {
            return dtype.byteLength(shape.elements());
        }
    }
}
