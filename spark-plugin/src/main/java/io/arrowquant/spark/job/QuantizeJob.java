package io.arrowquant.spark.job;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.Printable;
import io.arrowquant.error.ResourceException;
import io.arrowquant.quality.ErrorSummary;
import io.arrowquant.recipe.PlannedTensor;
import io.arrowquant.scheme.PartSpec;
import io.arrowquant.spark.compat.Parallelism;
import io.arrowquant.spark.metrics.PartitionRecord;
import io.arrowquant.spark.storage.Storages;
import io.arrowquant.spark.write.OutputClaim;
import io.arrowquant.storage.Crc32c;
import io.arrowquant.storage.Storage;
import io.arrowquant.tensor.TensorInfo;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;

/**
 * Turns a checkpoint into a quantized table, in this order: claim the output, write the table beside it, read it back and
 * compare it with the plan, measure, carry the other files, publish. Nothing appears in the output before the end.
 */
final class QuantizeJob {
    /** The columns of the table that hold a tensor. */
    private static final List<String> PARTS = List.of("quantized_data", "scales", "zero_points");

    /** What came out, with what the tasks said of themselves. */
    record Result(Report report, List<PartitionRecord> records, Storages.Located output) {}

    private final JobPlan plan;
    private final Configuration configuration;
    private final Streams streams;
    private final long begin = System.nanoTime();

    QuantizeJob(JobPlan plan, Configuration configuration, Streams streams) {
        this.plan = plan;
        this.configuration = configuration;
        this.streams = streams;
    }

    /** Everything that can be refused before Spark is needed. Gives the outputs. */
    static List<Storages.Located> check(List<JobPlan> plans, Configuration configuration) throws IOException {
        List<Storages.Located> outputs = new ArrayList<>();
        for (JobPlan plan : plans) {
            outputs.add(check(plan, configuration));
        }
        OutputCheck.requireApart(outputs);
        for (int i = 0; i < outputs.size(); i++) {
            String reports = plans.get(i).request().reportDirectory();
            if (reports != null) {
                OutputCheck.requireReports(reports, plans.get(i).checkpoint().path(), outputs.get(i), configuration);
            }
        }
        return outputs;
    }

    private static Storages.Located check(JobPlan plan, Configuration configuration) throws IOException {
        QuantizeRequest request = plan.request();
        if (request.resume()) {
            Storages.Located existing = Storages.locate(request.output(), configuration);
            if (CompleteOutput.find(plan, existing) != null) {
                return existing;
            }
        }
        // Refuses targets that are out of reach.
        plan.choice();
        Storages.Located output =
                OutputCheck.require(request.input(), request.output(), request.overwrite(), configuration);
        OutputCheck.requireSpace(output, plan.bytesAfter() + plan.carriedBytes());
        return output;
    }

