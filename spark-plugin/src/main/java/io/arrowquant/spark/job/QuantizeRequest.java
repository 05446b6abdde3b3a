package io.arrowquant.spark.job;

import io.arrowquant.recipe.Recipe;
import io.arrowquant.scheme.NonFinite;

/**
 * What a quantize job is asked to do, checked as far as that is possible without looking at files.
 *
 * @param profile the profile's name, or null
 * @param minCosine no layer may come out below, or NaN for no limit
 * @param quality whether the error of every layer is measured
 * @param strict whether a pattern that matches no tensor is an error
 * @param maxPartitionBytes tensors beyond are cut between partitions
 * @param maxShardBytes tensor bytes of an output file at most, in layouts for runtimes
 * @param allowRequantize whether weights that are quantized already are decoded on the way
 * @param decodesOnly whether that is all that is to be done
 * @param reportDirectory where copies of the report go as well, or null
 */
record QuantizeRequest(
        String input,
        String output,
        Recipe recipe,
        String profile,
        double minCosine,
        NonFinite nonFinite,
        boolean quality,
        boolean overwrite,
        boolean strict,
        long maxPartitionBytes,
        long maxShardBytes,
        boolean allowRequantize,
        boolean decodesOnly,
        String reportDirectory) {

    boolean hasMinCosine() {
        return !Double.isNaN(minCosine);
    }
}
