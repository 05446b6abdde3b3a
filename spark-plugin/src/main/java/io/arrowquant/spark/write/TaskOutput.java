package io.arrowquant.spark.write;

import io.arrowquant.safetensors.TensorSpec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of one task. Tensors go to the current file until it is full; a file that is no longer current is completed
 * as soon as its last tensor is.
 */
final class TaskOutput implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TaskOutput.class);

    private final TaskDirectory directory;
    private final long maxShardBytes;
    private final WriteBuffer buffer = new WriteBuffer();
    private final Map<String, TensorRegion> regions = new HashMap<>();
    private final Set<Shard> open = new LinkedHashSet<>();
    private final List<CommitMessage.StagedFile> staged = new ArrayList<>();
    private Shard current;
    private int shards;

    TaskOutput(TaskDirectory directory, long maxShardBytes) {
        this.directory = directory;
        this.maxShardBytes = maxShardBytes;
    }

    /** The region of a tensor seen before, or null. */
    TensorRegion find(String name) {
        return regions.get(name);
    }

    TensorRegion add(TensorSpec spec) throws IOException {
        if (current == null || !current.hasRoomFor(spec.byteLength(), maxShardBytes)) {
            Shard full = current;
            String name = String.format(Locale.ROOT, "%05d.safetensors", shards++);
            current = new Shard(name, directory.create(name));
            open.add(current);
            if (full != null && full.isComplete()) {
                finish(full);
            }
        }
        TensorRegion region = new TensorRegion(spec, current);
        regions.put(spec.name(), region);
        return region;
    }

    /** Writes bytes at a position that {@link TensorRegion#place} gave. */
    void write(TensorRegion region, long position, byte[] source, int offset, int length) throws IOException {
        buffer.write(region.shard().file().body(), position, source, offset, length);
    }

    /** To be called once for each region, when it has become complete. */
    void completed(TensorRegion region) throws IOException {
        Shard shard = region.shard();
        shard.tensorCompleted();
        if (shard != current && shard.isComplete()) {
            finish(shard);
        }
    }

    private void finish(Shard shard) throws IOException {
        buffer.flush();
        // Other stores than the local one would make the directory again.
        directory.requireJobAlive();
        staged.add(shard.finish());
        open.remove(shard);
    }

    /** Completes all files; leaves none when a tensor lacks elements. */
    CommitMessage commit(int partition, long taskId) throws IOException {
        List<CommitMessage.Incomplete> incomplete = new ArrayList<>();
        for (TensorRegion region : regions.values()) {
            if (!region.isComplete()) {
                incomplete.add(new CommitMessage.Incomplete(region));
            }
        }
        if (!incomplete.isEmpty()) {
            discard();
            return new CommitMessage(partition, taskId, List.of(), incomplete);
        }
        for (Shard shard : new ArrayList<>(open)) {
            finish(shard);
        }
        if (!staged.isEmpty()) {
            directory.requireJobAlive();
        }
        return new CommitMessage(partition, taskId, staged, List.of());
    }

    /** Gives up: closes and deletes everything, completed files too. What cannot be deleted is logged with its path. */
    void discard() {
        for (Shard shard : open) {
            try {
                shard.file().discard();
            } catch (IOException e) {
                LOG.warn("Could not delete a file of {}", directory, e);
            }
        }
        open.clear();
        staged.clear();
        try {
            directory.delete();
        } catch (IOException e) {
            LOG.warn("Could not delete the staging directory {}", directory, e);
        }
    }

    /** Files that were neither committed nor discarded are discarded. */
    @Override
    public void close() {
        if (!open.isEmpty()) {
            discard();
        }
        buffer.close();
    }
}
