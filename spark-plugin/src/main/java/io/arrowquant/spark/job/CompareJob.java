package io.arrowquant.spark.job;

import io.arrowquant.checkpoint.CheckpointShard;
import io.arrowquant.checkpoint.CheckpointTensor;
import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.kernel.Tile;
import io.arrowquant.quality.ErrorStatistics;
import io.arrowquant.quality.ErrorSummary;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Measures how far the tensors of two sides are apart; the first side counts as the original. Rows of one side stream
 * through the tasks, which read the same ranges of the other from its files: nothing is shuffled. Only two tables, whose
 * rows cannot be looked up, are joined.
 */
final class CompareJob {
    /** What two sides have in common. */
    record Layer(TensorKey key, CompareSide.Tensor a, CompareSide.Tensor b, ErrorSummary errors) {}

    /** Layers, worst first, and what could not be compared, with the reason. */
    record Result(List<Layer> layers, List<String> onlyInA, List<String> onlyInB, List<String> different) {}

    private final CompareSide a;
    private final CompareSide b;
    private final Configuration configuration;

    CompareJob(CompareSide a, CompareSide b, Configuration configuration) {
        this.a = a;
        this.b = b;
        this.configuration = configuration;
    }

    Result run(String description) throws IOException {
        List<String> different = new ArrayList<>();
        Map<TensorKey, CompareSide.Tensor> common = new HashMap<>();
        for (Map.Entry<TensorKey, CompareSide.Tensor> entry : a.tensors().entrySet()) {
            CompareSide.Tensor other = b.tensors().get(entry.getKey());
            String difference = other == null ? null : difference(entry.getValue(), other);
            if (difference != null) {
                different.add(name(entry.getKey()) + ": " + difference);
            } else if (other != null) {
                common.put(entry.getKey(), entry.getValue());
            }
        }
        List<Layer> layers = new ArrayList<>();
        if (!common.isEmpty()) {
            Map<TensorKey, ErrorStatistics> measured = measure(common, description);
            for (TensorKey key : common.keySet()) {
                CompareSide.Tensor left = a.tensors().get(key);
                ErrorStatistics statistics = measured.getOrDefault(key, new ErrorStatistics());
                requireWhole(key, left, statistics);
                layers.add(new Layer(key, left, b.tensors().get(key), statistics.summary()));
            }
        }
        layers.sort(Comparator.<Layer>comparingDouble(layer -> layer.errors().cosine())
                .thenComparingDouble(layer -> -layer.errors().mse())
                .thenComparing(Layer::key));
        return new Result(layers, missing(a, b), missing(b, a), different);
    }

    private static String difference(CompareSide.Tensor left, CompareSide.Tensor right) {
        if (!left.shape().equals(right.shape())) {
            return "shape " + left.shape() + " and " + right.shape();
        }
        if (!left.dtype().isReadableAsFloat() || !right.dtype().isReadableAsFloat()) {
            return "types " + left.label() + " and " + right.label() + " are not both numbers";
        }
        return null;
    }

    private static List<String> missing(CompareSide from, CompareSide in) {
        List<String> names = new ArrayList<>();
        for (TensorKey key : from.tensors().keySet()) {
            if (!in.tensors().containsKey(key)) {
                names.add(name(key));
            }
        }
        return names;
    }

    static String name(TensorKey key) {
        return key.file().isEmpty() ? key.layerName() : key.file() + "/" + key.layerName();
    }

    private static void requireWhole(TensorKey key, CompareSide.Tensor tensor, ErrorStatistics statistics) {
        if (statistics.count() != tensor.shape().elements()) {
            throw new InvalidRequestException(
                    "The two tables cut layer '" + name(key) + "' at different elements, so its rows cannot be paired",
                    "Compare each table with the original checkpoint");
        }
    }

