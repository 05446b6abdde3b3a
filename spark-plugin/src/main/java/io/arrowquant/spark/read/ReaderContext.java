package io.arrowquant.spark.read;

import io.arrowquant.spark.compat.Sessions;
import io.arrowquant.spark.metrics.PartitionRecords;
import java.io.Serializable;
import org.apache.spark.util.CollectionAccumulator;
import org.apache.spark.util.SerializableConfiguration;

/** What every reader of a scan needs on the executor. */
record ReaderContext(SerializableConfiguration configuration, CollectionAccumulator<String> sink)
        implements Serializable {
    static ReaderContext of(ScanRequest request) {
        return new ReaderContext(
                new SerializableConfiguration(Sessions.hadoopConfiguration(request.options())),
                PartitionRecords.of(Sessions.context()).sink());
    }
}
