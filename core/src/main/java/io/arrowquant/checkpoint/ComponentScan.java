package io.arrowquant.checkpoint;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.MalformedFileException;
import io.arrowquant.error.Printable;
import io.arrowquant.storage.RangeReader;
import io.arrowquant.storage.Storage;
import io.arrowquant.storage.Storage.FileEntry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Sorts the files of one directory into shards to read, weights to leave alone, and everything else. */
final class ComponentScan {
    private final Storage storage;
    private final String prefix;
    private final String directory;
    private final Map<String, FileEntry> files = new HashMap<>();
    private final List<FileEntry> visible = new ArrayList<>();
    private final List<String> safetensors = new ArrayList<>();
    private final List<FileEntry> indexes = new ArrayList<>();
    private final List<FileEntry> directories = new ArrayList<>();

    /** {@code prefix} is "" for the root, else the names that lead to the directory, each with a slash. */
    ComponentScan(Storage storage, String prefix, String directory, List<FileEntry> children) {
        this.storage = storage;
        this.prefix = prefix;
        this.directory = directory;
        for (FileEntry child : children) {
            if (!child.directory()) {
                files.put(child.name(), child);
                if (!FileNames.isHidden(child.name())) {
                    visible.add(child);
                }
            } else if (!FileNames.isHidden(child.name())) {
                directories.add(child);
            }
        }
        for (FileEntry file : visible) {
            if (FileNames.isSafetensors(file.name())) {
                safetensors.add(file.name());
            } else if (FileNames.isIndex(file.name())) {
                indexes.add(file);
            }
        }
    }

    String prefix() {
        return prefix;
    }

    /** The directories in this one that are not hidden. */
    List<FileEntry> directories() {
        return directories;
    }

    boolean hasWeights() {
        return !safetensors.isEmpty() || !indexes.isEmpty();
    }

    Component component(Confinement confinement) throws IOException {
        List<String> kept = withoutSpareVariants();
        FileEntry indexFile = chooseIndex(kept);
        if (indexFile == null) {
            String missing = FileNames.missingNumber(kept);
            if (missing != null) {
                throw MalformedFileException.ofFile(
                        storage.child(directory, missing),
                        "this shard is missing, though others of its set are there",
                        "Download the whole model");
            }
            return new Component(entries(kept, null, confinement), null, null);
        }
        confinement.require(indexFile);
        ShardIndex index;
        try (RangeReader reader = PathLookup.open(storage, indexFile.path())) {
            index = ShardIndex.read(indexFile.path(), reader);
        }
        return new Component(entries(index.shards(), indexFile, confinement), index, indexFile.path());
    }

    /** Config, tokenizer and whatever else is neither weights nor hidden. */
    List<CheckpointFile> otherFiles(Confinement confinement) throws IOException {
        List<CheckpointFile> others = new ArrayList<>();
        for (FileEntry file : visible) {
            boolean weights = FileNames.isSafetensors(file.name())
                    || FileNames.isIndex(file.name())
                    || FileNames.isPickle(file.name());
            if (!weights) {
                confinement.require(file);
                others.add(new CheckpointFile(prefix + file.name(), file));
            }
        }
        return others;
    }

    /** Relative names of the weights that are not among the shards read; all of them for null. */
    List<String> ignoredWeights(Component read) {
        Set<String> shards = new HashSet<>();
        if (read != null) {
            for (CheckpointFile shard : read.shards()) {
                shards.add(shard.entry().name());
            }
        }
        List<String> ignored = new ArrayList<>();
        for (FileEntry file : visible) {
            String name = file.name();
            if (FileNames.isPickle(name) || (FileNames.isSafetensors(name) && !shards.contains(name))) {
                ignored.add(prefix + name);
            }
        }
        return ignored;
    }

    private List<String> withoutSpareVariants() {
        List<String> kept = new ArrayList<>();
        for (String name : safetensors) {
            if (!FileNames.isSpareVariant(name, safetensors)) {
                kept.add(name);
            }
        }
        return kept;
    }

    /** The index of the weights without a variant; of a variant only when there is nothing else; null for none. */
    private FileEntry chooseIndex(List<String> kept) {
        if (files.containsKey(FileNames.DEFAULT_INDEX)) {
            return files.get(FileNames.DEFAULT_INDEX);
        }
        List<FileEntry> candidates = new ArrayList<>();
        for (FileEntry index : indexes) {
            if (FileNames.isPlainIndex(index.name())) {
                candidates.add(index);
            }
        }
        if (candidates.isEmpty() && kept.size() == safetensors.size()) {
            candidates = indexes;
        }
        if (candidates.size() > 1) {
            throw new InvalidRequestException(
                    "'" + Printable.text(directory) + "' holds several index files: "
                            + Printable.text(candidates.get(0).name()) + ", "
                            + Printable.text(candidates.get(1).name()),
                    "Keep the one to read, or name the safetensors files to read");
        }
        return candidates.isEmpty() ? null : candidates.get(0);
    }

    private List<CheckpointFile> entries(Iterable<String> names, FileEntry index, Confinement confinement)
            throws IOException {
        List<CheckpointFile> entries = new ArrayList<>();
        for (String name : names) {
            FileEntry entry = files.get(name);
            if (entry == null) {
                throw MalformedFileException.ofFile(
                        index.path(),
                        "weight_map names the file '" + Printable.text(name)
                                + "', which is missing from the directory or a link to nowhere",
                        "Download the whole model");
            }
            confinement.require(entry);
            entries.add(new CheckpointFile(prefix + name, entry));
        }
        return entries;
    }
}
