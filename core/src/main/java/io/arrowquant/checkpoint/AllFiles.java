package io.arrowquant.checkpoint;

import io.arrowquant.storage.Storage;
import io.arrowquant.storage.Storage.FileEntry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What lies in a model directory beside the weights that are read, however deep: licenses, adapters' and tokenizers' files in
 * directories of their own belong to the model, too.
 */
final class AllFiles {
    private final Storage storage;
    private final Confinement confinement;
    private final Map<String, Component> readByPrefix;
    private final Set<String> visited = new HashSet<>();
    private final List<CheckpointFile> others = new ArrayList<>();
    private final List<String> ignoredWeights = new ArrayList<>();

    /** {@code readByPrefix} has the weights that are read, by the prefix of their directory. */
    AllFiles(Storage storage, Confinement confinement, Map<String, Component> readByPrefix) {
        this.storage = storage;
        this.confinement = confinement;
        this.readByPrefix = readByPrefix;
    }

    /** Takes the files of a directory, and those of all directories below it that are not hidden. */
    void add(ComponentScan scan) throws IOException {
        others.addAll(scan.otherFiles(confinement));
        ignoredWeights.addAll(scan.ignoredWeights(readByPrefix.get(scan.prefix())));
        for (FileEntry directory : scan.directories()) {
            confinement.require(directory);
            // Links may lead in circles: every directory counts once, whatever leads to it.
            if (visited.add(storage.canonical(directory.path()))) {
                add(new ComponentScan(
                        storage,
                        scan.prefix() + directory.name() + "/",
                        directory.path(),
                        PathLookup.list(storage, directory.path())));
            }
        }
    }

    /** Config, tokenizer and whatever else is neither weights nor hidden, with names relative to the model directory. */
    List<CheckpointFile> others() {
        return others;
    }

    /** Names of the weights that are not read. */
    List<String> ignoredWeights() {
        return ignoredWeights;
    }
}
