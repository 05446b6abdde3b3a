package io.arrowquant.checkpoint;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.Printable;
import io.arrowquant.safetensors.SafetensorsHeader;
import io.arrowquant.safetensors.SafetensorsLimits;
import io.arrowquant.storage.Storage;
import io.arrowquant.storage.Storage.FileEntry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A model directory, or one or several .safetensors files, read as one thing: headers only, all of them checked. It
 * does not change afterwards and can be shared between threads.
 */
public final class Checkpoint {
    private final String path;
    private final List<CheckpointShard> shards;
    private final List<CheckpointTensor> tensors;
    private final List<CheckpointFile> otherFiles;
    private final List<String> ignoredWeights;
    private final long tensorBytes;
    private final Map<String, CheckpointTensor> firstByName;
    /** The next tensor of the same name: only different components share names. */
    private final Map<String, CheckpointTensor> secondByName = new HashMap<>();

    private final Map<String, Integer> firstTensorOf = new HashMap<>();

    private Checkpoint(
            String path,
            List<CheckpointShard> shards,
            List<CheckpointTensor> tensors,
            List<CheckpointFile> otherFiles,
            List<String> ignoredWeights) {
        this.path = path;
        this.shards = List.copyOf(shards);
        this.tensors = Collections.unmodifiableList(tensors);
        this.otherFiles = List.copyOf(otherFiles);
        this.ignoredWeights = List.copyOf(ignoredWeights);
        this.firstByName = new HashMap<>(tensors.size() * 2);
        long bytes = 0;
        for (CheckpointTensor tensor : tensors) {
            bytes = Math.addExact(bytes, tensor.info().byteLength());
            if (firstByName.putIfAbsent(tensor.name(), tensor) != null) {
                secondByName.putIfAbsent(tensor.name(), tensor);
            }
        }
        this.tensorBytes = bytes;
        int first = 0;
        for (CheckpointShard shard : shards) {
            firstTensorOf.put(shard.file(), first);
            first += shard.tensorCount();
        }
    }

    /** As {@link #open(Storage, String, SafetensorsLimits)} with the default limits. */
    public static Checkpoint open(Storage storage, String path) throws IOException {
        return open(storage, path, SafetensorsLimits.DEFAULTS);
    }

    /**
     * Opens a directory or a .safetensors file. In a directory the {@code *.safetensors.index.json} says which files
     * to read; without one all {@code *.safetensors} are. When the root has none, or a {@code model_index.json} makes
     * it a diffusers pipeline, the directories in it are read as components.
     *
     * <p>Bad files are a {@link io.arrowquant.error.MalformedFileException}. Requests that cannot be met are an
     * {@link InvalidRequestException} that begins with one of:
     * <ul>
     *   <li>{@code The path is empty}
     *   <li>{@code Nothing exists at 'PATH'}, {@code 'PATH' is not a valid path}, {@code 'PATH' cannot be read: WHY}
     *   <li>{@code 'PATH' is an empty directory}
     *   <li>{@code 'PATH' holds no .safetensors file}, followed by {@code , only pickled weights such as 'NAME'} or
     *       {@code , but the GGUF file 'NAME'} where that is so
     *   <li>{@code 'PATH' holds several index files: A, B}
     *   <li>{@code 'PATH' is a pickle, not a safetensors file}, by name or by content, likewise {@code is a GGUF file}
     *       and {@code is a Git LFS pointer}
     *   <li>{@code 'PATH' is not a safetensors file: its name does not end in .safetensors}
     *   <li>{@code 'PATH' is a link that leads out of the model directory, to 'TARGET'}
     *   <li>{@code The file 'PATH' was replaced since its header was read}
     * </ul>
     */
    public static Checkpoint open(Storage storage, String path, SafetensorsLimits limits) throws IOException {
        FileEntry root = PathLookup.status(storage, path);
        if (root.directory()) {
            ModelDirectory found = ModelDirectory.scan(storage, root);
            return read(storage, path, limits, found.components(), found.otherFiles(), found.ignoredWeights());
        }
        ExplicitFiles.requireSafetensorsName(root);
        CheckpointFile file = new CheckpointFile(root.name(), root);
        return read(storage, path, limits, List.of(new Component(List.of(file), null, null)), List.of(), List.of());
    }

    /** As {@link #ofFiles(Storage, String, List, SafetensorsLimits)} with the default limits. */
    public static Checkpoint ofFiles(Storage storage, String root, List<String> files) throws IOException {
        return ofFiles(storage, root, files, SafetensorsLimits.DEFAULTS);
    }

