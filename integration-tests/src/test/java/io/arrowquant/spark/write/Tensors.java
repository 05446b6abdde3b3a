package io.arrowquant.spark.write;

import io.arrowquant.checkpoint.Checkpoint;
import io.arrowquant.checkpoint.CheckpointTensor;
import io.arrowquant.storage.LocalStorage;
import io.arrowquant.storage.RangeReader;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Tensors as test data: made up, turned into rows, and read back. */
final class Tensors {
    static final StructType SCHEMA = new StructType()
            .add("layer_name", DataTypes.StringType)
            .add("dtype", DataTypes.StringType)
            .add("shape", DataTypes.createArrayType(DataTypes.LongType))
            .add("element_start", DataTypes.LongType)
            .add("element_count", DataTypes.LongType)
            .add("data", DataTypes.BinaryType);

    private Tensors() {}

    /** A whole tensor. */
    record Tensor(String name, DataType dtype, Shape shape, byte[] data) {
        /** One row with everything. */
        Row row() {
            return row(0, shape.elements());
        }

        Row row(long start, long count) {
            int from = (int) dtype.byteLength(start);
            byte[] bytes = Arrays.copyOfRange(data, from, from + (int) dtype.byteLength(count));
            return RowFactory.create(name, dtype.name(), boxed(shape), start, count, bytes);
        }

        List<Row> pieces(long elements) {
            List<Row> rows = new ArrayList<>();
            for (long start = 0; start < shape.elements(); start += elements) {
                rows.add(row(start, Math.min(elements, shape.elements() - start)));
            }
            return rows;
        }
    }

    static Tensor tensor(String name, DataType dtype, long... dimensions) {
        Shape shape = Shape.of(dimensions);
        byte[] data = new byte[(int) dtype.byteLength(shape.elements())];
        new Random(name.hashCode()).nextBytes(data);
        return new Tensor(name, dtype, shape, data);
    }

    static Long[] boxed(Shape shape) {
        Long[] dimensions = new Long[shape.rank()];
        for (int i = 0; i < dimensions.length; i++) {
            dimensions[i] = shape.dimension(i);
        }
        return dimensions;
    }

    /** Everything a checkpoint holds, by name: dtype, shape and a digest of the bytes. */
    static Map<String, String> contentOf(Path checkpoint) throws IOException {
        Map<String, String> content = new TreeMap<>();
        for (CheckpointTensor tensor :
                Checkpoint.open(LocalStorage.INSTANCE, checkpoint.toString()).tensors()) {
            byte[] bytes = new byte[(int) tensor.info().byteLength()];
            try (RangeReader reader =
                    LocalStorage.INSTANCE.open(checkpoint.resolve(tensor.file()).toString())) {
                reader.readFully(tensor.info().offset(), bytes, 0, bytes.length);
            }
            content.put(
                    tensor.name(), describe(tensor.info().dtype(), tensor.info().shape(), bytes));
        }
        return content;
    }

    /** Where each tensor begins in its file. */
    static Map<String, Long> offsetsOf(Path checkpoint) throws IOException {
        Map<String, Long> offsets = new TreeMap<>();
        for (CheckpointTensor tensor :
                Checkpoint.open(LocalStorage.INSTANCE, checkpoint.toString()).tensors()) {
            offsets.put(tensor.name(), tensor.info().offset());
        }
        return offsets;
    }

    /** What {@link #contentOf} is to answer. */
    static Map<String, String> contentOf(List<Tensor> tensors) {
        Map<String, String> content = new TreeMap<>();
        for (Tensor tensor : tensors) {
            content.put(tensor.name(), describe(tensor.dtype(), tensor.shape(), tensor.data()));
        }
        return content;
    }

    private static String describe(DataType dtype, Shape shape, byte[] bytes) {
        return dtype + " " + shape + " " + bytes.length + " " + Arrays.hashCode(bytes);
    }
}
