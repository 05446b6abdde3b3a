package io.arrowquant.spark.write;

import io.arrowquant.layout.ModelFiles;
import io.arrowquant.layout.WeightIndex;

/**
 * The names loaders expect.
 *
 * @param stem what all of them begin with
 */
record ShardNames(String stem) {
    /** What Transformers looks for. */
    static final String USUAL = "model";

    private static final int ID_PREFIX = 8;

    /** The name of a file of a whole checkpoint; {@code index} counts from zero. */
    String whole(int index, int count) {
        return count == 1 ? single() : ModelFiles.numbered(stem, index, count);
    }

    /** The only file of a checkpoint. */
    String single() {
        return stem + ".safetensors";
    }

    /** The name of a file added to a checkpoint: the job's id keeps it apart from all that is there. */
    String added(String queryId, int index, int count) {
        String id = queryId.substring(0, Math.min(ID_PREFIX, queryId.length()));
        return ModelFiles.numbered(stem + "-" + id, index, count);
    }

    String index() {
        return WeightIndex.nameBeside(single());
    }
}
