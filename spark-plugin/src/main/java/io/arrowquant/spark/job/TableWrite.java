package io.arrowquant.spark.job;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;

import io.arrowquant.recipe.PlannedTensor;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;

/** The queries that make the table: one for each group of tensors that are treated alike. */
final class TableWrite {
    /** Sizes that keep what a Parquet writer holds far below the heap, and what its readers hold as well. */
    private static final Map<String, String> PARQUET = Map.of(
            "parquet.block.size", Integer.toString(16 << 20),
            "parquet.page.size", Integer.toString(1 << 20),
            // Rows are megabytes long: look at the size after every one, not after the usual hundred.
            "parquet.page.size.row.check.min", "1",
            "parquet.page.size.row.check.max", "4",
            // Codes neither repeat nor compress.
            "parquet.enable.dictionary", "false",
            "compression", "none",
            "mapreduce.fileoutputcommitter.marksuccessfuljobs", "false");

    /** Without the scheme, which is the directory's name, as tables with partitions have it. */
    private static final List<String> COLUMNS = List.of(
            "layer_name",
            "quantized_data",
            "scales",
            "zero_points",
            "shape",
            "bit_width",
            "group_size",
            "element_start",
            "element_count",
            "dtype",
            "file");

    private final SparkSession session;
    private final JobPlan plan;

    TableWrite(SparkSession session, JobPlan plan) {
        this.session = session;
        this.plan = plan;
    }

    /** Reads, quantizes and writes the tensors of a group. */
    void write(WriteGroup group, String directory) {
        Dataset<Row> stored = read(group);
        Dataset<Row> rows = group.scheme() == null ? kept(stored, group) : quantized(stored, group);
        rows.select(COLUMNS.stream().map(name -> col(name)).toArray(Column[]::new))
                .write()
                .mode(SaveMode.Append)
                .options(PARQUET)
                .parquet(directory);
    }

    private Dataset<Row> read(WriteGroup group) {
        DataFrameReader reader = session.read()
                .format("safetensors")
                .option("maxPartitionBytes", Long.toString(plan.request().maxPartitionBytes()))
                .option("groupSize", Long.toString(group.groupSize()))
                .option("wholeTensors", Boolean.toString(group.whole()));
        Dataset<Row> all = reader.load(plan.request().input());
        Column condition = condition(group);
        return condition == null ? all : all.where(condition);
    }

    /** Tensors that stay as they are: their bytes, in the columns of the others. */
    private static Dataset<Row> kept(Dataset<Row> stored, WriteGroup group) {
        Column none = lit(new float[0]);
        return stored.withColumn("quantized_data", col("data"))
                .withColumn("scales", none)
                .withColumn("zero_points", none)
                .withColumn("bit_width", lit(group.dtype().bits()))
                .withColumn("group_size", lit(0));
    }

    private Dataset<Row> quantized(Dataset<Row> stored, WriteGroup group) {
        String layer = plan.hasUniqueNames() ? "layer_name" : "concat(file, ':', layer_name)";
        String call = String.format(
                Locale.ROOT,
                "quantize(weights, '%s', layer => %s, shape => shape, element_start => element_start, dtype => dtype,"
                        + " on_non_finite => '%s', quality => %s) AS q",
                group.scheme().spelling(),
                layer,
                plan.request().nonFinite().name().toLowerCase(Locale.ROOT),
                plan.request().quality());
        return stored.selectExpr("layer_name", "element_start", "element_count", "dtype", "file", call)
                .selectExpr(
                        "layer_name",
                        "q.quantized_data",
                        "q.scales",
                        "q.zero_points",
                        "q.shape",
                        "q.bit_width",
                        "q.group_size",
                        "element_start",
                        "element_count",
                        "dtype",
                        "file");
    }

    /** The filter that selects the group's tensors, or null when it has all; the reader answers it from headers. */
    private Column condition(WriteGroup group) {
        if (group.tensors().size() == plan.tensors().size() && plan.dropped().isEmpty()) {
            return null;
        }
        if (plan.hasUniqueNames()) {
            return named(group.tensors());
        }
        Map<String, Set<Object>> byFile = new LinkedHashMap<>();
        for (PlannedTensor tensor : group.tensors()) {
            byFile.computeIfAbsent(tensor.source().file(), unused -> new LinkedHashSet<>())
                    .add(tensor.source().name());
        }
        Column condition = lit(false);
        for (Map.Entry<String, Set<Object>> entry : byFile.entrySet()) {
            Column inFile = col("file").equalTo(entry.getKey());
            condition = condition.or(
                    inFile.and(col("layer_name").isin(entry.getValue().toArray())));
        }
        return condition;
    }

    /** By the names in the group or by those outside, whichever are fewer. */
    private Column named(List<PlannedTensor> inside) {
        Set<Object> names = new LinkedHashSet<>();
        for (PlannedTensor tensor : inside) {
            names.add(tensor.source().name());
        }
        if (names.size() * 2 <= plan.tensors().size()) {
            return col("layer_name").isin(names.toArray());
        }
        Set<Object> others = new LinkedHashSet<>();
        plan.dropped().forEach(tensor -> others.add(tensor.name()));
        for (PlannedTensor tensor : plan.tensors()) {
            if (!names.contains(tensor.source().name())) {
                others.add(tensor.source().name());
            }
        }
        return not(col("layer_name").isin(others.toArray()));
    }
}
