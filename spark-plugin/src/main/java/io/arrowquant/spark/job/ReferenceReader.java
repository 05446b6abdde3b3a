package io.arrowquant.spark.job;

import io.arrowquant.checkpoint.CheckpointFile;
import io.arrowquant.checkpoint.CheckpointTensor;
import io.arrowquant.kernel.Tile;
import io.arrowquant.spark.storage.Storages;
import io.arrowquant.storage.RangeReader;
import io.arrowquant.storage.Storage;
import io.arrowquant.storage.Storage.FileEntry;
import io.arrowquant.tensor.TensorInfo;
import java.io.Closeable;
import java.io.IOException;
import java.io.Serializable;
import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;

/** Reads any range of a checkpoint's tensors in a task, so that comparing needs no shuffle. */
final class ReferenceReader implements Closeable {
    /** What tasks need to know of the checkpoint: its tensors by key, and its files as they were. */
    record Directory(HashMap<TensorKey, CheckpointTensor> tensors, HashMap<String, SourceFile> files)
            implements Serializable {}

    /** A file as it was when its header was read. */
    record SourceFile(String path, String name, long size, long modified) implements Serializable {}

    private final Directory directory;
    private final Configuration configuration;
    private final Tile tile = new Tile();
    private final Map<String, RangeReader> open = new HashMap<>();
    private byte[] stored = new byte[0];

    ReferenceReader(Directory directory, Configuration configuration) {
        this.directory = directory;
        this.configuration = configuration;
    }

    boolean has(TensorKey key) {
        return directory.tensors().containsKey(key);
    }

    /** The values of a range; valid until the next call. */
    Tile read(TensorKey key, long start, int count) throws IOException {
        CheckpointTensor tensor = directory.tensors().get(key);
        TensorInfo info = tensor.info();
        int length = Math.toIntExact(info.dtype().byteLength(count));
        if (stored.length < length) {
            stored = new byte[length];
        }
        reader(tensor.file()).readFully(info.offset() + info.dtype().byteLength(start), stored, 0, length);
        return tile.setStored(info.dtype(), stored, 0, count);
    }

    private RangeReader reader(String name) throws IOException {
        RangeReader reader = open.get(name);
        if (reader == null) {
            SourceFile file = directory.files().get(name);
            Storage storage = Storages.reopen(file.path(), configuration);
            FileEntry then = new FileEntry(file.path(), file.name(), file.size(), file.modified(), false);
            new CheckpointFile(file.name(), then).verifyUnchanged(storage.status(file.path()));
            reader = storage.open(file.path());
            open.put(name, reader);
        }
        return reader;
    }

    @Override
    public void close() throws IOException {
        IOException first = null;
        for (RangeReader reader : open.values()) {
            try {
                reader.close();
            } catch (IOException failed) {
                if (first == null) {
                    first = failed;
                } else {
                    first.addSuppressed(failed);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
