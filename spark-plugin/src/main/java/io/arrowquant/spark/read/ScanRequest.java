package io.arrowquant.spark.read;

import io.arrowquant.checkpoint.CheckpointTensor;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.connector.expressions.filter.Predicate;
import org.apache.spark.sql.types.StructType;

/** What a query wants of a checkpoint. Two scans with equal requests over equal files give the same rows. */
record ScanRequest(
        String path,
        Map<String, String> options,
        ReadOptions readOptions,
        StructType columns,
        List<Predicate> filters) {

    boolean accepts(String layerName, String dtype, String file) {
        TensorFilter.Subject subject = new TensorFilter.Subject(layerName, dtype, file);
        for (Predicate filter : filters) {
            if (!TensorFilter.test(filter, subject)) {
                return false;
            }
        }
        return true;
    }

    boolean accepts(CheckpointTensor tensor) {
        return accepts(tensor.info().name(), tensor.info().dtype().name(), tensor.file());
    }

    boolean needsData() {
        return ReadSchema.needsData(columns);
    }
}
