package io.arrowquant.spark.write;

import io.arrowquant.checkpoint.Checkpoint;
import io.arrowquant.checkpoint.CheckpointTensor;
import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.Printable;
import io.arrowquant.storage.Storage;
import io.arrowquant.storage.Storage.FileEntry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What the output directory holds before the new files come.
 *
 * @param weights names of its safetensors files
 * @param indexes names of its index files
 * @param others names of its other files
 */
record Destination(Storage storage, String path, List<String> weights, List<String> indexes, Set<String> others) {
    private static final Pattern INDEX = Pattern.compile(".+\\.safetensors\\.index(\\.[^.]+)?\\.json");

    static Destination look(Storage storage, String path) throws IOException {
        Destination found = new Destination(storage, path, new ArrayList<>(), new ArrayList<>(), new HashSet<>());
        for (FileEntry entry : storage.list(path)) {
            if (entry.directory()) {
                continue;
            }
            if (entry.name().endsWith(".safetensors")) {
                found.weights.add(entry.name());
            } else if (INDEX.matcher(entry.name()).matches()) {
                found.indexes.add(entry.name());
            } else {
                found.others.add(entry.name());
            }
        }
        return found;
    }

    boolean hasCheckpoint() {
        return !weights.isEmpty() || !indexes.isEmpty();
    }

    /** Opens the checkpoint that tensors are to be added to. */
    Checkpoint open() throws IOException {
        Checkpoint checkpoint = Checkpoint.open(storage, path);
        for (CheckpointTensor tensor : checkpoint.tensors()) {
            if (tensor.file().indexOf('/') >= 0) {
                throw new InvalidRequestException(
                        "'" + Printable.text(path) + "' holds several components, which cannot be appended to as one",
                        "Append to the directory of one component");
            }
        }
        return checkpoint;
    }
}
