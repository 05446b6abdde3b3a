package io.arrowquant.spark.job;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.quality.ErrorStatistics;
import io.arrowquant.quality.ErrorSummary;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;

/**
 * Measures how far the tensors of two sides are apart; the first side counts as the original. Quantized weights count as the
 * values that their loaders make of codes and scales. Those are what the report of a job measures, but for GPTQ and AWQ, whose
 * loaders round them to the type of the scales. What {@code dequantize} writes is rounded once more, to the type of the model.
 */
final class CompareJob {
    /** What two sides have in common. */
    record Layer(TensorKey key, CompareSide.Tensor a, CompareSide.Tensor b, ErrorSummary errors) {}

    /** Layers, worst first, and what could not be compared, with the reason. */
    record Result(List<Layer> layers, List<String> onlyInA, List<String> onlyInB, List<String> different) {}

    private final CompareSide a;
    private final CompareSide b;
    private final Configuration configuration;

    CompareJob(CompareSide a, CompareSide b, Configuration configuration) {
        this.a = a;
        this.b = b;
        this.configuration = configuration;
    }

    Result run(String description) {
        a.splitExpertsAs(b);
        b.splitExpertsAs(a);
        List<String> different = new ArrayList<>();
        Map<TensorKey, CompareSide.Tensor> common = new HashMap<>();
        for (Map.Entry<TensorKey, CompareSide.Tensor> entry : a.tensors().entrySet()) {
            CompareSide.Tensor other = b.tensors().get(entry.getKey());
            String difference = other == null ? null : difference(entry.getValue(), other);
            if (difference != null) {
                different.add(name(entry.getKey()) + ": " + difference);
            } else if (other != null) {
                common.put(entry.getKey(), entry.getValue());
            }
        }
        List<Layer> layers = new ArrayList<>();
        if (!common.isEmpty()) {
            Map<TensorKey, ErrorStatistics> measured = measure(common, description);
            for (TensorKey key : common.keySet()) {
                CompareSide.Tensor left = a.tensors().get(key);
                ErrorStatistics statistics = measured.getOrDefault(key, new ErrorStatistics());
                requireWhole(key, left, statistics);
                layers.add(new Layer(key, left, b.tensors().get(key), statistics.summary()));
            }
        }
        layers.sort(Comparator.<Layer>comparingDouble(layer -> layer.errors().cosine())
                .thenComparingDouble(layer -> -layer.errors().mse())
                .thenComparing(Layer::key));
        return new Result(layers, missing(a, b), missing(b, a), different);
    }

    private static String difference(CompareSide.Tensor left, CompareSide.Tensor right) {
        if (left.obstacle() != null || right.obstacle() != null) {
            return left.obstacle() != null ? left.obstacle() : right.obstacle();
        }
        return left.shape().equals(right.shape()) ? null : "shape " + left.shape() + " and " + right.shape();
    }

    private static List<String> missing(CompareSide from, CompareSide in) {
        List<String> names = new ArrayList<>();
        for (TensorKey key : from.tensors().keySet()) {
            if (!in.tensors().containsKey(key)) {
                names.add(name(key));
            }
        }
        return names;
    }

    static String name(TensorKey key) {
        return key.file().isEmpty() ? key.layerName() : key.file() + "/" + key.layerName();
    }

    private static void requireWhole(TensorKey key, CompareSide.Tensor tensor, ErrorStatistics statistics) {
        if (statistics.count() != tensor.shape().elements()) {
            throw new InvalidRequestException(
                    "The two tables cut layer '" + name(key) + "' at different elements, so its rows cannot be paired",
                    "Compare each table with the original checkpoint");
        }
    }

    private Map<TensorKey, ErrorStatistics> measure(Map<TensorKey, CompareSide.Tensor> common, String description) {
        try (SparkRun run = SparkRun.begin(description)) {
            if (!a.isTable() && !b.isTable()) {
                return LayerErrors.merge(new ModelComparison(run.context(), configuration).measure(a, b, common));
            }
            TableComparison comparison = new TableComparison(run.session());
            if (a.isTable() && b.isTable()) {
                return LayerErrors.merge(comparison.ofTables(a, b));
            }
            CompareSide table = a.isTable() ? a : b;
            ComparedModel model = ComparedModel.of(table == a ? b : a, common.keySet());
            return LayerErrors.merge(comparison.withModel(table, model, table == b, configuration));
        }
    }
}
