package io.arrowquant.spark.job;

import io.arrowquant.layout.ModelFile;
import io.arrowquant.recipe.PlannedTensor;
import io.arrowquant.spark.compat.Parallelism;
import io.arrowquant.spark.convert.Conversion;
import io.arrowquant.spark.convert.ConvertFile;
import io.arrowquant.spark.convert.ConvertTask;
import io.arrowquant.spark.convert.ConvertedFile;
import io.arrowquant.spark.convert.ConvertedTensor;
import io.arrowquant.spark.metrics.PartitionRecord;
import io.arrowquant.spark.storage.Storages;
import io.arrowquant.spark.write.OutputClaim;
import io.arrowquant.spark.write.TaskStaging;
import io.arrowquant.storage.Crc32c;
import io.arrowquant.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkContext;

/**
 * Turns a checkpoint into model directories that runtimes load, in this order: claim the outputs; look at the tensors that
 * share a first pass; let a task make each file, or the files of all outputs that hold the same tensors; write indexes and
 * configs; carry the other files; take the files up; publish. Nothing appears in an output before the end. What an earlier
 * job to the same outputs has finished is used when the request says to resume. One for each output.
 */
final class ModelJob {
    private final int number;
    private final JobPlan plan;
    private final Storages.Located output;
    private final OutputClaim claim;
    private final Configuration configuration;
    private final ConvertWork work;
    private final List<List<PlannedTensor>> surveyedSets;
    private final List<ModelFile> files = new ArrayList<>();
    private final List<ConvertedFile> converted = new ArrayList<>();
    private final Map<TensorKey, Made> made = new HashMap<>();

    /** What became of a tensor, and the file it lies in. */
    record Made(String file, ConvertedTensor tensor) {}

    /** A result, and its report as it was written. */
    private record Completed(QuantizeJob.Result result, byte[] report) {}

    private ModelJob(
            int number, JobPlan plan, Storages.Located output, OutputClaim claim, Configuration configuration) {
        this.number = number;
        this.plan = plan;
        this.output = output;
        this.claim = claim;
        this.configuration = configuration;
        this.work = new ConvertWork(plan);
        this.surveyedSets = plan.surveyedSets();
    }

    /** Makes all outputs from one read of the weights; each appears when all are complete. */
    static List<QuantizeJob.Result> run(
            SparkRun run,
            List<JobPlan> plans,
            List<Storages.Located> outputs,
            Configuration configuration,
            Streams streams)
            throws IOException {
        // Without the start of Spark, which says nothing of the job.
        long begin = System.nanoTime();
        List<ModelJob> jobs = new ArrayList<>();
        for (int i = 0; i < plans.size(); i++) {
            OutputClaim claim = run.claim(outputs.get(i), plans.get(i).request().resume());
            jobs.add(new ModelJob(i, plans.get(i), outputs.get(i), claim, configuration));
        }
        List<ModelFile> division =
                PlannedFiles.division(plans, Parallelism.of(run.context()).tasks());
        List<PartitionRecord> records = new ArrayList<>(convert(run, jobs, division, configuration, streams));
        run.stopIfEnding();
        records.addAll(run.records());
        byte[] metrics = ReportFile.metrics(records);
        List<Completed> completed = new ArrayList<>();
        for (ModelJob job : jobs) {
            completed.add(job.complete(run, records, metrics, begin));
        }
        run.stopIfEnding();
        for (ModelJob job : jobs) {
            // Last, since only what lies where its task has left it is there for a job that resumes.
            job.adopt();
            job.claim.publish(Report.NAME);
            byte[] report = completed.get(job.number).report();
            ReportCopies.write(job.plan.request().reportDirectory(), configuration, report, metrics);
        }
        return completed.stream().map(Completed::result).toList();
    }

    /** Makes all files, but for those of earlier jobs; gives the records of these. */
    private static List<PartitionRecord> convert(
            SparkRun run, List<ModelJob> jobs, List<ModelFile> division, Configuration configuration, Streams streams)
            throws IOException {
        SparkContext context = run.context();
        JobPlan first = jobs.get(0).plan;
        long bytes = first.bytesToRead(first.tensors());
        for (ModelJob job : jobs) {
            for (List<PlannedTensor> set : job.surveyedSets) {
                bytes += job.plan.bytesToRead(set);
            }
        }
        ProgressLine line = new ProgressLine("quantize", first.tensors().size(), bytes);
        try (Progress progress = new Progress(streams, line, run::progress)) {
            progress.start();
            List<Map<TensorKey, List<byte[]>>> surveyed = new ArrayList<>();
            List<TaskStaging> stagings = new ArrayList<>();
            for (ModelJob job : jobs) {
                surveyed.add(SharedScales.survey(context, job.work, job.number, job.surveyedSets, job.configuration));
                stagings.add(job.claim.taskStaging(job.configuration));
                job.files.addAll(PlannedFiles.withTensorsOf(job.plan, division));
                run.stopIfEnding();
            }
            List<ConvertTask> tasks = new ArrayList<>();
            for (int i = 0; i < division.size(); i++) {
                List<ConvertFile> files = new ArrayList<>();
                for (ModelJob job : jobs) {
                    files.add(job.work.of(job.number, i, job.files.get(i).tensors(), surveyed.get(job.number)));
                }
                tasks.add(ConvertTask.of(files, Versions.arrowQuant()));
            }
            EarlierWork earlier = earlier(run, jobs, tasks, configuration, streams);
            tasks = new ArrayList<>(earlier.left());
            // The largest first: what is left at the end is then small.
            tasks.sort(Comparator.comparingLong(
                    task -> -division.get(task.files().get(0).index()).bytesBefore()));
            List<List<ConvertedFile>> made = new ArrayList<>(earlier.files());
            made.addAll(Conversion.run(context, stagings, tasks));
            for (List<ConvertedFile> files : made) {
                for (ModelJob job : jobs) {
                    job.converted.add(files.get(job.number));
                }
            }
            return earlier.records();
        }
    }

