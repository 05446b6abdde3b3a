package io.arrowquant.spark.job;

import static org.apache.spark.sql.functions.col;

import io.arrowquant.checkpoint.Checkpoint;
import io.arrowquant.checkpoint.CheckpointTensor;
import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.MalformedFileException;
import io.arrowquant.layout.ModelFiles;
import io.arrowquant.spark.metrics.PartitionRecord;
import io.arrowquant.spark.metrics.TaskRecorder;
import io.arrowquant.spark.read.CheckpointLoader;
import io.arrowquant.spark.storage.Storages;
import io.arrowquant.spark.write.OutputClaim;
import io.arrowquant.storage.Crc32c;
import io.arrowquant.storage.PlainNames;
import io.arrowquant.storage.Storage;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;

/**
 * Turns a quantized table back into a checkpoint: kept tensors byte for byte, quantized ones as the values their codes
 * stand for, in the type they had. Each component of the checkpoint is one write; all of them appear at once.
 */
final class DequantizeJob {
    private final OutputFolder table;
    private final DequantizeRequest request;
    private final Configuration configuration;
    private final Streams streams;
    private final Map<TensorKey, Report.Tensor> expected = new HashMap<>();
    private final long begin = System.nanoTime();

    DequantizeJob(OutputFolder table, DequantizeRequest request, Configuration configuration, Streams streams) {
        table.requireTable();
        this.table = table;
        this.request = request;
        this.configuration = configuration;
        this.streams = streams;
    }

    /** Everything that can be refused before Spark is needed. */
    Storages.Located check() throws IOException {
        if (request.dtype() != null && !request.dtype().isFloatingPoint()) {
            throw new InvalidRequestException(
                    "Invalid dtype: " + request.dtype() + " cannot hold weights",
                    "Use F32, BF16, F16 or another float");
        }
        Storages.Located output =
                OutputCheck.require(request.input(), request.output(), request.overwrite(), configuration);
        OutputCheck.requireSpace(output, bytesAfter());
        return output;
    }

    private long bytesAfter() {
        long bytes = 0;
        for (Report.Tensor tensor : table.report().tensors()) {
            bytes += bytes(tensor);
        }
        for (Report.OutputFile file : table.report().files()) {
            bytes += file.role().equals("carried") ? file.bytes() : 0;
        }
        return bytes;
    }

    private long bytes(Report.Tensor tensor) {
        if (!tensor.isQuantized() || request.dtype() == null) {
            return tensor.bytesBefore();
        }
        return request.dtype().byteLength(shape(tensor).elements());
    }

    private static Shape shape(Report.Tensor tensor) {
        return Shape.of(tensor.shape().stream().mapToLong(Long::longValue).toArray());
    }

    private DataType dtype(Report.Tensor tensor) {
        return tensor.isQuantized() && request.dtype() != null ? request.dtype() : DataType.of(tensor.dtype());
    }

    /** Runs the job and gives the report of what it made. */
    Report run(Storages.Located output) throws IOException {
        try (SparkRun run = SparkRun.begin("dequantize " + request.input())) {
            OutputClaim claim = run.claim(output, false);
            Storage storage = output.storage();
            String directory = claim.directory();
            writeTensors(run, storage, directory);
            run.stopIfEnding();

            List<Report.OutputFile> files = new ArrayList<>();
            List<FileChecksums.OutputFile> data = FileChecksums.list(storage, directory);
            List<Integer> checksums = FileChecksums.compute(run.context(), configuration, data);
            for (int i = 0; i < data.size(); i++) {
                files.add(new Report.OutputFile(
                        data.get(i).name(), data.get(i).bytes(), Crc32c.text(checksums.get(i)), "data"));
            }
            List<Report.Tensor> tensors = readBack(run, directory);
            files.addAll(restoreFiles(storage, directory));
            run.stopIfEnding();
            Report report = report(run.jobId(), tensors, files);
            try (OutputStream out = storage.create(storage.child(directory, Report.NAME))) {
                out.write(ReportFile.bytes(report));
            }
            claim.publish(Report.NAME);
            return report;
        }
    }

