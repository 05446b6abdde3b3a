package io.arrowquant.spark.job;

import io.arrowquant.recipe.Recipe;
import io.arrowquant.recipe.RecipeSettings;
import io.arrowquant.recipe.Setting;
import io.arrowquant.scheme.NonFinite;

/**
 * What a quantize job is asked to do, checked as far as that is possible without looking at weights.
 *
 * @param settings all that was said, the profile's part included, for the report
 * @param resume whether to go on where a job to the same output stopped
 * @param quality whether the error of every layer is measured
 * @param maxPartitionBytes tensors beyond are cut between partitions
 * @param maxShardBytes tensor bytes of an output file at most, in layouts for runtimes
 * @param decodesOnly whether nothing is to be done but to decode what is quantized already
 * @param reportDirectory where copies of the report go as well, or null
 */
record QuantizeRequest(
        String input,
        String output,
        Recipe recipe,
        RecipeSettings settings,
        NonFinite nonFinite,
        boolean quality,
        boolean overwrite,
        boolean resume,
        long maxPartitionBytes,
        long maxShardBytes,
        boolean decodesOnly,
        String reportDirectory) {

    boolean hasMinCosine() {
        return settings.has(Setting.MIN_COSINE);
    }

    double minCosine() {
        return settings.number(Setting.MIN_COSINE);
    }

    boolean strict() {
        return recipe.strict();
    }

    boolean allowRequantize() {
        return settings.flag(Setting.ALLOW_REQUANTIZE, false);
    }

    /** The profile's name, or null. */
    String profile() {
        return settings.text(Setting.PROFILE);
    }
}
