package io.arrowquant.spark.read;

import io.arrowquant.checkpoint.Checkpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.connector.expressions.filter.Predicate;
import org.apache.spark.sql.connector.read.Scan;
import org.apache.spark.sql.connector.read.ScanBuilder;
import org.apache.spark.sql.connector.read.SupportsPushDownRequiredColumns;
import org.apache.spark.sql.connector.read.SupportsPushDownV2Filters;
import org.apache.spark.sql.types.StructType;

/** Takes the columns and filters of a query, then reads the headers and makes the scan. */
final class SafetensorsScanBuilder implements ScanBuilder, SupportsPushDownRequiredColumns, SupportsPushDownV2Filters {
    private final String path;
    private final Map<String, String> options;
    private final ReadOptions readOptions;
    private StructType columns = ReadSchema.SCHEMA;
    private Predicate[] pushed = new Predicate[0];

    SafetensorsScanBuilder(String path, Map<String, String> options) {
        this.path = path;
        this.options = options;
        this.readOptions = ReadOptions.parse(options);
    }

    @Override
    public void pruneColumns(StructType required) {
        columns = required;
    }

    @Override
    public Predicate[] pushPredicates(Predicate[] predicates) {
        List<Predicate> ours = new ArrayList<>();
        List<Predicate> left = new ArrayList<>();
        for (Predicate predicate : predicates) {
            (TensorFilter.supports(predicate) ? ours : left).add(predicate);
        }
        pushed = ours.toArray(new Predicate[0]);
        return left.toArray(new Predicate[0]);
    }

    @Override
    public Predicate[] pushedPredicates() {
        return pushed;
    }

    @Override
    public Scan build() {
        Checkpoint checkpoint = CheckpointLoader.load(path, options);
        ScanRequest request = new ScanRequest(path, options, readOptions, columns, List.of(pushed));
        return readOptions.scheme() == null
                ? new SafetensorsScan(request, StoredPlan.of(checkpoint, request))
                : new SafetensorsScan(request, QuantizedPlan.of(checkpoint, request));
    }
}
