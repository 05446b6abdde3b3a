package io.arrowquant.spark.job;

import io.arrowquant.checkpoint.Checkpoint;
import io.arrowquant.checkpoint.CheckpointTensor;
import io.arrowquant.spark.read.CheckpointLoader;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** One of two things to compare: a checkpoint, or the table of a quantize job. */
final class CompareSide {
    /** The component of a checkpoint that a tensor's file lies in; files themselves may be cut differently. */
    static final String COMPONENT = "regexp_replace(file, '/?[^/]*$', '')";

    /**
     * A tensor of a side.
     *
     * @param label how it is stored: its type or its scheme
     * @param checkpoint where to read it, or null in a table
     */
    record Tensor(Shape shape, DataType dtype, String label, CheckpointTensor checkpoint) {}

    private final String path;
    private final Checkpoint checkpoint;
    private final Map<TensorKey, Tensor> tensors = new LinkedHashMap<>();

    private CompareSide(String path, Checkpoint checkpoint) {
        this.path = path;
        this.checkpoint = checkpoint;
    }

    static CompareSide open(String path, Configuration configuration) throws IOException {
        OutputFolder table = OutputFolder.find(path, configuration);
        if (table != null && table.isTable()) {
            CompareSide side = new CompareSide(table.place().path(), null);
            for (Report.Tensor tensor : table.report().tensors()) {
                Shape shape = Shape.of(
                        tensor.shape().stream().mapToLong(Long::longValue).toArray());
                side.tensors.put(
                        key(tensor.file(), tensor.layerName()),
                        new Tensor(shape, DataType.of(tensor.dtype()), tensor.scheme(), null));
            }
            return side;
        }
        Checkpoint checkpoint = CheckpointLoader.load(path, configuration);
        CompareSide side = new CompareSide(path, checkpoint);
        for (CheckpointTensor tensor : checkpoint.tensors()) {
            side.tensors.put(
                    key(tensor.file(), tensor.name()),
                    new Tensor(
                            tensor.info().shape(),
                            tensor.info().dtype(),
                            tensor.info().dtype().name(),
                            tensor));
        }
        return side;
    }

    private static TensorKey key(String file, String name) {
        return new TensorKey(DequantizeJob.component(file), name);
    }

    boolean isTable() {
        return checkpoint == null;
    }

    Checkpoint checkpoint() {
        return checkpoint;
    }

    /** By component and name. */
    Map<TensorKey, Tensor> tensors() {
        return tensors;
    }

    /** All pieces with their values: component, layer_name, element_start, element_count, weights. */
    Dataset<Row> rows(SparkSession session) {
        Dataset<Row> rows = isTable()
                ? TableRows.of(session, path)
                : session.read().format("safetensors").load(path);
        String weights = isTable()
                // Kept tensors may be of types that are no numbers.
                ? "CASE WHEN dtype NOT IN (" + unreadable() + ") THEN " + TableRows.DEQUANTIZED + " END AS weights"
                : "weights";
        return rows.selectExpr(COMPONENT + " AS component", "layer_name", "element_start", "element_count", weights);
    }

    private static String unreadable() {
        StringBuilder names = new StringBuilder();
        for (DataType type : DataType.values()) {
            if (!type.isReadableAsFloat()) {
                names.append(names.isEmpty() ? "'" : ", '").append(type).append('\'');
            }
        }
        return names.toString();
    }
}
