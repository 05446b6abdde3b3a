package io.arrowquant.spark.read;

import io.arrowquant.checkpoint.Checkpoint;
import io.arrowquant.checkpoint.CheckpointShard;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The files of a checkpoint, in its order. */
final class SourceFiles {
    private SourceFiles() {}

    static List<SourceFile> of(Checkpoint checkpoint) {
        List<SourceFile> files = new ArrayList<>();
        for (CheckpointShard shard : checkpoint.shards()) {
            files.add(SourceFile.of(shard.source()));
        }
        return List.copyOf(files);
    }

    static Map<String, Integer> indexByName(List<SourceFile> files) {
        Map<String, Integer> index = new HashMap<>();
        for (int i = 0; i < files.size(); i++) {
            index.put(files.get(i).name(), i);
        }
        return index;
    }
}