    /**
     * Runs the jobs of one checkpoint, one for each output. Model directories are made together, from one read of the
     * weights; tables are queries of Spark and read for themselves.
     */
    static List<Result> run(
            List<JobPlan> plans, Configuration configuration, Streams streams, List<Storages.Located> outputs)
            throws IOException {
        List<JobPlan> together = new ArrayList<>();
        List<Storages.Located> theirs = new ArrayList<>();
        Result[] results = new Result[plans.size()];
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < plans.size(); i++) {
            results[i] = CompleteOutput.find(plans.get(i), outputs.get(i));
            if (results[i] != null) {
                CompleteOutput.tidy(plans.get(i), outputs.get(i), configuration);
                streams.note("arrowquant: " + Printable.text(outputs.get(i).path()) + " is complete already");
            } else if (plans.get(i).layout().isForRuntimes()) {
                together.add(plans.get(i));
                theirs.add(outputs.get(i));
                places.add(i);
            }
        }
        String input = plans.get(0).request().input();
        if (!together.isEmpty()) {
            try (SparkRun run = SparkRun.begin("quantize " + input)) {
                together.replaceAll(plan -> SchemeDecision.decide(plan, run, configuration, streams));
                List<Result> made = resumably(
                        together.get(0), streams, () -> ModelJob.run(run, together, theirs, configuration, streams));
                for (int i = 0; i < made.size(); i++) {
                    results[places.get(i)] = made.get(i);
                }
            }
        }
        for (int i = 0; i < plans.size(); i++) {
            if (results[i] == null) {
                try (SparkRun run = SparkRun.begin("quantize " + input)) {
                    JobPlan decided = SchemeDecision.decide(plans.get(i), run, configuration, streams);
                    QuantizeJob job = new QuantizeJob(decided, configuration, streams);
                    Storages.Located output = outputs.get(i);
                    results[i] = resumably(decided, streams, () -> job.run(run, output));
                }
            }
        }
        return List.of(results);
    }

    /** A job, or a part of it. */
    private interface Step<T> {
        T run() throws IOException;
    }

    /** Says when something fails that there is something to go on with. */
    private static <T> T resumably(JobPlan plan, Streams streams, Step<T> step) throws IOException {
        try {
            return step.run();
        } catch (Exception failed) {
            // Requests are refused before anything is made.
            if (plan.request().resume() && !(failed instanceof InvalidRequestException)) {
                if (Cancellation.isBehind(failed)) {
                    throw new CancelledException(Cancellation.RESUMABLE, failed);
                }
                streams.note("arrowquant: what is finished stays; the same command goes on from there");
            }
            throw failed;
        }
    }

    private Result run(SparkRun run, Storages.Located output) throws IOException {
        OutputClaim claim = run.claim(output, plan.request().resume());
        Storage storage = output.storage();
        String directory = claim.directory();

        TablePortions portions =
                plan.request().resume() ? new TablePortions(run, plan, output, claim, configuration) : null;

        List<PartitionRecord> records = new ArrayList<>(writeTable(run, output, claim, portions));
        records.addAll(run.records());
        Quality quality = Quality.of(records);
        if (plan.request().hasMinCosine()) {
            quality.requireCosine(plan.request().minCosine());
        }
        Map<TensorKey, TensorTally.Found> found =
                readBack(run, directory, portions == null ? List.of(directory) : portions.directories());
        List<Report.OutputFile> files = new ArrayList<>(dataFiles(run, storage, directory, portions));
        run.stopIfEnding();
        files.addAll(carryFiles(storage, directory));
        byte[] metrics = ReportFile.metrics(records);
        files.add(ReportFile.write(storage, directory, Report.METRICS_NAME, metrics, "report"));

        Report report = report(run.jobId(), quality, found, files);
        byte[] text = ReportFile.bytes(report);
        ReportFile.write(storage, directory, Report.NAME, text, "report");
        run.stopIfEnding();
        if (portions != null) {
            portions.move();
        }
        claim.publish(Report.NAME);
        ReportCopies.write(plan.request().reportDirectory(), configuration, text, metrics);
        return new Result(report, records, output);
    }

    /** Gives the records of what earlier jobs have made of the table. */
    private List<PartitionRecord> writeTable(
            SparkRun run, Storages.Located output, OutputClaim claim, TablePortions portions) throws IOException {
        TableWrite table = new TableWrite(run.session(), plan);
        ProgressLine line = new ProgressLine("quantize", plan.tensors().size(), plan.bytesBefore());
        try (Progress progress = new Progress(streams, line, run::progress)) {
            progress.start();
            if (portions != null) {
                portions.write(table, Parallelism.of(run.context()).tasks(), streams);
                return portions.earlierRecords();
            }
            for (WriteGroup group : plan.groups()) {
                run.stopIfEnding();
                table.write(group, output.storage().child(claim.directory(), group.directory()));
            }
            return List.of();
        }
    }

    /** What is there must be what was planned, to the byte. */
    private Map<TensorKey, TensorTally.Found> readBack(SparkRun run, String output, List<String> directories) {
        TensorTally tally = new TensorTally(output);
        for (String directory : directories) {
            run.stopIfEnding();
            if (!plan.tensors().isEmpty()) {
                tally.add(OutputScan.ofTable(run.session(), directory));
            }
        }
        Map<TensorKey, TensorTally.Found> found = tally.tensors();
        for (PlannedTensor tensor : plan.tensors()) {
            TensorKey key = TensorKey.of(tensor.source());
            TensorTally.Found there = found.get(key);
            if (there == null || !Arrays.equals(there.lengths(), lengths(tensor))) {
                throw new ResourceException(
                        "What was written differs from the plan: tensor " + key.shown() + " has "
                                + (there == null ? "no rows" : Arrays.toString(there.lengths()) + " bytes")
                                + " instead of " + Arrays.toString(lengths(tensor)),
                        "Nothing was published. Run the job again; if it happens again, report it as a bug");
            }
        }
        return found;
    }

    private static long[] lengths(PlannedTensor tensor) {
        long[] lengths = new long[PARTS.size()];
        if (!tensor.isQuantized()) {
            lengths[0] = tensor.bytesBefore();
            return lengths;
        }
        List<PartSpec> parts = tensor.parts();
        for (int i = 0; i < lengths.length; i++) {
            lengths[i] = parts.get(i).byteLength();
        }
        return lengths;
    }

    private List<Report.OutputFile> dataFiles(SparkRun run, Storage storage, String directory, TablePortions portions)
            throws IOException {
        run.stopIfEnding();
        List<FileChecksums.OutputFile> files = FileChecksums.list(storage, directory);
        String first = files.isEmpty() ? null : files.get(0).path();
        if (portions != null && !plan.tensors().isEmpty()) {
            first = portions.anyFile();
        }
        if (first != null) {
            TableSummary.write(directory, first, configuration);
            files = FileChecksums.list(storage, directory);
        }
        List<Integer> checksums = FileChecksums.compute(run.context(), configuration, files);
        List<Report.OutputFile> listed = new ArrayList<>();
        for (int i = 0; i < files.size(); i++) {
            FileChecksums.OutputFile file = files.get(i);
            listed.add(new Report.OutputFile(file.name(), file.bytes(), Crc32c.text(checksums.get(i)), "data"));
        }
        if (portions != null) {
            listed.addAll(portions.files());
        }
        return listed;
    }

    private List<Report.OutputFile> carryFiles(Storage storage, String directory) throws IOException {
        Storages.Located input = Storages.locate(plan.checkpoint().path(), configuration);
        return CarriedFiles.copyAll(
                input.storage(), plan.carriedFiles(), storage, directory, CarriedFiles::nameInTable);
    }

    private Report report(
            String jobId, Quality quality, Map<TensorKey, TensorTally.Found> found, List<Report.OutputFile> files) {
        List<Report.Tensor> tensors = new ArrayList<>();
        for (PlannedTensor tensor : plan.tensors()) {
            tensors.add(tensor(tensor, quality, found.get(TensorKey.of(tensor.source()))));
        }
        return new Report(
                Report.FORMAT,
                Report.FORMAT_VERSION,
                Report.PARQUET,
                jobId,
                Instant.now().toString(),
                (System.nanoTime() - begin) / 1e9,
                new Report.Software(Versions.arrowQuant(), Versions.spark(), Versions.java()),
                new Report.Source(plan.checkpoint().path(), plan.sources()),
                plan.asked(),
                tensors,
                files,
                new Report.Totals(
                        plan.tensors().size(),
                        plan.quantizedTensors(),
                        plan.parameters(),
                        plan.bytesBefore(),
                        plan.bytesAfter(),
                        plan.bitsPerWeight(),
                        quality.worstCosine()),
                plan.choiceMade());
    }

    private Report.Tensor tensor(PlannedTensor tensor, Quality quality, TensorTally.Found found) {
        TensorInfo info = tensor.source().info();
        ErrorSummary errors = quality.of(plan.layerId(tensor.source()));
        boolean measured = errors != null && tensor.isQuantized();
        List<Report.Part> parts = new ArrayList<>();
        for (int i = 0; i < PARTS.size(); i++) {
            if (i == 0 || tensor.isQuantized()) {
                parts.add(new Report.Part(PARTS.get(i), found.lengths()[i], Crc32c.text(found.checksums()[i])));
            }
        }
        return new Report.Tensor(
                info.name(),
                tensor.source().file(),
                info.dtype().name(),
                Arrays.stream(info.shape().toArray()).boxed().toList(),
                plan.groupOf(tensor).label(),
                tensor.isQuantized() ? tensor.scheme().bitWidth() : info.dtype().bits(),
                tensor.isQuantized() ? tensor.scheme().groupSize(info.shape()) : 0,
                tensor.reason(),
                tensor.bytesBefore(),
                found.bytes(),
                Crc32c.text(found.checksum()),
                parts,
                found.outputFiles(),
                measured ? errors.cosine() : null,
                measured ? errors.mse() : null,
                measured ? errors.maxAbsError() : null,
                measured && !Double.isInfinite(errors.snrDb()) ? errors.snrDb() : null);
    }
}
