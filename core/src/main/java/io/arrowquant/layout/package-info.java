/**
 * How quantized tensors are laid out in a model directory: which files there are, which tensors each holds, and what the
 * config says of them. A {@link io.arrowquant.layout.Layout} is one of the ways runtimes know; a
 * {@link io.arrowquant.layout.ModelLayout} is a plan in that layout: every file with its tensors, the index, and the
 * {@code quantization_config}, all known before a weight is read.
 *
 * <p>The names of the tensors themselves come from the scheme's parts. Files keep the names they have in the source
 * unless there are too few of them to keep a cluster busy, or they would be larger than asked for; then they are
 * numbered anew.
 */
package io.arrowquant.layout;
