/**
 * How far quantized values are from the original ones, and what a tensor's values are like.
 *
 * <p>Results never depend on how a tensor was cut or in which order pieces were merged: elements are summed in double
 * over fixed blocks of 4096, which begin at multiples of 4096 in the tensor, and the block sums are added
 * <em>exactly</em> ({@link io.arrowquant.quality.ExactSum}), which makes their order irrelevant. The state of a tensor
 * of any size is a few hundred bytes.
 */
package io.arrowquant.quality;
