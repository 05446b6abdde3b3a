package io.arrowquant.checkpoint;

import java.util.List;

/**
 * The shards of one directory, in order of their names. A model is one component; a diffusers pipeline has several, and
 * only within one must tensor names be unique. Without an index, {@code index} and {@code indexPath} are null.
 */
record Component(List<CheckpointFile> shards, ShardIndex index, String indexPath) {}
