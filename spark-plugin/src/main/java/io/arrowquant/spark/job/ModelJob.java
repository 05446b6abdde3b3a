package io.arrowquant.spark.job;

import io.arrowquant.checkpoint.CheckpointShard;
import io.arrowquant.layout.ModelFile;
import io.arrowquant.layout.WeightIndex;
import io.arrowquant.recipe.Layout;
import io.arrowquant.recipe.PlannedTensor;
import io.arrowquant.source.QuantizedTensor;
import io.arrowquant.spark.convert.Conversion;
import io.arrowquant.spark.convert.ConvertFile;
import io.arrowquant.spark.convert.ConvertTensor;
import io.arrowquant.spark.convert.ConvertedFile;
import io.arrowquant.spark.convert.ConvertedTensor;
import io.arrowquant.spark.convert.StoredForm;
import io.arrowquant.spark.metrics.PartitionRecord;
import io.arrowquant.spark.read.SourceFile;
import io.arrowquant.spark.storage.Storages;
import io.arrowquant.spark.write.OutputClaim;
import io.arrowquant.storage.Crc32c;
import io.arrowquant.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkContext;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Turns a checkpoint into a model directory that runtimes load, in this order: claim the output; look at the tensors that
 * share a first pass; let a task make each file; take the files up; write indexes and configs; carry the other files;
 * publish. Nothing appears in the output before the end.
 */
final class ModelJob {
    private final JobPlan plan;
    private final Configuration configuration;
    private final Streams streams;
    private final Map<String, SourceFile> sources = new HashMap<>();
    private final Map<TensorKey, Made> made = new HashMap<>();
    private final long begin = System.nanoTime();

    /** What became of a tensor, and the file it lies in. */
    record Made(String file, ConvertedTensor tensor) {}

    ModelJob(JobPlan plan, Configuration configuration, Streams streams) {
        this.plan = plan;
        this.configuration = configuration;
        this.streams = streams;
        for (CheckpointShard shard : plan.checkpoint().shards()) {
            sources.put(shard.file(), SourceFile.of(shard.source()));
        }
    }

    QuantizeJob.Result run(Storages.Located output) throws IOException {
        try (SparkRun run = SparkRun.begin("quantize " + plan.request().input())) {
            OutputClaim claim = run.claim(output);
            Storage storage = output.storage();
            String directory = claim.directory();
            SparkContext context = run.session().sparkContext();

            List<ModelFile> files = plan.modelFiles(context.defaultParallelism());
            List<ConvertedFile> converted = convert(run, claim, files);
            run.stopIfEnding();
            List<Report.OutputFile> listed = new ArrayList<>(adopt(claim, storage, files, converted));
            List<PartitionRecord> records = run.records();
            Quality quality = Quality.of(records);
            if (plan.request().hasMinCosine()) {
                quality.requireCosine(plan.request().minCosine());
            }
            listed.addAll(writeIndexes(storage, directory, files));
            listed.addAll(carryFiles(storage, directory));
            byte[] metrics = ReportFile.metrics(records);
            listed.add(ReportFile.write(storage, directory, Report.METRICS_NAME, metrics, "report"));
            Report report =
                    new ModelReport(plan, made, quality).build(run.jobId(), (System.nanoTime() - begin) / 1e9, listed);
            byte[] text = ReportFile.bytes(report);
            ReportFile.write(storage, directory, Report.NAME, text, "report");
            run.stopIfEnding();
            claim.publish(Report.NAME);
            ReportCopies.write(plan.request().reportDirectory(), configuration, text, metrics);
            return new QuantizeJob.Result(report, records, output);
        }
    }

    private List<ConvertedFile> convert(SparkRun run, OutputClaim claim, List<ModelFile> files) throws IOException {
        SparkContext context = run.session().sparkContext();
        ProgressLine line = new ProgressLine("quantize", plan.tensors().size(), plan.bytesBefore());
        try (Progress progress = new Progress(streams, line, run::progress)) {
            progress.start();
            Map<TensorKey, List<byte[]>> surveyed = survey(context);
            run.stopIfEnding();
            List<ConvertFile> work = new ArrayList<>();
            for (int i = 0; i < files.size(); i++) {
                work.add(work(i, files.get(i).tensors(), surveyed));
            }
            // The largest first: what is left at the end is then small.
            List<ConvertFile> ordered = new ArrayList<>(work);
            ordered.sort(
                    Comparator.comparingLong(file -> -files.get(file.index()).bytesBefore()));
            List<ConvertedFile> converted =
                    new ArrayList<>(Conversion.run(context, claim.taskStaging(configuration), ordered));
            converted.sort(Comparator.comparingInt(ConvertedFile::index));
            return converted;
        }
    }

    /** Tensors that a runtime fuses share a scale: what is found in each goes to all of its set. */
    private Map<TensorKey, List<byte[]>> survey(SparkContext context) {
        List<List<PlannedTensor>> sets = plan.surveyedSets();
        List<ConvertFile> work = new ArrayList<>();
        for (List<PlannedTensor> set : sets) {
            for (PlannedTensor member : set) {
                work.add(work(work.size(), List.of(member), Map.of()));
            }
        }
        List<byte[]> results = Conversion.survey(context, new SerializableConfiguration(configuration), work);
        Map<TensorKey, List<byte[]>> surveyed = new HashMap<>();
        int next = 0;
        for (List<PlannedTensor> set : sets) {
            List<byte[]> shared = List.copyOf(results.subList(next, next + set.size()));
            next += set.size();
            for (PlannedTensor member : set) {
                surveyed.put(TensorKey.of(member.source()), shared);
            }
        }
        return surveyed;
    }

