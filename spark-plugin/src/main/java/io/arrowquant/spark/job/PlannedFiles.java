package io.arrowquant.spark.job;

import io.arrowquant.layout.ModelFile;
import io.arrowquant.recipe.PlannedTensor;
import io.arrowquant.safetensors.TensorSpec;
import io.arrowquant.scheme.PartSpec;
import io.arrowquant.spark.compat.Parallelism;
import io.arrowquant.spark.compat.Sessions;
import io.arrowquant.spark.convert.ConvertFile;
import io.arrowquant.tensor.TensorInfo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The files that the outputs of one job are made of, known before it begins.
 *
 * <p>Their names depend on how many tasks run at once, since a model directory of few large files is cut into more where
 * they would leave a cluster idle. Whoever only wants to know the names need not begin an application for that: without one
 * the number is that of the application which would be begun. It is exact on one machine and where it is set, and an
 * expectation on clusters, whose executors come and go; {@link #caveat} tells of that.
 */
final class PlannedFiles {
    private final Parallelism parallelism;
    private final Map<TensorKey, String> fileOf = new HashMap<>();
    private final List<ModelFile> files = new ArrayList<>();

    /** A file, of tensors of the source in their new form, header included; index and config hold none. */
    record Sized(String name, int tensors, long bytes) {}

    private PlannedFiles(Parallelism parallelism) {
        this.parallelism = parallelism;
    }

    /** For all outputs of one job, in the application there is or would be. */
    static PlannedFiles of(List<JobPlan> plans) {
        PlannedFiles planned = new PlannedFiles(Sessions.parallelism());
        List<JobPlan> directories =
                plans.stream().filter(plan -> plan.layout().isForRuntimes()).toList();
        if (!directories.isEmpty()) {
            planned.files.addAll(division(directories, planned.parallelism.tasks()));
            for (ModelFile file : planned.files) {
                file.tensors().forEach(tensor -> planned.fileOf.put(TensorKey.of(tensor.source()), file.name()));
            }
        }
        return planned;
    }

    /**
     * How tensors are shared out over files: the same way in all model directories, by the one that needs most room, and
     * with partners in one file where they share a scale in any.
     */
    static List<ModelFile> division(List<JobPlan> directories, int tasks) {
        JobPlan largest = directories.get(0);
        for (JobPlan plan : directories) {
            largest = plan.bytesAfter() > largest.bytesAfter() ? plan : largest;
        }
        return largest.modelFiles(directories.stream().anyMatch(JobPlan::sharesScales), tasks);
    }

    /** Where a tensor goes: a directory of a table, whose files get their names when they are written, or a file. */
    String fileOf(JobPlan plan, PlannedTensor tensor) {
        return plan.layout().isForRuntimes()
                ? fileOf.get(TensorKey.of(tensor.source()))
                : plan.groupOf(tensor).directory() + "/";
    }

    /** The same files with the tensors as another output of the job has them. */
    static List<ModelFile> withTensorsOf(JobPlan plan, List<ModelFile> division) {
        Map<TensorKey, PlannedTensor> own = new HashMap<>();
        plan.tensors().forEach(tensor -> own.put(TensorKey.of(tensor.source()), tensor));
        List<ModelFile> result = new ArrayList<>();
        for (ModelFile file : division) {
            result.add(new ModelFile(
                    file.name(),
                    file.tensors().stream()
                            .map(tensor -> own.get(TensorKey.of(tensor.source())))
                            .toList()));
        }
        return result;
    }

    /** The files that a model directory is made of; none of a table, whose files Spark divides as it writes. */
    List<Sized> filesOf(JobPlan plan) {
        if (!plan.layout().isForRuntimes()) {
            return List.of();
        }
        List<ModelFile> own = withTensorsOf(plan, files);
        List<Sized> sized = new ArrayList<>();
        for (ModelFile file : own) {
            List<TensorSpec> exact = new ArrayList<>();
            List<TensorSpec> atMost = new ArrayList<>();
            for (PlannedTensor tensor : file.tensors()) {
                addSpecs(tensor, exact, atMost);
            }
            sized.add(new Sized(file.name(), file.tensors().size(), ConvertFile.fileBytes(exact, atMost)));
        }
        Map<String, byte[]> texts = new LinkedHashMap<>(WeightIndexes.of(plan.layout(), own, PlannedFiles::entries));
        texts.putAll(plan.configs());
        texts.forEach((name, text) -> sized.add(new Sized(name, 0, text.length)));
        return sized;
    }

    private static void addSpecs(PlannedTensor tensor, List<TensorSpec> exact, List<TensorSpec> atMost) {
        TensorInfo info = tensor.source().info();
        if (!tensor.isQuantized()) {
            exact.add(new TensorSpec(info.name(), info.dtype(), info.shape()));
        }
        for (PartSpec part : tensor.parts()) {
            TensorSpec spec = new TensorSpec(part.nameFor(info.name()), part.dtype(), part.shape());
            (part.extent() == PartSpec.Extent.EXACT ? exact : atMost).add(spec);
        }
    }

    private static List<WeightIndexes.Entry> entries(PlannedTensor tensor) {
        List<TensorSpec> specs = new ArrayList<>();
        addSpecs(tensor, specs, specs);
        return specs.stream()
                .map(spec -> new WeightIndexes.Entry(
                        spec.name(), spec.dtype().byteLength(spec.shape().elements())))
                .toList();
    }

    /** Why the bytes of tensors and files are not exactly those that come out, or null. */
    static String sizesCaveat(JobPlan plan, boolean choosesSchemes) {
        if (choosesSchemes) {
            return "those of the scheme asked for, before others are chosen";
        }
        boolean texts = plan.tensors().stream()
                .flatMap(tensor -> tensor.parts().stream())
                .anyMatch(part -> part.extent() == PartSpec.Extent.AT_MOST);
        return texts ? "upper bounds: a few bytes for each tensor follow from the weights" : null;
    }

    /** Why a job may cut the files of an output elsewhere after all, or null. */
    String caveat(JobPlan plan, boolean choosesSchemes) {
        if (!plan.layout().isForRuntimes()) {
            return null;
        }
        if (!parallelism.certain()) {
            return "as for " + parallelism.tasks() + " tasks at once, but the cluster decides when the job begins; "
                    + Parallelism.SETTING + " settles it";
        }
        return choosesSchemes && plan.request().maxShardBytes() < Long.MAX_VALUE
                ? "as for the sizes shown, but those of the schemes to be chosen decide"
                : null;
    }
}
