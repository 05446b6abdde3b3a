package io.arrowquant.spark.job;

import io.arrowquant.recipe.PlannedTensor;
import io.arrowquant.source.QuantizedTensor;
import io.arrowquant.spark.convert.ConvertFile;
import io.arrowquant.spark.convert.ConvertTensor;
import io.arrowquant.spark.convert.StoredForm;
import io.arrowquant.spark.read.SourceFile;
import io.arrowquant.spark.read.SourceFiles;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes the work of tasks of planned tensors: which files they read, and what they do with each tensor. */
final class ConvertWork {
    private final JobPlan plan;
    private final Map<String, SourceFile> sources;

    ConvertWork(JobPlan plan) {
        this.plan = plan;
        this.sources = SourceFiles.byName(plan.checkpoint());
    }

    /** {@code output} and {@code index} are the numbers of the output and the file; {@code surveyed} holds results of first passes, for tensors that share one. */
    ConvertFile of(int output, int index, List<PlannedTensor> tensors, Map<TensorKey, List<byte[]>> surveyed) {
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
        return new ConvertFile(
                output, index, List.copyOf(used), List.copyOf(members), request.nonFinite(), request.quality());
    }

    private int numberOf(String file, Map<String, Integer> numbers, List<SourceFile> used) {
        return numbers.computeIfAbsent(file, name -> {
            used.add(sources.get(name));
            return used.size() - 1;
        });
    }
}
