package io.arrowquant.spark.job;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.arrowquant.checkpoint.CheckpointFile;
import io.arrowquant.error.Printable;
import io.arrowquant.recipe.PlannedTensor;
import io.arrowquant.recipe.SchemeChoice;
import io.arrowquant.scheme.Scheme;
import io.arrowquant.storage.ByteSize;
import io.arrowquant.tensor.TensorInfo;
import java.util.List;
import java.util.Locale;

/**
 * Shows a plan: what becomes of every tensor, with sizes that are exact, and the files it goes to. Needs no application; see
 * {@link PlannedFiles} for what the names of files then rest on.
 */
final class DryRun {
    private final JobPlan plan;
    private final PlannedFiles files;
    private final List<PlannedFiles.Sized> outputFiles;
    /** What is copied as it is. */
    private final List<CheckpointFile> carried;
    /** What schemes are chosen from, or null when nothing has to be chosen. */
    private final List<String> candidates;

    private DryRun(JobPlan plan, PlannedFiles files) {
        this.plan = plan;
        this.files = files;
        this.outputFiles = files.filesOf(plan);
        this.carried = plan.carriedFiles();
        SchemeChoice choice = plan.choice();
        this.candidates = choice == null
                ? null
                : choice.candidates().stream().map(Scheme::spelling).toList();
    }

    /** One for each output of a job. */
    static List<DryRun> of(List<JobPlan> plans) {
        PlannedFiles files = PlannedFiles.of(plans);
        return plans.stream().map(plan -> new DryRun(plan, files)).toList();
    }

    void print(Streams streams) {
        TextTable table = new TextTable(
                "tensor", "shape", "from", "to", ">bytes before", ">bytes after", "output file", "reason when kept");
        for (PlannedTensor tensor : plan.tensors()) {
            TensorInfo info = tensor.source().info();
            table.row(
                    info.name(),
                    info.shape(),
                    info.dtype(),
                    to(tensor),
                    Figures.count(tensor.bytesBefore()),
                    Figures.count(tensor.bytesAfter()),
                    files.fileOf(plan, tensor),
                    plan.reason(tensor));
        }
        table.print(streams);
        streams.line("");
        streams.line(totals());
        if (candidates != null) {
            streams.line("Schemes are chosen when the weights are read, from: " + String.join(", ", candidates)
                    + ", and to keep them");
        }
        if (sizesCaveat() != null) {
            streams.line("Bytes after are " + sizesCaveat());
        }
        for (PlannedFiles.Sized file : outputFiles) {
            streams.line("output file: " + Printable.text(file.name()) + ", "
                    + (file.tensors() == 0 ? "" : file.tensors() + " tensors, ") + Figures.count(file.bytes())
                    + " bytes");
        }
        if (caveat() != null) {
            streams.line("Output files are " + caveat());
        }
        for (CheckpointFile file : carried) {
            streams.line("carried along: " + Printable.text(file.file()) + ", "
                    + Figures.count(file.entry().size()) + " bytes");
        }
        Long bytes = directoryBytes();
        if (bytes != null) {
            streams.line("the whole directory: " + Figures.count(bytes) + " bytes, and the report");
        }
        for (String pattern : plan.unmatchedPatterns()) {
            streams.line("no tensor matches: " + Printable.text(pattern));
        }
        for (String ignored : plan.checkpoint().ignoredWeights()) {
            streams.line("not read: " + Printable.text(ignored));
        }
    }

    private String totals() {
        return String.format(
                Locale.ROOT,
                "%d tensors, %d quantized, %s parameters: %s -> %s (%s bytes), %.3f bits per weight",
                plan.tensors().size(),
                plan.quantizedTensors(),
                Figures.count(plan.parameters()),
                ByteSize.show(plan.bytesBefore()),
                ByteSize.show(plan.bytesAfter()),
                Figures.count(plan.bytesAfter()),
                plan.bitsPerWeight());
    }

    /** All files but the report, which tells of the run; null of a table. */
    private Long directoryBytes() {
        if (!plan.layout().isForRuntimes()) {
            return null;
        }
        long bytes = 0;
        for (PlannedFiles.Sized file : outputFiles) {
            bytes += file.bytes();
        }
        for (CheckpointFile file : carried) {
            bytes += file.entry().size();
        }
        return bytes;
    }

    private String sizesCaveat() {
        return PlannedFiles.sizesCaveat(plan, candidates != null);
    }

    private String caveat() {
        return files.caveat(plan, candidates != null);
    }

    ObjectNode json() {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("status", "dry run");
        document.put("input", plan.request().input());
        document.put("output", plan.request().output());
        ArrayNode tensors = document.putArray("tensors");
        for (PlannedTensor tensor : plan.tensors()) {
            TensorInfo info = tensor.source().info();
            ObjectNode node = tensors.addObject();
            node.put("layer_name", info.name());
            node.put("file", tensor.source().file());
            node.put("dtype", info.dtype().name());
            ArrayNode shape = node.putArray("shape");
            for (long dimension : info.shape().toArray()) {
                shape.add(dimension);
            }
            node.put("scheme", to(tensor));
            node.put("bytes_before", tensor.bytesBefore());
            node.put("bytes_after", tensor.bytesAfter());
            node.put("output_file", files.fileOf(plan, tensor));
            node.put("reason", plan.reason(tensor));
        }
        if (candidates != null) {
            candidates.forEach(document.putArray("candidates")::add);
        }
        document.put("sizes_caveat", sizesCaveat());
        ArrayNode outputs = document.putArray("output_files");
        for (PlannedFiles.Sized file : outputFiles) {
            outputs.addObject().put("name", file.name()).put("bytes", file.bytes());
        }
        document.put("output_files_caveat", caveat());
        ArrayNode others = document.putArray("carried_files");
        for (CheckpointFile file : carried) {
            others.addObject()
                    .put("name", file.file())
                    .put("bytes", file.entry().size());
        }
        ArrayNode unmatched = document.putArray("unmatched_patterns");
        plan.unmatchedPatterns().forEach(unmatched::add);
        document.putObject("totals")
                .put("tensors", plan.tensors().size())
                .put("quantized", plan.quantizedTensors())
                .put("parameters", plan.parameters())
                .put("bytes_before", plan.bytesBefore())
                .put("bytes_after", plan.bytesAfter())
                .put("directory_bytes", directoryBytes())
                .put("bits_per_weight", plan.bitsPerWeight());
        return document;
    }

    /** What a tensor becomes: a scheme with its parameters, or the type it keeps. */
    static String to(PlannedTensor tensor) {
        return tensor.isQuantized()
                ? tensor.scheme().spelling()
                : tensor.source().info().dtype().name();
    }
}
