package io.arrowquant.local;

import io.arrowquant.arrow.ControlBlock;
import io.arrowquant.arrow.LayerCosts;
import io.arrowquant.arrow.Workers;
import io.arrowquant.checkpoint.Checkpoint;
import io.arrowquant.checkpoint.CheckpointFile;
import io.arrowquant.checkpoint.CheckpointPaths;
import io.arrowquant.checkpoint.CheckpointShard;
import io.arrowquant.checkpoint.CheckpointTensor;
import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.ResourceException;
import io.arrowquant.layout.WeightIndex;
import io.arrowquant.quality.ErrorSummary;
import io.arrowquant.storage.LocalStorage;
import io.arrowquant.storage.RangeReader;
import io.arrowquant.storage.Storage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Quantizes model files into model files: every shard becomes one of the same name, with an index beside them and all
 * other files carried over; or all tensors go into one file. The output is complete beside its place before it takes it.
 */
final class FileQuantizer {
    private static final String SUFFIX = ".safetensors";

    private final Storage storage = LocalStorage.INSTANCE;
    private final LocalRequest request;
    private final ControlBlock control;
    private final List<FileTensor> tensors = new ArrayList<>();
    private Checkpoint checkpoint;

    FileQuantizer(LocalRequest request, ControlBlock control) {
        this.request = request;
        this.control = control;
    }

    String run() {
        long begin = System.nanoTime();
        String output = request.text("output");
        Path temporary = null;
        try {
            checkpoint = Checkpoint.open(storage, request.text("input"));
            checkOutput(output);
            plan();
            // Beside the output, so that it is moved and not copied.
            Path target = Path.of(output).toAbsolutePath();
            Files.createDirectories(target.getParent());
            temporary = Files.createTempDirectory(target.getParent(), "_temporary-");
            long planned = System.nanoTime();
            write(temporary, output.endsWith(SUFFIX));
            publish(temporary, target);
            return report(planned - begin, System.nanoTime() - planned);
        } catch (IOException failed) {
            throw new ResourceException(
                    "Files cannot be read or written: " + failed.getMessage(),
                    "Check the paths, permissions and free space",
                    failed);
        } finally {
            if (temporary != null) {
                remove(temporary.toString());
            }
        }
    }

    private void checkOutput(String output) throws IOException {
        CheckpointPaths.requireSeparate(storage, checkpoint.path(), output);
        if (!request.flag("overwrite") && storage.exists(output)) {
            Storage.FileEntry there = storage.status(output);
            if (!there.directory() || !storage.list(output).isEmpty()) {
                throw new InvalidRequestException(
                        "'" + output + "' exists already", "Pass overwrite=True to replace it, or choose another path");
            }
        }
    }

    private void plan() throws IOException {
        for (CheckpointTensor tensor : checkpoint.tensors()) {
            if (!request.rules().drops(tensor.name())) {
                tensors.add(new FileTensor(tensor, tensors.size(), request.rules(), request.nonFinite()));
            }
        }
        checkPatterns();
        long weights = 0;
        for (FileTensor tensor : tensors) {
            weights += tensor.source.info().elements();
        }
        long limit = request.options(0).limit(weights);
        if (limit > 0) {
            chooseWithin(limit);
        }
        forEachTensor((tensor, reader) -> {
            if (!tensor.isKept() && tensor.choice().hasThreshold()) {
                tensor.raise(reader, control);
            }
        });
        if (limit > 0) {
            LayerCosts.require(outputBytes(), limit);
        }
    }

    private void checkPatterns() {
        List<String> names = new ArrayList<>();
        checkpoint.tensors().forEach(tensor -> names.add(tensor.name()));
        List<String> unmatched = request.flag("strict") ? request.rules().unmatched(names) : List.of();
        if (!unmatched.isEmpty()) {
            throw new InvalidRequestException(
                    "No tensor matches '" + String.join("', '", unmatched) + "'",
                    "Correct the patterns, or leave strict out");
        }
    }

    private void chooseWithin(long limit) throws IOException {
        LayerCosts[] costs = new LayerCosts[tensors.size()];
        forEachTensor((tensor, reader) -> costs[(int) tensor.row] = costs(tensor, reader));
        int[] chosen = LayerCosts.choose(List.of(costs), limit);
        for (int i = 0; i < chosen.length; i++) {
            if (chosen[i] == LayerCosts.KEEP) {
                tensors.get(i).keep();
            } else {
                tensors.get(i).choose(chosen[i]);
            }
        }
    }

    private LayerCosts costs(FileTensor tensor, RangeReader reader) throws IOException {
        LayerCosts costs = new LayerCosts(tensor.source.info().byteLength());
        for (int i = 0; i < tensor.choice().candidates().size(); i++) {
            tensor.choose(i);
            if (!tensor.isKept()) {
                ErrorSummary errors = tensor.measure(reader, control);
                if (tensor.choice().passes(errors.cosine())) {
                    costs.add(i, tensor.outputBytes(), errors);
                }
            }
        }
        return costs;
    }

    /** What is done with a tensor and its open file. */
    private interface Work {
        void accept(FileTensor tensor, RangeReader reader) throws IOException;
    }