    private Map<TensorKey, ErrorStatistics> measure(Map<TensorKey, CompareSide.Tensor> common, String description) {
        try (SparkRun run = SparkRun.begin(description)) {
            List<LayerErrors> parts;
            if (a.isTable() && b.isTable()) {
                parts = joined(run);
            } else {
                CompareSide streamed = b.isTable() || !a.isTable() ? b : a;
                CompareSide looked = streamed == b ? a : b;
                ReferenceReader.Directory directory = directory(looked, common);
                boolean originalIsLooked = looked == a;
                SerializableConfiguration shipped = new SerializableConfiguration(configuration);
                FlatMapFunction<Iterator<InternalRow>, LayerErrors> measure =
                        rows -> lookUp(rows, directory, shipped.value(), originalIsLooked);
                parts = collect(streamed.rows(run.session()), measure);
            }
            return LayerErrors.merge(parts);
        }
    }

    private static List<LayerErrors> collect(
            Dataset<Row> rows, FlatMapFunction<Iterator<InternalRow>, LayerErrors> measure) {
        return new ArrayList<>(
                rows.queryExecution().toRdd().toJavaRDD().mapPartitions(measure).collect());
    }

    private static ReferenceReader.Directory directory(CompareSide side, Map<TensorKey, CompareSide.Tensor> common) {
        HashMap<TensorKey, CheckpointTensor> tensors = new HashMap<>();
        for (TensorKey key : common.keySet()) {
            tensors.put(key, side.tensors().get(key).checkpoint());
        }
        HashMap<String, ReferenceReader.SourceFile> files = new HashMap<>();
        for (CheckpointShard shard : side.checkpoint().shards()) {
            files.put(
                    shard.file(),
                    new ReferenceReader.SourceFile(
                            shard.source().entry().path(),
                            shard.source().entry().name(),
                            shard.source().entry().size(),
                            shard.source().entry().modifiedMillis()));
        }
        return new ReferenceReader.Directory(tensors, files);
    }

    private static Iterator<LayerErrors> lookUp(
            Iterator<InternalRow> rows,
            ReferenceReader.Directory directory,
            Configuration configuration,
            boolean originalIsLooked)
            throws IOException {
        Map<TensorKey, ErrorStatistics> errors = new HashMap<>();
        try (ReferenceReader reader = new ReferenceReader(directory, configuration)) {
            while (rows.hasNext()) {
                InternalRow row = rows.next();
                TensorKey key = key(row);
                if (reader.has(key) && !row.isNullAt(4)) {
                    float[] streamed = row.getArray(4).toFloatArray();
                    long start = row.getLong(2);
                    Tile looked = reader.read(key, start, streamed.length);
                    float[] floats = looked.floats();
                    ErrorStatistics layer = errors.computeIfAbsent(key, unused -> new ErrorStatistics());
                    if (originalIsLooked) {
                        layer.add(floats, looked.floatOffset(), streamed, 0, streamed.length, start);
                    } else {
                        layer.add(streamed, 0, floats, looked.floatOffset(), streamed.length, start);
                    }
                }
            }
        }
        return LayerErrors.of(errors);
    }

    private List<LayerErrors> joined(SparkRun run) {
        Dataset<Row> right = b.rows(run.session()).withColumnRenamed("weights", "other");
        Dataset<Row> pairs = a.rows(run.session())
                .join(right, new String[] {"component", "layer_name", "element_start", "element_count"}, "inner")
                .select("component", "layer_name", "element_start", "element_count", "weights", "other");
        return collect(pairs, CompareJob::pairs);
    }

    private static Iterator<LayerErrors> pairs(Iterator<InternalRow> rows) {
        Map<TensorKey, ErrorStatistics> errors = new HashMap<>();
        while (rows.hasNext()) {
            InternalRow row = rows.next();
            if (!row.isNullAt(4) && !row.isNullAt(5)) {
                float[] original = row.getArray(4).toFloatArray();
                float[] other = row.getArray(5).toFloatArray();
                errors.computeIfAbsent(key(row), unused -> new ErrorStatistics())
                        .add(original, 0, other, 0, original.length, row.getLong(2));
            }
        }
        return LayerErrors.of(errors);
    }

    private static TensorKey key(InternalRow row) {
        return new TensorKey(
                row.getUTF8String(0).toString(), row.getUTF8String(1).toString());
    }
}
