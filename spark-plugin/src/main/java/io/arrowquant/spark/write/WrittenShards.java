package io.arrowquant.spark.write;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.Printable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.connector.write.WriterCommitMessage;

/** The files all tasks left, in the order they are numbered, once it is clear that each tensor is whole and unique. */
record WrittenShards(List<StagedShard> shards) {
    private static final String REPARTITION =
            "Use repartition(\"layer_name\") before writing, so that all rows of a layer come to one task";

    /** A file in the staging area. */
    record StagedShard(String path, String[] tensors, long tensorBytes) {}

    static WrittenShards of(WriterCommitMessage[] messages, StagingArea staging) {
        List<CommitMessage> tasks = new ArrayList<>(messages.length);
        for (WriterCommitMessage message : messages) {
            if (!(message instanceof CommitMessage ours)) {
                throw new IllegalStateException("unexpected commit message " + message);
            }
            tasks.add(ours);
        }
        tasks.sort(Comparator.comparingInt(task -> task.partition));
        requireComplete(tasks);
        requireUnique(tasks);
        List<StagedShard> shards = new ArrayList<>();
        for (CommitMessage task : tasks) {
            List<CommitMessage.StagedFile> files = new ArrayList<>(task.files);
            files.sort(Comparator.comparing(file -> file.name));
            for (CommitMessage.StagedFile file : files) {
                String path = staging.taskFile(task.partition, task.taskId, file.name);
                shards.add(new StagedShard(path, file.tensors, file.tensorBytes));
            }
        }
        return new WrittenShards(shards);
    }

    long tensorBytes() {
        long bytes = 0;
        for (StagedShard shard : shards) {
            bytes = Math.addExact(bytes, shard.tensorBytes());
        }
        return bytes;
    }

    private static void requireComplete(List<CommitMessage> tasks) {
        Map<String, Integer> seen = new HashMap<>();
        CommitMessage.Incomplete first = null;
        for (CommitMessage task : tasks) {
            for (CommitMessage.Incomplete incomplete : task.incomplete) {
                Integer other = seen.putIfAbsent(incomplete.tensor, task.partition);
                if (other != null) {
                    throw new InvalidRequestException(
                            "The rows of layer '" + Printable.text(incomplete.tensor)
                                    + "' are spread over several tasks, among them those of partitions " + other
                                    + " and " + task.partition,
                            REPARTITION);
                }
                first = first == null ? incomplete : first;
            }
        }
        if (first != null) {
            throw new InvalidRequestException(
                    "Layer '" + Printable.text(first.tensor) + "' is incomplete: its task got " + first.present + " of "
                            + first.elements + " elements, without element " + first.firstMissing,
                    "Either rows are missing from the frame, or they are in other partitions. " + REPARTITION);
        }
    }

    private static void requireUnique(List<CommitMessage> tasks) {
        Map<String, Integer> seen = new HashMap<>();
        for (CommitMessage task : tasks) {
            for (CommitMessage.StagedFile file : task.files) {
                for (String tensor : file.tensors) {
                    Integer other = seen.putIfAbsent(tensor, task.partition);
                    if (other != null) {
                        throw new InvalidRequestException(
                                "Layer '" + Printable.text(tensor) + "' occurs twice, in partitions " + other + " and "
                                        + task.partition,
                                "Remove the duplicate rows, or give the layers different names");
                    }
                }
            }
        }
    }
}