    private void forEachTensor(Work work) throws IOException {
        IOException[] failed = new IOException[tensors.size()];
        Workers.run(request.threads(), tensors.size(), () -> index -> {
            FileTensor tensor = tensors.get(index);
            try (RangeReader reader = storage.open(pathOf(tensor.source.file()))) {
                work.accept(tensor, reader);
            } catch (IOException unreadable) {
                failed[index] = unreadable;
            }
        });
        for (IOException first : failed) {
            if (first != null) {
                throw first;
            }
        }
    }

    private String pathOf(String file) {
        for (CheckpointShard shard : checkpoint.shards()) {
            if (shard.file().equals(file)) {
                return shard.source().entry().path();
            }
        }
        throw new IllegalStateException(file);
    }

    private void write(Path directory, boolean oneFile) throws IOException {
        if (oneFile) {
            try (OutputFile file = new OutputFile(directory.resolve("model" + SUFFIX))) {
                writeFile(file, tensors);
            }
            return;
        }
        SortedMap<String, String> index = new TreeMap<>();
        for (CheckpointShard shard : checkpoint.shards()) {
            List<FileTensor> own = new ArrayList<>();
            tensors.stream()
                    .filter(tensor -> tensor.source.file().equals(shard.file()))
                    .forEach(own::add);
            Path path = directory.resolve(shard.file());
            Files.createDirectories(path.getParent());
            try (OutputFile file = new OutputFile(path)) {
                writeFile(file, own);
                file.names().forEach(name -> index.put(name, shard.file()));
            }
        }
        if (checkpoint.shards().size() > 1) {
            Files.write(directory.resolve(WeightIndex.NAME), WeightIndex.text(index, outputBytes()));
        }
        for (CheckpointFile other : checkpoint.otherFiles()) {
            carry(other, directory.resolve(other.file()));
        }
    }

    private void writeFile(OutputFile file, List<FileTensor> own) throws IOException {
        for (FileTensor tensor : own) {
            try (RangeReader reader = storage.open(pathOf(tensor.source.file()))) {
                file.add(tensor, tensor.outputs(reader, control));
            }
        }
        file.begin();
        IOException[] failed = new IOException[own.size()];
        Workers.run(request.threads(), own.size(), () -> index -> {
            FileTensor tensor = own.get(index);
            try (RangeReader reader = storage.open(pathOf(tensor.source.file()))) {
                file.write(index, reader, control);
                control.completed(tensor.row);
            } catch (IOException unwritable) {
                failed[index] = unwritable;
            }
        });
        for (IOException first : failed) {
            if (first != null) {
                throw first;
            }
        }
    }

    private void carry(CheckpointFile other, Path target) throws IOException {
        if (other.file().endsWith(SUFFIX + ".index.json")) {
            return;
        }
        Files.createDirectories(target.getParent());
        try (RangeReader reader = storage.open(other.entry().path());
                OutputStream out = Files.newOutputStream(target)) {
            byte[] buffer = new byte[1 << 16];
            for (long at = 0; at < reader.size(); at += buffer.length) {
                int length = (int) Math.min(buffer.length, reader.size() - at);
                reader.readFully(at, buffer, 0, length);
                out.write(buffer, 0, length);
            }
        }
    }

    private void publish(Path temporary, Path target) throws IOException {
        control.checkCancelled();
        Path made = target.toString().endsWith(SUFFIX) ? temporary.resolve("model" + SUFFIX) : temporary;
        if (Files.exists(target)) {
            Path old =
                    Files.createTempDirectory(target.getParent(), "_temporary-").resolve("old");
            Files.move(target, old);
            Files.move(made, target);
            remove(old.getParent().toString());
        } else {
            Files.move(made, target);
        }
    }

    private void remove(String path) {
        try {
            storage.delete(path);
        } catch (IOException left) {
            System.getLogger(FileQuantizer.class.getName())
                    .log(System.Logger.Level.WARNING, "A temporary directory is left: " + path, left);
        }
    }

    private long outputBytes() {
        long bytes = 0;
        for (FileTensor tensor : tensors) {
            bytes += tensor.outputBytes();
        }
        return bytes;
    }

    private String report(long planNanos, long encodeNanos) {
        return Report.of(json -> {
            long bytesIn = 0;
            long parameters = 0;
            json.writeArrayFieldStart("tensors");
            for (FileTensor tensor : tensors) {
                bytesIn += tensor.source.info().byteLength();
                parameters += tensor.source.info().elements();
                json.writeStartObject();
                json.writeStringField("layer", tensor.source.name());
                json.writeStringField(
                        "scheme", tensor.isKept() ? null : tensor.scheme().spelling());
                json.writeNumberField("attempts", tensor.attempts());
                if (tensor.errors != null) {
                    Report.writeErrors(json, tensor.errors);
                }
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeNumberField("layers", tensors.size());
            json.writeNumberField("parameters", parameters);
            json.writeNumberField("bytes_in", bytesIn);
            json.writeNumberField("bytes_out", outputBytes());
            Report.writeStages(json, 0, planNanos, encodeNanos, 0);
        });
    }
}
