package io.arrowquant.spark.job;

import io.arrowquant.recipe.PlannedTensor;
import io.arrowquant.spark.convert.Conversion;
import io.arrowquant.spark.convert.ConvertFile;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkContext;
import org.apache.spark.util.SerializableConfiguration;

/** Tensors that a runtime fuses share a scale: what is found in each goes to all of its set. */
final class SharedScales {
    private SharedScales() {}

    /** What a first pass finds in sets of tensors, by tensor; {@code output} is the number of the output they are for. */
    static Map<TensorKey, List<byte[]>> survey(
            SparkContext context,
            ConvertWork maker,
            int output,
            List<List<PlannedTensor>> sets,
            Configuration configuration) {
        List<ConvertFile> works = new ArrayList<>();
        for (List<PlannedTensor> set : sets) {
            for (PlannedTensor member : set) {
                works.add(maker.of(output, works.size(), List.of(member), Map.of()));
            }
        }
        List<byte[]> results = Conversion.survey(context, new SerializableConfiguration(configuration), works);
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
}