    private static EarlierWork earlier(
            SparkRun run, List<ModelJob> jobs, List<ConvertTask> tasks, Configuration configuration, Streams streams)
            throws IOException {
        if (!jobs.get(0).plan.request().resume()) {
            return EarlierWork.none(tasks);
        }
        List<EarlierWork.Place> places = new ArrayList<>();
        for (ModelJob job : jobs) {
            places.add(new EarlierWork.Place(job.claim, job.output.storage()));
        }
        EarlierWork earlier = EarlierWork.find(run.context(), configuration, places, tasks);
        for (List<ConvertedFile> files : earlier.files()) {
            ModelFile file = jobs.get(0).files.get(files.get(0).index());
            run.countAsDone(file.tensors().size(), jobs.get(0).plan.bytesToRead(file.tensors()));
        }
        streams.note("arrowquant: " + earlier.files().size() + " of " + tasks.size()
                + " files were finished by an earlier run");
        return earlier;
    }

    /** Everything but the appearance of the output. */
    private Completed complete(SparkRun run, List<PartitionRecord> records, byte[] metrics, long begin)
            throws IOException {
        Storage storage = output.storage();
        String directory = claim.directory();
        converted.sort(Comparator.comparingInt(ConvertedFile::index));
        List<Report.OutputFile> listed = new ArrayList<>(list());
        Quality quality = Quality.of(records, number);
        if (plan.request().hasMinCosine()) {
            quality.requireCosine(plan.request().minCosine());
        }
        listed.addAll(writeIndexes(storage, directory));
        listed.addAll(carryFiles(storage, directory));
        listed.add(ReportFile.write(storage, directory, Report.METRICS_NAME, metrics, "report"));
        Report report =
                new ModelReport(plan, made, quality).build(run.jobId(), (System.nanoTime() - begin) / 1e9, listed);
        byte[] text = ReportFile.bytes(report);
        ReportFile.write(storage, directory, Report.NAME, text, "report");
        return new Completed(new QuantizeJob.Result(report, records, output), text);
    }

    private List<Report.OutputFile> list() {
        List<Report.OutputFile> listed = new ArrayList<>();
        for (ConvertedFile file : converted) {
            ModelFile planned = files.get(file.index());
            listed.add(new Report.OutputFile(planned.name(), file.bytes(), Crc32c.text(file.checksum()), "data"));
            for (int i = 0; i < planned.tensors().size(); i++) {
                made.put(
                        TensorKey.of(planned.tensors().get(i).source()),
                        new Made(planned.name(), file.tensors().get(i)));
            }
        }
        return listed;
    }

    private void adopt() throws IOException {
        Storage storage = output.storage();
        for (ConvertedFile file : converted) {
            ModelFile planned = files.get(file.index());
            if (!planned.component().isEmpty()) {
                String component = planned.component();
                storage.makeDirectories(CarriedFiles.resolve(
                        storage, claim.directory(), component.substring(0, component.length() - 1)));
            }
            claim.adopt(
                    file.attempt(),
                    file.stagedName(),
                    CarriedFiles.resolve(storage, claim.directory(), planned.name()));
        }
    }

    private List<Report.OutputFile> writeIndexes(Storage storage, String directory) throws IOException {
        List<Report.OutputFile> listed = new ArrayList<>();
        Map<String, byte[]> indexes = WeightIndexes.of(plan.layout(), files, this::entries);
        for (Map.Entry<String, byte[]> index : indexes.entrySet()) {
            listed.add(ReportFile.write(storage, directory, index.getKey(), index.getValue(), "data"));
        }
        return listed;
    }

    private List<WeightIndexes.Entry> entries(PlannedTensor tensor) {
        List<WeightIndexes.Entry> entries = new ArrayList<>();
        for (ConvertedTensor.Output written :
                made.get(TensorKey.of(tensor.source())).tensor().outputs()) {
            entries.add(new WeightIndexes.Entry(written.name(), written.bytes()));
        }
        return entries;
    }

    /** Configs that say what was done, and all other files as they are. */
    private List<Report.OutputFile> carryFiles(Storage to, String directory) throws IOException {
        List<Report.OutputFile> carried = new ArrayList<>();
        for (Map.Entry<String, byte[]> config : plan.configs().entrySet()) {
            carried.add(ReportFile.write(to, directory, config.getKey(), config.getValue(), "config"));
        }
        Storages.Located input = Storages.locate(plan.checkpoint().path(), configuration);
        carried.addAll(
                CarriedFiles.copyAll(input.storage(), plan.carriedFiles(), to, directory, UnaryOperator.identity()));
        return carried;
    }
}
