/**
 * How quantized tensors are laid out in a model directory of one of the {@linkplain io.arrowquant.recipe.Layout ways}
 * that runtimes know: which files there are and {@linkplain io.arrowquant.layout.ModelFiles which tensors each holds},
 * the {@linkplain io.arrowquant.layout.WeightIndex index}, and what the {@linkplain
 * io.arrowquant.layout.QuantizationConfig config} says of them, all known before a weight is read.
 *
 * <p>The names of the tensors themselves come from the scheme's parts. Files keep the names they have in the source
 * unless there are too few of them to keep a cluster busy, or they would be larger than asked for; then they are
 * numbered anew. Tensors stay in their file, but for those that {@linkplain io.arrowquant.layout.ScalePartners share a
 * scale}.
 */
package io.arrowquant.layout;