    private void writeTensors(SparkRun run, Storage storage, String directory) throws IOException {
        Dataset<Row> rows = TableRows.inWholeFiles(run.session(), table.place().path());
        if (anySpansFiles()) {
            rows = rows.repartition(col("file"), col("layer_name"));
        }
        String newType = request.dtype() == null
                ? "dtype"
                : String.format(Locale.ROOT, "if(%s, dtype, '%s') AS dtype", TableRows.IS_KEPT, request.dtype());
        Dataset<Row> tensors = rows.selectExpr(
                "file",
                "layer_name",
                newType,
                "shape",
                "element_start",
                "element_count",
                "CASE WHEN " + TableRows.IS_KEPT + " THEN quantized_data END AS data",
                "CASE WHEN NOT " + TableRows.IS_KEPT + " THEN " + TableRows.DEQUANTIZED + " END AS weights");
        ProgressLine line =
                new ProgressLine("dequantize", table.report().tensors().size(), bytesAfter());
        try (Progress progress = new Progress(streams, line, () -> state(run))) {
            progress.start();
            for (Map.Entry<String, List<Object>> component : components().entrySet()) {
                run.stopIfEnding();
                DataFrameWriter<Row> writer = tensors.where(
                                col("file").isin(component.getValue().toArray()))
                        .write()
                        .format("safetensors")
                        .mode(SaveMode.Overwrite);
                stem(component.getValue()).ifPresent(stem -> writer.option("fileStem", stem));
                if (request.maxShardSize() != null) {
                    writer.option("maxShardBytes", request.maxShardSize());
                }
                writer.save(
                        component.getKey().isEmpty()
                                ? directory
                                : CarriedFiles.resolve(storage, directory, component.getKey()));
            }
        }
    }

    /** What the files of a component were called, without their numbers, when they agree. */
    private static Optional<String> stem(List<Object> files) {
        Set<String> stems = new HashSet<>();
        for (Object file : files) {
            String path = (String) file;
            stems.add(ModelFiles.stem(path.substring(path.lastIndexOf('/') + 1)));
        }
        stems.removeIf(stem -> !PlainNames.isVisible(stem));
        return stems.size() == 1 ? Optional.of(stems.iterator().next()) : Optional.empty();
    }

    private static Progress.State state(SparkRun run) {
        long bytes = TaskRecorder.bytesBeingWritten(run.jobId());
        long tensors = 0;
        for (PartitionRecord record : run.records()) {
            bytes += record.bytesWritten();
            tensors += record.tensors();
        }
        return new Progress.State(tensors, bytes);
    }

    private boolean anySpansFiles() {
        for (Report.Tensor tensor : table.report().tensors()) {
            if (tensor.outputFiles().size() > 1) {
                return true;
            }
        }
        return false;
    }

    /** The files of weights that the source had, by the directory they lay in. */
    private Map<String, List<Object>> components() {
        Map<String, List<Object>> components = new TreeMap<>();
        for (Report.Tensor tensor : table.report().tensors()) {
            List<Object> files = components.computeIfAbsent(component(tensor.file()), unused -> new ArrayList<>());
            if (!files.contains(tensor.file())) {
                files.add(tensor.file());
            }
        }
        return components;
    }

    static String component(String file) {
        return file.substring(0, Math.max(0, file.lastIndexOf('/')));
    }

    /** The tensors as they came out, which must be those of the table. */
    private List<Report.Tensor> readBack(SparkRun run, String directory) {
        for (Report.Tensor tensor : table.report().tensors()) {
            expected.put(new TensorKey(component(tensor.file()), tensor.layerName()), tensor);
        }
        Checkpoint written = CheckpointLoader.load(directory, configuration);
        TensorTally tally = new TensorTally(directory);
        tally.add(OutputScan.ofCheckpoint(run.session(), directory));
        Map<TensorKey, TensorTally.Found> found = tally.tensors();
        List<Report.Tensor> tensors = new ArrayList<>();
        for (CheckpointTensor tensor : written.tensors()) {
            Report.Tensor from = expected.remove(new TensorKey(component(tensor.file()), tensor.name()));
            TensorTally.Found there = found.get(TensorKey.of(tensor));
            requireAsPlanned(tensor, from, there);
            tensors.add(tensor(tensor, from, there));
        }
        for (TensorKey missing : expected.keySet()) {
            throw MalformedFileException.ofFile(
                    table.place().path(),
                    "tensor " + missing.shown() + " of its " + Report.NAME + " is not in the table",
                    "Find out more with arrowquant verify");
        }
        return tensors;
    }

