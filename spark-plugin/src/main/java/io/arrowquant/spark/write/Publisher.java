package io.arrowquant.spark.write;

import io.arrowquant.checkpoint.Checkpoint;
import io.arrowquant.checkpoint.CheckpointTensor;
import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.Printable;
import io.arrowquant.layout.WeightIndex;
import io.arrowquant.safetensors.SafetensorsLayout;
import io.arrowquant.spark.write.WrittenShards.StagedShard;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Turns what the tasks staged into a checkpoint: names the files, writes the index, and lets all of it appear. */
final class Publisher {
    private final StagingArea staging;
    private final CarriedFiles carried;
    private final ShardNames names;

    Publisher(StagingArea staging, CarriedFiles carried, ShardNames names) {
        this.staging = staging;
        this.carried = carried;
        this.names = names;
    }

    /** Publishes the files; with {@code replace} instead of the weights that are there, else in addition to them. */
    void publish(WrittenShards written, boolean replace) throws IOException {
        Destination destination = Destination.look(staging.storage(), staging.output());
        Publication.Moves moves = destination.hasCheckpoint() && !replace
                ? addition(written, destination)
                : wholeCheckpoint(written, destination, replace);
        staging.exchange(moves);
    }

    private Publication.Moves wholeCheckpoint(WrittenShards written, Destination destination, boolean replace)
            throws IOException {
        List<String> leaving = new ArrayList<>();
        if (replace) {
            leaving.addAll(destination.indexes());
            leaving.addAll(destination.weights());
        }
        List<Publication.Arrival> arrivals = new ArrayList<>();
        for (String name : carried.names()) {
            boolean exists = destination.others().contains(name);
            if (exists && replace) {
                leaving.add(name);
            }
            if (!exists || replace) {
                arrivals.add(new Publication.Arrival(name, carried.stage(name, staging)));
            }
        }
        List<StagedShard> shards = written.shards();
        SortedMap<String, String> index = new TreeMap<>();
        for (int i = 0; i < shards.size(); i++) {
            String name = names.whole(i, shards.size());
            arrivals.add(new Publication.Arrival(name, shards.get(i).path()));
            put(index, shards.get(i), name);
        }
        if (shards.isEmpty()) {
            arrivals.add(stage(
                    names.single(),
                    SafetensorsLayout.of(ShardFile.METADATA, List.of()).header()));
        } else if (shards.size() > 1) {
            arrivals.add(stage(names.index(), WeightIndex.text(index, written.tensorBytes())));
        }
        return new Publication.Moves(List.of(), leaving, arrivals);
    }

    private Publication.Moves addition(WrittenShards written, Destination destination) throws IOException {
        List<Publication.Arrival> additions = new ArrayList<>();
        for (String name : carried.names()) {
            if (!destination.others().contains(name)) {
                additions.add(new Publication.Arrival(name, carried.stage(name, staging)));
            }
        }
        List<StagedShard> shards = written.shards();
        if (shards.isEmpty()) {
            return new Publication.Moves(additions, List.of(), List.of());
        }
        Checkpoint existing = destination.open();
        SortedMap<String, String> index = new TreeMap<>();
        for (CheckpointTensor tensor : existing.tensors()) {
            index.put(tensor.name(), tensor.file());
        }
        for (int i = 0; i < shards.size(); i++) {
            String name = names.added(staging.queryId(), i, shards.size());
            requireNew(shards.get(i), index);
            put(index, shards.get(i), name);
            additions.add(new Publication.Arrival(name, shards.get(i).path()));
        }
        long bytes = Math.addExact(existing.tensorBytes(), written.tensorBytes());
        String indexName =
                destination.indexes().size() == 1 ? destination.indexes().get(0) : names.index();
        List<String> leaving = destination.indexes().contains(indexName) ? List.of(indexName) : List.of();
        return new Publication.Moves(additions, leaving, List.of(stage(indexName, WeightIndex.text(index, bytes))));
    }

    private void requireNew(StagedShard shard, SortedMap<String, String> index) {
        for (String tensor : shard.tensors()) {
            String file = index.get(tensor);
            if (file != null) {
                throw new InvalidRequestException(
                        "Layer '" + Printable.text(tensor) + "' exists already in '" + Printable.text(staging.output())
                                + "', in file " + Printable.text(file),
                        "Leave it out, or write with mode overwrite, which replaces all layers");
            }
        }
    }

    private static void put(SortedMap<String, String> index, StagedShard shard, String file) {
        for (String tensor : shard.tensors()) {
            index.put(tensor, file);
        }
    }

    private Publication.Arrival stage(String name, byte[] content) throws IOException {
        String staged = staging.driverFile(name);
        staging.writeFile(staged, content);
        return new Publication.Arrival(name, staged);
    }
}
