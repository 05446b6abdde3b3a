/**
 * Checkpoints whose weights are quantized already, read as if they were not. {@link QuantizedSource} finds, from config and
 * headers, which tensors are parts of one weight, and offers that weight in their place; whoever converts the weight gets its
 * elements from {@link QuantizedTensor}, decoded a few rows at a time on the way.
 *
 * <p>Values are those of the reference loaders: codes times scale in the type of the scales, then rounded to the type of the
 * model. Known are compressed-tensors in all its formats, GPTQ (both versions, with activation order) and AWQ, whose packed
 * words lie along the other dimension and are held for one tensor, and 8-bit floats as DeepSeek publishes them.
 *
 * <p>The same way lead weights that a loader changes before it quantizes them: {@link TurnedWeights} and {@link RoundedWeights}.
 */
package io.arrowquant.source;
