package io.arrowquant.spark.job;

import io.arrowquant.kernel.Tile;
import io.arrowquant.quality.ErrorStatistics;
import io.arrowquant.spark.compat.ClusterWork;
import io.arrowquant.tensor.DataType;
import java.io.IOException;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Compares where a side is a table. Its rows stream through the tasks, which read the same ranges of a model from its files:
 * nothing is shuffled. Only two tables, whose rows cannot be looked up, are joined.
 */
final class TableComparison {
    /** The component of a checkpoint that a tensor's file lies in; files themselves may be cut differently. */
    private static final String COMPONENT = "regexp_replace(file, '/?[^/]*$', '')";

    private final SparkSession session;

    TableComparison(SparkSession session) {
        this.session = session;
    }

    /** Of a table and a model; {@code modelIsOriginal} says which of them counts as the original. */
    List<LayerErrors> withModel(
            CompareSide table, ComparedModel model, boolean modelIsOriginal, Configuration configuration) {
        SerializableConfiguration shipped = new SerializableConfiguration(configuration);
        ExpertRows experts = table.experts();
        return collect(rows(table), rows -> lookUp(rows, model, experts, shipped.value(), modelIsOriginal));
    }

    /** Of two tables. */
    List<LayerErrors> ofTables(CompareSide a, CompareSide b) {
        Dataset<Row> right = rows(b).withColumnRenamed("weights", "other");
        Dataset<Row> pairs = rows(a).join(
                        right, new String[] {"component", "layer_name", "element_start", "element_count"}, "inner")
                .select("component", "layer_name", "element_start", "element_count", "weights", "other");
        return collect(pairs, TableComparison::pairs);
    }

    /** All pieces with their values: component, layer_name, element_start, element_count, weights. */
    private Dataset<Row> rows(CompareSide table) {
        // Kept tensors may be of types that are no numbers.
        String weights =
                "CASE WHEN dtype NOT IN (" + unreadable() + ") THEN " + TableRows.DEQUANTIZED + " END AS weights";
        return TableRows.of(session, table.path())
                .selectExpr(COMPONENT + " AS component", "layer_name", "element_start", "element_count", weights);
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

    private static List<LayerErrors> collect(
            Dataset<Row> rows, Function<Iterator<InternalRow>, List<LayerErrors>> measure) {
        return LayerErrors.all(ClusterWork.ofPartitions(rows.queryExecution().toRdd(), measure));
    }

    private static List<LayerErrors> lookUp(
            Iterator<InternalRow> rows,
            ComparedModel model,
            ExpertRows experts,
            Configuration configuration,
            boolean modelIsOriginal)
            throws IOException {
        Map<TensorKey, ErrorStatistics> errors = new HashMap<>();
        try (ModelReader reader = new ModelReader(model, configuration, (bytes, nanos) -> {})) {
            while (rows.hasNext()) {
                InternalRow row = rows.next();
                List<ExpertRows.Expert> compared = experts.of(key(row));
                // Of experts one that is not compared does not tell of the others.
                if (!row.isNullAt(4) && compared.stream().anyMatch(expert -> reader.has(expert.key()))) {
                    float[] streamed = row.getArray(4).toFloatArray();
                    for (ExpertRows.Expert expert : compared) {
                        if (reader.has(expert.key())) {
                            ErrorStatistics layer =
                                    errors.computeIfAbsent(expert.key(), unused -> new ErrorStatistics());
                            add(layer, reader, expert, streamed, row.getLong(2), modelIsOriginal);
                        }
                    }
                }
            }
        }
        return LayerErrors.of(errors);
    }

    /** Adds what is there of an expert in a row that begins at element {@code start} of the table's tensor. */
    private static void add(
            ErrorStatistics layer,
            ModelReader reader,
            ExpertRows.Expert expert,
            float[] streamed,
            long start,
            boolean modelIsOriginal)
            throws IOException {
        long from = Math.max(start, expert.start());
        long to = Math.min(start + streamed.length, expert.start() + expert.elements());
        if (from >= to) {
            return;
        }
        int count = Math.toIntExact(to - from);
        int at = Math.toIntExact(from - start);
        Tile looked = reader.read(expert.key(), from - expert.start(), count);
        float[] floats = looked.floats();
        if (modelIsOriginal) {
            layer.add(floats, looked.floatOffset(), streamed, at, count, from - expert.start());
        } else {
            layer.add(streamed, at, floats, looked.floatOffset(), count, from - expert.start());
        }
    }

    private static List<LayerErrors> pairs(Iterator<InternalRow> rows) {
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
