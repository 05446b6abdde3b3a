package io.arrowquant.checkpoint;

import java.util.Map;

/**
 * A file of weights.
 *
 * @param source the file as it was when its header was read
 * @param metadata its {@code __metadata__}, or null when it has none
 * @param tensorCount how many tensors it holds
 * @param dataStart where in the file the first tensor begins
 */
public record CheckpointShard(CheckpointFile source, Map<String, String> metadata, int tensorCount, long dataStart) {
    public String file() {
        return source.file();
    }
}
