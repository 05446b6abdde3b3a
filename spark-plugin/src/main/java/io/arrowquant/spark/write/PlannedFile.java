package io.arrowquant.spark.write;

import io.arrowquant.storage.Storage;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file of a task attempt whose bytes have their places before they are known, and come in any order. On this machine it
 * is written in place; for stores that only take streams it is put together here and sent when it is complete. Closing
 * one that is not finished takes it away.
 */
public final class PlannedFile implements Closeable {
    private static final int CHUNK = 1 << 20;

    private final TaskDirectory directory;
    private final Path local;
    private final Storage store;
    private final String target;
    private final FileChannel channel;
    /** Null when everything goes through the page cache. */
    private final AlignedWriter aligned;

    private boolean finished;
    private boolean sending;

    /** {@code store} is null when {@code local} is the file itself. */
    PlannedFile(TaskDirectory directory, Path local, Storage store, String target, DirectIo direct) throws IOException {
        this.directory = directory;
        this.local = local;
        this.store = store;
        this.target = target;
        this.channel = FileChannel.open(
                local, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
        this.aligned = direct == DirectIo.OFF ? null : AlignedWriter.open(local, channel, direct == DirectIo.ON);
    }

    public void write(long position, byte[] bytes, int offset, int length) throws IOException {
        if (aligned != null) {
            aligned.write(position, bytes, offset, length);
            return;
        }
        ByteBuffer source = ByteBuffer.wrap(bytes, offset, length);
        long at = position;
        while (source.hasRemaining()) {
            at += channel.write(source, at);
        }
    }

    /** Completes the file, which must have come out as long as this. */
    public void finish(long expectedSize) throws IOException {
        if (aligned != null) {
            aligned.flush();
            aligned.close();
        }
        long size = channel.size();
        if (size != expectedSize) {
            throw new IOException(local + " has " + size + " bytes instead of " + expectedSize);
        }
        directory.requireJobAlive();
        if (store != null) {
            send(expectedSize);
        }
        channel.close();
        if (store != null) {
            Files.deleteIfExists(local);
        }
        directory.requireJobAlive();
        finished = true;
    }

    private void send(long expectedSize) throws IOException {
        sending = true;
        byte[] chunk = new byte[CHUNK];
        try (OutputStream out = store.create(target)) {
            for (long at = 0; at < expectedSize; ) {
                int read = channel.read(ByteBuffer.wrap(chunk), at);
                if (read < 0) {
                    throw new EOFException(local + " ended at " + at);
                }
                out.write(chunk, 0, read);
                at += read;
            }
        }
        long size = store.status(target).size();
        if (size != expectedSize) {
            throw new IOException(target + " has " + size + " bytes instead of " + expectedSize);
        }
    }

    @Override
    public void close() throws IOException {
        if (finished) {
            return;
        }
        finished = true;
        try {
            if (aligned != null) {
                aligned.close();
            }
            channel.close();
            Files.deleteIfExists(local);
            if (sending) {
                store.delete(target);
            }
        } finally {
            directory.delete();
        }
    }
}
