package io.arrowquant.spark.write;

import java.util.Locale;

/** The names loaders expect. */
final class ShardNames {
    static final String SINGLE = "model.safetensors";

    private static final int ID_PREFIX = 8;

    private ShardNames() {}

    /** The name of a file of a whole checkpoint; {@code index} counts from zero. */
    static String whole(int index, int count) {
        return count == 1 ? SINGLE : numbered("model", index, count);
    }

    /** The name of a file added to a checkpoint: the job's id keeps it apart from all that is there. */
    static String added(String queryId, int index, int count) {
        return numbered("model-" + queryId.substring(0, Math.min(ID_PREFIX, queryId.length())), index, count);
    }

    private static String numbered(String base, int index, int count) {
        return String.format(Locale.ROOT, "%s-%05d-of-%05d.safetensors", base, index + 1, count);
    }
}
