package io.arrowquant.spark.job;

import io.arrowquant.quality.ErrorStatistics;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The errors one task found in a layer, on their way to the driver. */
record LayerErrors(TensorKey layer, byte[] statistics) implements Serializable {
    static List<LayerErrors> of(Map<TensorKey, ErrorStatistics> byLayer) {
        List<LayerErrors> errors = new ArrayList<>();
        byLayer.forEach((layer, statistics) -> errors.add(new LayerErrors(layer, statistics.toBytes())));
        return errors;
    }

    /** Those of all tasks. */
    static List<LayerErrors> all(List<List<LayerErrors>> found) {
        return found.stream().flatMap(List::stream).toList();
    }

    /** Whatever order the parts come in, the result is the same. */
    static Map<TensorKey, ErrorStatistics> merge(List<LayerErrors> parts) {
        Map<TensorKey, ErrorStatistics> merged = new HashMap<>();
        for (LayerErrors part : parts) {
            merged.computeIfAbsent(part.layer(), unused -> new ErrorStatistics())
                    .merge(ErrorStatistics.fromBytes(part.statistics()));
        }
        return merged;
    }
}
