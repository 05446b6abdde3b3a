package io.arrowquant.spark.write;

import io.arrowquant.safetensors.TensorSpec;
import io.arrowquant.storage.Storage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * A file of a store that only takes streams: the body waits in a file of this machine until the header is known, then
 * both go to the store in one stream.
 */
final class SpooledFile implements ShardFile {
    private final Path spool;
    private final FileChannel channel;
    private final Storage storage;
    private final String target;
    private boolean started;

    SpooledFile(Path spoolDirectory, Storage storage, String target) throws IOException {
        this.spool = Files.createTempFile(spoolDirectory, "arrowquant-", ".spool");
        this.channel = FileChannel.open(spool, StandardOpenOption.READ, StandardOpenOption.WRITE);
        this.storage = storage;
        this.target = target;
    }

    @Override
    public FileChannel body() {
        return channel;
    }

    @Override
    public long bodyStart() {
        return 0;
    }

    @Override
    public long finish(List<TensorSpec> tensors) throws IOException {
        long expected;
        started = true;
        // Stores may report a failed upload only when the stream is closed: that must fail the task as well.
        try (OutputStream out = storage.create(target)) {
            expected = ReferenceOrder.copy(channel, 0, tensors, out);
        }
        closeSpool();
        long size = storage.status(target).size();
        if (size != expected) {
            throw new IOException(target + " has " + size + " bytes instead of " + expected);
        }
        return size;
    }

    @Override
    public void discard() throws IOException {
        try {
            closeSpool();
        } finally {
            if (started) {
                storage.delete(target);
            }
        }
    }

    private void closeSpool() throws IOException {
        channel.close();
        Files.deleteIfExists(spool);
    }
}
