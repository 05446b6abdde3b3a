package io.arrowquant.spark.write;

import io.arrowquant.safetensors.TensorSpec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** One output file of a task while it fills: each tensor gets its region when its first piece comes. */
final class Shard {
    private final String name;
    private final ShardFile file;
    private final List<TensorSpec> tensors = new ArrayList<>();
    private long reserved;
    private int incomplete;

    Shard(String name, ShardFile file) {
        this.name = name;
        this.file = file;
    }

    /** True when a tensor may be added without the file growing beyond a size; the first always may. */
    boolean hasRoomFor(long bytes, long maxBytes) {
        return tensors.isEmpty() || bytes <= maxBytes - reserved;
    }

    /** Takes a tensor in and says where in the file its first byte belongs. */
    long reserve(TensorSpec tensor) {
        long position = file.bodyStart() + reserved;
        tensors.add(tensor);
        reserved = Math.addExact(reserved, tensor.byteLength());
        incomplete++;
        return position;
    }

    /** One of its tensors has all its elements. */
    void tensorCompleted() {
        incomplete--;
    }

    boolean isComplete() {
        return incomplete == 0;
    }

    ShardFile file() {
        return file;
    }

    /** Completes the file; everything written to it must have been flushed. */
    CommitMessage.StagedFile finish() throws IOException {
        return new CommitMessage.StagedFile(name, file.finish(tensors), tensors);
    }
}