    private void requireAsPlanned(CheckpointTensor tensor, Report.Tensor from, TensorTally.Found there) {
        TensorKey key = TensorKey.of(tensor);
        boolean same = from != null
                && there != null
                && tensor.info().dtype() == dtype(from)
                && tensor.info().shape().equals(shape(from));
        if (!same) {
            throw MalformedFileException.ofFile(
                    table.place().path(),
                    "tensor " + key.shown() + " of the table is another than its " + Report.NAME + " says",
                    "Find out more with arrowquant verify");
        }
        if (!from.isQuantized() && !Crc32c.text(there.checksum()).equals(from.crc32c())) {
            throw MalformedFileException.ofFile(
                    table.place().path(),
                    "tensor " + key.shown() + " has CRC32C " + Crc32c.text(there.checksum()) + " instead of "
                            + from.crc32c(),
                    "The table is damaged: make it again");
        }
    }

    private static Report.Tensor tensor(CheckpointTensor tensor, Report.Tensor from, TensorTally.Found there) {
        String dtype = tensor.info().dtype().name();
        return new Report.Tensor(
                tensor.name(),
                tensor.file(),
                dtype,
                Arrays.stream(tensor.info().shape().toArray()).boxed().toList(),
                dtype,
                tensor.info().dtype().bits(),
                0,
                from.isQuantized() ? "dequantized from " + from.scheme() : "kept",
                from.bytesAfter(),
                there.bytes(),
                Crc32c.text(there.checksum()),
                List.of(new Report.Part("data", there.bytes(), Crc32c.text(there.checksum()))),
                there.outputFiles(),
                null,
                null,
                null,
                null);
    }

    private List<Report.OutputFile> restoreFiles(Storage to, String directory) throws IOException {
        Storage from = table.place().storage();
        List<Report.OutputFile> restored = new ArrayList<>();
        for (Report.OutputFile file : table.report().files()) {
            if (!file.role().equals("carried")) {
                continue;
            }
            String name = CarriedFiles.nameInCheckpoint(file.name());
            int checksum = CarriedFiles.copy(
                    from,
                    CarriedFiles.resolve(from, table.place().path(), file.name()),
                    to,
                    CarriedFiles.resolve(to, directory, name));
            if (!Crc32c.text(checksum).equals(file.crc32c())) {
                throw MalformedFileException.ofFile(
                        file.name(),
                        "it has CRC32C " + Crc32c.text(checksum) + " instead of " + file.crc32c(),
                        "The table is damaged: make it again");
            }
            restored.add(new Report.OutputFile(name, file.bytes(), file.crc32c(), "carried"));
        }
        return restored;
    }

    private Report report(String jobId, List<Report.Tensor> tensors, List<Report.OutputFile> files) {
        long before = 0;
        long after = 0;
        long parameters = 0;
        for (Report.Tensor tensor : tensors) {
            before += tensor.bytesBefore();
            after += tensor.bytesAfter();
            parameters += shape(tensor).elements();
        }
        return new Report(
                Report.FORMAT,
                Report.FORMAT_VERSION,
                Report.SAFETENSORS,
                jobId,
                Instant.now().toString(),
                (System.nanoTime() - begin) / 1e9,
                new Report.Software(Versions.arrowQuant(), Versions.spark(), Versions.java()),
                new Report.Source(table.place().path(), List.of()),
                table.report().recipe(),
                tensors,
                files,
                new Report.Totals(
                        tensors.size(),
                        0,
                        parameters,
                        before,
                        after,
                        parameters == 0 ? 0 : after * 8.0 / parameters,
                        null),
                null);
    }
}
