package io.arrowquant.spark.write;

import io.arrowquant.spark.compat.LocalDirectories;
import io.arrowquant.spark.metrics.TaskRecorder;
import io.arrowquant.spark.storage.Storages;
import io.arrowquant.storage.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.write.DataWriter;
import org.apache.spark.sql.connector.write.DataWriterFactory;
import org.apache.spark.util.CollectionAccumulator;
import org.apache.spark.util.SerializableConfiguration;

/** What executors need to write: where the job stages its files and how to find the columns. */
record SafetensorsWriterFactory(
        InputColumns columns,
        StagingPlace place,
        long maxShardBytes,
        SerializableConfiguration configuration,
        CollectionAccumulator<String> sink)
        implements DataWriterFactory {

    @Override
    public DataWriter<InternalRow> createWriter(int partition, long taskId) {
        Storage storage;
        try {
            storage = Storages.reopen(place.output(), configuration.value());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        TaskDirectory directory =
                new TaskDirectory(storage, place, partition, taskId, LocalDirectories.forTask(taskId));
        return new SafetensorsDataWriter(
                partition, taskId, columns, new TaskOutput(directory, maxShardBytes), TaskRecorder.current(sink));
    }
}
