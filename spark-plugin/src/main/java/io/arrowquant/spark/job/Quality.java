package io.arrowquant.spark.job;

import io.arrowquant.error.Printable;
import io.arrowquant.error.QuantizationException;
import io.arrowquant.quality.ErrorStatistics;
import io.arrowquant.quality.ErrorSummary;
import io.arrowquant.spark.convert.ConvertFile;
import io.arrowquant.spark.metrics.PartitionRecord;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The errors that the tasks of a job measured, put together for each layer. */
final class Quality {
    private final Map<String, ErrorSummary> byLayer = new HashMap<>();

    private Quality() {}

    static Quality of(List<PartitionRecord> records) {
        return of(records, 0);
    }

    /** The errors of one of several outputs. */
    static Quality of(List<PartitionRecord> records, int output) {
        String prefix = output == 0 ? "" : ConvertFile.measuredPrefix(output);
        Map<String, ErrorStatistics> merged = new HashMap<>();
        for (PartitionRecord record : records) {
            for (Map.Entry<String, byte[]> layer : record.layers().entrySet()) {
                boolean other = output == 0
                        ? layer.getKey().indexOf('\n') >= 0
                        : !layer.getKey().startsWith(prefix);
                if (other) {
                    continue;
                }
                merged.computeIfAbsent(layer.getKey().substring(prefix.length()), unused -> new ErrorStatistics())
                        .merge(ErrorStatistics.fromBytes(layer.getValue()));
            }
        }
        Quality quality = new Quality();
        merged.forEach((layer, statistics) -> quality.byLayer.put(layer, statistics.summary()));
        return quality;
    }

    /** What was measured of a layer, or null. */
    ErrorSummary of(String layerId) {
        return byLayer.get(layerId);
    }

    Double worstCosine() {
        Double worst = null;
        for (ErrorSummary summary : byLayer.values()) {
            worst = worst == null ? summary.cosine() : Math.min(worst, summary.cosine());
        }
        return worst;
    }

    /** Refuses results that are worse than asked for; names the worst layer. */
    void requireCosine(double limit) {
        String worst = null;
        int below = 0;
        for (Map.Entry<String, ErrorSummary> layer : byLayer.entrySet()) {
            double cosine = layer.getValue().cosine();
            if (cosine < limit) {
                below++;
                boolean worse = worst == null
                        || cosine < byLayer.get(worst).cosine()
                        || (cosine == byLayer.get(worst).cosine()
                                && layer.getKey().compareTo(worst) < 0);
                worst = worse ? layer.getKey() : worst;
            }
        }
        if (worst != null) {
            throw new QuantizationException(
                    worst,
                    QuantizationException.NO_INDEX,
                    String.format(
                            Locale.ROOT,
                            "has cosine %.6f, below the minimum of %s; %d of %d layers are below, nothing was published",
                            byLayer.get(worst).cosine(),
                            limit,
                            below,
                            byLayer.size()),
                    "Lower --min-cosine, or give such layers a scheme with more bits, with --layer '"
                            + Printable.text(worst) + "=SCHEME', or keep them with --skip");
        }
    }
}
