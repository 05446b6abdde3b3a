package io.arrowquant.spark.read;

import org.apache.spark.sql.connector.read.Batch;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.connector.read.PartitionReaderFactory;

/** The partitions of a scan and the factory of their readers. Equal when the scans are. */
final class SafetensorsBatch implements Batch {
    private final SafetensorsScan scan;
    private final ScanPlan plan;

    SafetensorsBatch(SafetensorsScan scan, ScanPlan plan) {
        this.scan = scan;
        this.plan = plan;
    }

    @Override
    public InputPartition[] planInputPartitions() {
        return plan.partitions().toArray(new InputPartition[0]);
    }

    @Override
    public PartitionReaderFactory createReaderFactory() {
        return plan.readerFactory();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SafetensorsBatch batch && scan.equals(batch.scan);
    }

    @Override
    public int hashCode() {
        return scan.hashCode();
    }
}