    private ConvertFile work(int index, List<PlannedTensor> tensors, Map<TensorKey, List<byte[]>> surveyed) {
        Map<String, Integer> numbers = new LinkedHashMap<>();
        List<SourceFile> used = new ArrayList<>();
        List<ConvertTensor> members = new ArrayList<>();
        for (PlannedTensor tensor : tensors) {
            QuantizedTensor stored = plan.stored(tensor);
            StoredForm form = null;
            if (stored != null) {
                List<Integer> files = new ArrayList<>();
                stored.parts().forEach(part -> files.add(numberOf(part.file(), numbers, used)));
                form = new StoredForm(stored, List.copyOf(files));
            }
            members.add(new ConvertTensor(
                    numberOf(tensor.source().file(), numbers, used),
                    tensor.source().info(),
                    plan.layerId(tensor.source()),
                    tensor.scheme(),
                    surveyed.get(TensorKey.of(tensor.source())),
                    form));
        }
        QuantizeRequest request = plan.request();
        return new ConvertFile(index, List.copyOf(used), List.copyOf(members), request.nonFinite(), request.quality());
    }

    private int numberOf(String file, Map<String, Integer> numbers, List<SourceFile> used) {
        return numbers.computeIfAbsent(file, name -> {
            used.add(sources.get(name));
            return used.size() - 1;
        });
    }

    private List<Report.OutputFile> adopt(
            OutputClaim claim, Storage storage, List<ModelFile> files, List<ConvertedFile> converted)
            throws IOException {
        List<Report.OutputFile> listed = new ArrayList<>();
        for (ConvertedFile file : converted) {
            ModelFile planned = files.get(file.index());
            if (!planned.component().isEmpty()) {
                String component = planned.component();
                storage.makeDirectories(CarriedFiles.resolve(
                        storage, claim.directory(), component.substring(0, component.length() - 1)));
            }
            claim.adopt(
                    file.partition(),
                    file.taskId(),
                    file.stagedName(),
                    CarriedFiles.resolve(storage, claim.directory(), planned.name()));
            listed.add(new Report.OutputFile(planned.name(), file.bytes(), Crc32c.text(file.checksum()), "data"));
            for (int i = 0; i < planned.tensors().size(); i++) {
                made.put(
                        TensorKey.of(planned.tensors().get(i).source()),
                        new Made(planned.name(), file.tensors().get(i)));
            }
        }
        return listed;
    }

    /** One for each component of more than one file, or that had one. */
    private List<Report.OutputFile> writeIndexes(Storage storage, String directory, List<ModelFile> files)
            throws IOException {
        Map<String, List<ModelFile>> components = new LinkedHashMap<>();
        for (ModelFile file : files) {
            components
                    .computeIfAbsent(file.component(), unused -> new ArrayList<>())
                    .add(file);
        }
        List<Report.OutputFile> listed = new ArrayList<>();
        for (Map.Entry<String, List<ModelFile>> component : components.entrySet()) {
            if (component.getValue().size() < 2) {
                continue;
            }
            String prefix = component.getKey();
            TreeMap<String, String> places = new TreeMap<>();
            long bytes = 0;
            long parameters = 0;
            for (ModelFile file : component.getValue()) {
                for (PlannedTensor tensor : file.tensors()) {
                    parameters += tensor.source().info().elements();
                    for (ConvertedTensor.Output output :
                            made.get(TensorKey.of(tensor.source())).tensor().outputs()) {
                        places.put(output.name(), file.name().substring(prefix.length()));
                        bytes += output.bytes();
                    }
                }
            }
            boolean counted = plan.layout() == Layout.BITSANDBYTES;
            String name = prefix
                    + WeightIndex.nameBeside(component.getValue().get(0).name().substring(prefix.length()));
            listed.add(ReportFile.write(
                    storage, directory, name, WeightIndex.text(places, counted ? parameters : -1, bytes), "data"));
        }
        return listed;
    }

    /** Configs that say what was done, and all other files as they are. */
    private List<Report.OutputFile> carryFiles(Storage to, String directory) throws IOException {
        Map<String, byte[]> configs = plan.configs();
        List<Report.OutputFile> carried = new ArrayList<>();
        for (Map.Entry<String, byte[]> config : configs.entrySet()) {
            carried.add(ReportFile.write(to, directory, config.getKey(), config.getValue(), "config"));
        }
        Set<String> without = new HashSet<>(Report.FILES);
        without.addAll(configs.keySet());
        Storages.Located input = Storages.locate(plan.checkpoint().path(), configuration);
        carried.addAll(CarriedFiles.copyAll(
                input.storage(), plan.checkpoint().otherFiles(), to, directory, without, UnaryOperator.identity()));
        return carried;
    }
}
