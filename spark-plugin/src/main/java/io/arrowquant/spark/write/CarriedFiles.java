package io.arrowquant.spark.write;

import io.arrowquant.checkpoint.Checkpoint;
import io.arrowquant.checkpoint.CheckpointFile;
import io.arrowquant.checkpoint.CheckpointPaths;
import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.Printable;
import io.arrowquant.spark.storage.Storages;
import io.arrowquant.storage.PlainNames;
import io.arrowquant.storage.RangeReader;
import io.arrowquant.storage.Storage;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/**
 * Config, tokenizer and the other files that make a model of weights, as the option {@code source} carries them over:
 * the direct children of the source that are neither weights nor hidden.
 */
final class CarriedFiles {
    private static final int CHUNK = 1 << 20;

    private final Storage storage;
    private final List<CheckpointFile> files;

    private CarriedFiles(Storage storage, List<CheckpointFile> files) {
        this.storage = storage;
        this.files = files;
    }

    static CarriedFiles none() {
        return new CarriedFiles(null, List.of());
    }

    /** The files of a source, which must be a checkpoint apart from the output. */
    static CarriedFiles of(String source, Storages.Located output, Configuration configuration) throws IOException {
        Storages.Located from = Storages.locate(source, configuration);
        if (Storages.sameStore(from, output)) {
            CheckpointPaths.requireSeparate(from.storage(), from.path(), output.path());
        }
        List<CheckpointFile> files = new ArrayList<>();
        for (CheckpointFile file : Checkpoint.open(from.storage(), from.path()).otherFiles()) {
            if (file.file().equals(file.entry().name())) {
                requirePortable(file.file(), from.path());
                files.add(file);
            }
        }
        return new CarriedFiles(from.storage(), files);
    }

    private static void requirePortable(String name, String source) {
        if (!PlainNames.isPlain(name)) {
            throw new InvalidRequestException(
                    "The source '" + Printable.text(source) + "' has a file '" + Printable.text(name)
                            + "', a name that not every store can hold",
                    "Rename or remove it");
        }
    }

    List<String> names() {
        List<String> names = new ArrayList<>(files.size());
        for (CheckpointFile file : files) {
            names.add(file.file());
        }
        return names;
    }

    /** Copies one of the files into the staging area and says where it is. */
    String stage(String name, StagingArea staging) throws IOException {
        for (CheckpointFile file : files) {
            if (file.file().equals(name)) {
                String target = staging.driverFile(name);
                copy(file, staging.storage(), target);
                return target;
            }
        }
        throw new IllegalArgumentException(name);
    }

    private void copy(CheckpointFile file, Storage to, String target) throws IOException {
        byte[] chunk = new byte[(int) Math.min(CHUNK, Math.max(1, file.entry().size()))];
        file.verifyUnchanged(storage.status(file.entry().path()));
        try (RangeReader in = storage.open(file.entry().path());
                OutputStream out = to.create(target)) {
            for (long done = 0; done < in.size(); done += chunk.length) {
                int length = (int) Math.min(chunk.length, in.size() - done);
                in.readFully(done, chunk, 0, length);
                out.write(chunk, 0, length);
            }
        }
    }
}
