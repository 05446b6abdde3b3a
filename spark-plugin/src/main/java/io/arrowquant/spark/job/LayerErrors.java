package io.arrowquant.spark.job;

import io.arrowquant.quality.ErrorStatistics;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** The errors one task found, layer by layer, on their way to the driver; a plain class for the sake of Kryo. */
final class LayerErrors implements Serializable {
    private static final long serialVersionUID = 1L;

    private final String component;
    private final String layerName;
    private final byte[] statistics;

    private LayerErrors(TensorKey layer, ErrorStatistics statistics) {
        this.component = layer.file();
        this.layerName = layer.layerName();
        this.statistics = statistics.toBytes();
    }

    static Iterator<LayerErrors> of(Map<TensorKey, ErrorStatistics> byLayer) {
        List<LayerErrors> errors = new ArrayList<>();
        byLayer.forEach((layer, statistics) -> errors.add(new LayerErrors(layer, statistics)));
        return errors.iterator();
    }

    /** Whatever order the parts come in, the result is the same. */
    static Map<TensorKey, ErrorStatistics> merge(List<LayerErrors> parts) {
        Map<TensorKey, ErrorStatistics> merged = new HashMap<>();
        for (LayerErrors part : parts) {
            merged.computeIfAbsent(new TensorKey(part.component, part.layerName), unused -> new ErrorStatistics())
                    .merge(ErrorStatistics.fromBytes(part.statistics));
        }
        return merged;
    }
}
