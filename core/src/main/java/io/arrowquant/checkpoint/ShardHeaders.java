package io.arrowquant.checkpoint;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.MalformedFileException;
import io.arrowquant.safetensors.SafetensorsHeader;
import io.arrowquant.safetensors.SafetensorsHeaderParser;
import io.arrowquant.safetensors.SafetensorsLimits;
import io.arrowquant.storage.RangeReader;
import io.arrowquant.storage.Storage;
import io.arrowquant.storage.Storage.FileEntry;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Reads the headers of many shards, several at a time, because each waits on the store far longer than it computes. */
final class ShardHeaders {
    private static final int THREADS = 8;
    private static final String INTERRUPTED = "interrupted while reading safetensors headers";

    private final Storage storage;
    private final SafetensorsLimits limits;

    ShardHeaders(Storage storage, SafetensorsLimits limits) {
        this.storage = storage;
        this.limits = limits;
    }

    /** Headers in the order of the shards. With several bad shards the error is that of the first, every time. */
    List<SafetensorsHeader> readAll(List<CheckpointFile> shards) throws IOException {
        if (shards.size() == 1) {
            return List.of(read(shards.get(0)));
        }
        ExecutorService pool = Executors.newFixedThreadPool(Math.min(THREADS, shards.size()), task -> {
            Thread thread = new Thread(task, "arrowquant-header");
            thread.setDaemon(true);
            return thread;
        });
        try {
            List<Future<SafetensorsHeader>> pending = new ArrayList<>(shards.size());
            for (CheckpointFile shard : shards) {
                pending.add(pool.submit(() -> read(shard)));
            }
            List<SafetensorsHeader> headers = new ArrayList<>(shards.size());
            for (Future<SafetensorsHeader> future : pending) {
                headers.add(await(future));
            }
            return headers;
        } finally {
            pool.shutdownNow();
        }
    }

    private SafetensorsHeader read(CheckpointFile shard) throws IOException {
        FileEntry entry = shard.entry();
        try (RangeReader reader = PathLookup.open(storage, entry.path())) {
            shard.verifyUnchanged(
                    new FileEntry(entry.path(), entry.name(), reader.size(), entry.modifiedMillis(), false));
            try {
                return SafetensorsHeaderParser.read(entry.path(), reader, limits);
            } catch (MalformedFileException malformed) {
                InvalidRequestException refusal = ForeignFormat.refusal(entry.path(), reader, malformed);
                throw refusal == null ? malformed : refusal;
            }
        }
    }

    private static SafetensorsHeader await(Future<SafetensorsHeader> future) throws IOException {
        // Future.get notices an interrupt only when it has to wait.
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException(INTERRUPTED);
        }
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException(INTERRUPTED);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException("reading a safetensors header failed", e.getCause());
        }
    }
}
