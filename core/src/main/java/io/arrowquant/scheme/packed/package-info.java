/**
 * Whole numbers in the layouts of GPTQ and AWQ, rounded to nearest without calibration: the codes, scales and zero points
 * that compressed-tensors computes, in the type of the weights, packed the way these layouts want them.
 *
 * <p>Both lie transposed: a row of the output holds something of every row of the weights. So these schemes take a tensor
 * whole ({@link io.arrowquant.scheme.Scheme#unit}), read it once, row by row, and hold its packed output, and nothing
 * else of its size, until the last row has come. The other way, strips of columns, would read the tensor from a store in
 * millions of small pieces.
 */
package io.arrowquant.scheme.packed;
