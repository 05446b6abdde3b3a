package io.arrowquant.checkpoint;

import io.arrowquant.error.MalformedFileException;
import io.arrowquant.error.Printable;
import io.arrowquant.safetensors.SafetensorsHeader;
import io.arrowquant.tensor.TensorInfo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Puts the tensors of a component's shards together and checks that shards and index agree on who has which. */
final class ComponentTensors {
    private static final String REMEDY =
            "The files belong to different models or versions: download the whole model again";

    private final Component component;
    private final Map<String, CheckpointFile> holders = new HashMap<>();
    private final List<CheckpointTensor> tensors = new ArrayList<>();

    private ComponentTensors(Component component) {
        this.component = component;
    }

    /** In the order of the shards, within a shard as they lie in it. The headers are those of the shards. */
    static List<CheckpointTensor> collect(Component component, List<SafetensorsHeader> headers) {
        ComponentTensors collector = new ComponentTensors(component);
        for (int i = 0; i < headers.size(); i++) {
            CheckpointFile shard = component.shards().get(i);
            for (TensorInfo tensor : headers.get(i).tensors()) {
                collector.add(shard, tensor);
            }
        }
        collector.requireWhatTheIndexLists();
        return collector.tensors;
    }

    private void add(CheckpointFile shard, TensorInfo tensor) {
        String name = tensor.name();
        CheckpointFile earlier = holders.putIfAbsent(name, shard);
        if (earlier != null) {
            throw error(
                    shard,
                    tensor,
                    "the tensor also lies in " + Printable.text(earlier.entry().path()),
                    "Keep one of the files, or name the files to read");
        }
        if (component.index() != null) {
            String listed = component.index().shardOf().get(name);
            if (listed == null) {
                throw error(
                        shard,
                        tensor,
                        "the index " + Printable.text(component.indexPath()) + " does not list it",
                        REMEDY);
            }
            if (!listed.equals(shard.entry().name())) {
                throw error(
                        shard,
                        tensor,
                        "the index " + Printable.text(component.indexPath()) + " says that it lies in "
                                + Printable.text(listed),
                        REMEDY);
            }
        }
        tensors.add(new CheckpointTensor(shard.file(), tensor));
    }

    private void requireWhatTheIndexLists() {
        if (component.index() == null) {
            return;
        }
        for (Map.Entry<String, String> listed : component.index().shardOf().entrySet()) {
            if (!holders.containsKey(listed.getKey())) {
                throw new MalformedFileException(
                        component.indexPath(),
                        MalformedFileException.NO_OFFSET,
                        listed.getKey(),
                        "the index says that it lies in " + Printable.text(listed.getValue())
                                + ", which does not have it",
                        REMEDY);
            }
        }
    }

    private static MalformedFileException error(
            CheckpointFile shard, TensorInfo tensor, String problem, String remedy) {
        return new MalformedFileException(shard.entry().path(), tensor.offset(), tensor.name(), problem, remedy);
    }
}