    /**
     * Opens the .safetensors files named, in order of their names, and nothing else: no index is consulted. Each must
     * lie somewhere below {@code root}, to which their relative names refer; those of one directory are one component.
     */
    public static Checkpoint ofFiles(Storage storage, String root, List<String> files, SafetensorsLimits limits)
            throws IOException {
        List<Component> components = ExplicitFiles.components(storage, root, files);
        return read(storage, root, limits, components, List.of(), List.of());
    }

    private static Checkpoint read(
            Storage storage,
            String path,
            SafetensorsLimits limits,
            List<Component> components,
            List<CheckpointFile> otherFiles,
            List<String> ignoredWeights)
            throws IOException {
        List<CheckpointFile> files = new ArrayList<>();
        for (Component component : components) {
            files.addAll(component.shards());
        }
        List<SafetensorsHeader> headers = new ShardHeaders(storage, limits).readAll(files);
        List<CheckpointShard> shards = new ArrayList<>();
        List<CheckpointTensor> tensors = new ArrayList<>();
        for (Component component : components) {
            int first = shards.size();
            int end = first + component.shards().size();
            for (int i = first; i < end; i++) {
                SafetensorsHeader header = headers.get(i);
                shards.add(new CheckpointShard(
                        files.get(i), header.metadata(), header.tensors().size(), header.dataStart()));
            }
            tensors.addAll(ComponentTensors.collect(component, headers.subList(first, end)));
        }
        return new Checkpoint(path, shards, tensors, otherFiles, ignoredWeights);
    }

    /** The path it was opened by. */
    public String path() {
        return path;
    }

    /** The files of weights, ordered by component and name. */
    public List<CheckpointShard> shards() {
        return shards;
    }

    /** All tensors, in the order of the shards and within a shard as they lie in it. */
    public List<CheckpointTensor> tensors() {
        return tensors;
    }

    /** The tensors of one shard; an unknown file is an error that suggests the nearest. */
    public List<CheckpointTensor> tensorsOf(String file) {
        Integer first = firstTensorOf.get(file);
        if (first == null) {
            throw InvalidRequestException.unknown("file", file, firstTensorOf.keySet());
        }
        int end = first;
        while (end < tensors.size() && tensors.get(end).file().equals(file)) {
            end++;
        }
        return tensors.subList(first, end);
    }

    /**
     * Config, tokenizer and all else a converted checkpoint carries over: direct children of the directory and of the
     * components, without hidden files, weights and pickles. Empty for single files.
     */
    public List<CheckpointFile> otherFiles() {
        return otherFiles;
    }

    /**
     * Relative names of weights that are there and were not read, for the user to be told: pickles, safetensors the
     * index does not list, variants and single-file exports of weights that were read.
     */
    public List<String> ignoredWeights() {
        return ignoredWeights;
    }

    /** Bytes of all tensors, without headers: what an index calls total_size. */
    public long tensorBytes() {
        return tensorBytes;
    }

    /** The tensor with this name, or null. A name that several components use is an error: name the file then. */
    public CheckpointTensor find(String name) {
        CheckpointTensor found = firstByName.get(name);
        CheckpointTensor other = secondByName.get(name);
        if (other != null) {
            throw new InvalidRequestException(
                    "Several components have a tensor '" + Printable.text(name) + "': it lies in "
                            + Printable.text(found.file()) + " and in " + Printable.text(other.file()),
                    "Name the file as well");
        }
        return found;
    }

    /** The tensor of one file with this name, or null. */
    public CheckpointTensor find(String file, String name) {
        CheckpointTensor first = firstByName.get(name);
        if (first == null || first.file().equals(file)) {
            return first;
        }
        if (!secondByName.containsKey(name)) {
            return null;
        }
        for (CheckpointTensor tensor : tensorsOf(file)) {
            if (tensor.name().equals(name)) {
                return tensor;
            }
        }
        return null;
    }

    /** Checks a shard or other file, looked up by its path, against what it was when this checkpoint was opened. */
    public void verifyUnchanged(FileEntry now) {
        for (CheckpointShard shard : shards) {
            if (shard.source().entry().path().equals(now.path())) {
                shard.source().verifyUnchanged(now);
                return;
            }
        }
        for (CheckpointFile file : otherFiles) {
            if (file.entry().path().equals(now.path())) {
                file.verifyUnchanged(now);
                return;
            }
        }
        throw new InvalidRequestException(
                "'" + Printable.text(now.path()) + "' is not a file of the checkpoint '" + Printable.text(path) + "'");
    }
}
