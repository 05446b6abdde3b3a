package io.arrowquant.spark.read;

import io.arrowquant.checkpoint.Checkpoint;
import io.arrowquant.checkpoint.CheckpointShard;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The files of a checkpoint, in its order. */
public final class SourceFiles {
    private SourceFiles() {}

    public static List<SourceFile> of(Checkpoint checkpoint) {
        List<SourceFile> files = new ArrayList<>();
        for (CheckpointShard shard : checkpoint.shards()) {
            files.add(SourceFile.of(shard.source()));
        }
        return List.copyOf(files);
    }

    /** The files by the names that tensors say they lie in. */
    public static Map<String, SourceFile> byName(Checkpoint checkpoint) {
        Map<String, SourceFile> files = new HashMap<>();
        for (CheckpointShard shard : checkpoint.shards()) {
            files.put(shard.file(), SourceFile.of(shard.source()));
        }
        return files;
    }

    public static Map<String, Integer> indexByName(List<SourceFile> files) {
        Map<String, Integer> index = new HashMap<>();
        for (int i = 0; i < files.size(); i++) {
            index.put(files.get(i).name(), i);
        }
        return index;
    }
}
