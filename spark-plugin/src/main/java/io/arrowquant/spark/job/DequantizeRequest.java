package io.arrowquant.spark.job;

import io.arrowquant.tensor.DataType;

/**
 * What a dequantize job is asked to do.
 *
 * @param dtype what quantized tensors become, or null for the type each had in the source
 * @param maxShardSize files are cut between tensors before they exceed this, or null for the writer's default
 */
record DequantizeRequest(String input, String output, DataType dtype, boolean overwrite, String maxShardSize) {}
