package io.arrowquant.spark.read;

import io.arrowquant.spark.storage.Storages;
import io.arrowquant.storage.RangeReader;
import io.arrowquant.storage.Storage;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;

/** The file a task reads at the moment. Checks that it is still the one whose header was read. */
public final class OpenFiles implements Closeable {
    /** Bytes read between two looks at whether the task was cancelled. */
    private static final int CHUNK = 4 << 20;

    private final Configuration configuration;
    private SourceFile current;
    private RangeReader reader;

    public OpenFiles(Configuration configuration) {
        this.configuration = configuration;
    }

    /** Fills the remaining space of a buffer from a position of a file. */
    public void read(SourceFile file, long position, ByteBuffer target) throws IOException {
        if (!file.equals(current)) {
            open(file);
        }
        int end = target.limit();
        long at = position;
        while (target.position() < end) {
            stopIfCancelled();
            int length = Math.min(CHUNK, end - target.position());
            target.limit(target.position() + length);
            reader.readFully(at, target);
            at += length;
            target.limit(end);
        }
    }

    private void open(SourceFile file) throws IOException {
        close();
        Storage storage = Storages.reopen(file.path(), configuration);
        file.verifyUnchanged(storage.status(file.path()));
        reader = storage.open(file.path());
        current = file;
    }

    public static void stopIfCancelled() {
        TaskContext task = TaskContext.get();
        if (task != null && task.isInterrupted()) {
            throw new TaskKilledException("cancelled");
        }
    }

    @Override
    public void close() throws IOException {
        if (reader != null) {
            RangeReader closing = reader;
            reader = null;
            current = null;
            closing.close();
        }
    }
}
