package io.arrowquant.spark.write;

import io.arrowquant.spark.compat.Sessions;
import io.arrowquant.spark.metrics.PartitionRecords;
import io.arrowquant.spark.storage.Storages;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.connector.write.BatchWrite;
import org.apache.spark.sql.connector.write.DataWriterFactory;
import org.apache.spark.sql.connector.write.PhysicalWriteInfo;
import org.apache.spark.sql.connector.write.WriterCommitMessage;
import org.apache.spark.util.SerializableConfiguration;

/** The driver's side of one write: claims the staging area, hands it to the tasks, publishes or cleans up. */
final class SafetensorsBatchWrite implements BatchWrite {
    private final SafetensorsWrite write;
    private StagingArea staging;
    private CarriedFiles carried;

    SafetensorsBatchWrite(SafetensorsWrite write) {
        this.write = write;
    }

    @Override
    public DataWriterFactory createBatchWriterFactory(PhysicalWriteInfo info) {
        Configuration configuration = Sessions.hadoopConfiguration(write.settings());
        try {
            Storages.Located output = Storages.locate(write.path(), configuration);
            String source = write.options().source();
            carried = source == null ? CarriedFiles.none() : CarriedFiles.of(source, output, configuration);
            StagingOwner owner = StagingOwner.current(Sessions.context().applicationId());
            staging = StagingArea.claim(output.storage(), output.path(), write.queryId(), owner);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot begin to write to " + write.path() + ": " + e.getMessage(), e);
        }
        return new SafetensorsWriterFactory(
                write.columns(),
                staging.place(),
                write.options().maxShardBytes(),
                new SerializableConfiguration(configuration),
                PartitionRecords.of(Sessions.context()).sink());
    }

    /** Attempts write to directories of their own, and only those in the messages count: nothing to coordinate. */
    @Override
    public boolean useCommitCoordinator() {
        return false;
    }

    @Override
    public void commit(WriterCommitMessage[] messages) {
        try {
            new Publisher(staging, carried, write.options().names())
                    .publish(WrittenShards.of(messages, staging), write.replaces());
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot publish to " + write.path() + ": " + e.getMessage(), e);
        }
        staging.release();
    }

    /** Messages of tasks that did not commit are null; everything to delete is found without them. */
    @Override
    public void abort(WriterCommitMessage[] messages) {
        if (staging != null) {
            staging.abandon();
        }
    }

    @Override
    public String toString() {
        return write.description();
    }
}
