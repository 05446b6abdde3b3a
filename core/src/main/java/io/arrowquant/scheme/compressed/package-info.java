/**
 * The data-free presets of compressed-tensors: integers of 2 to 8 bits, FP8, NVFP4, MXFP4 and MXFP8, with the bytes that
 * the reference writes on a CPU. Everything is computed in the type of the weights: with BF16 or F16 weights each
 * elementary operation is rounded to that type, which {@link io.arrowquant.scheme.compressed.Precision} does.
 *
 * <p>{@link io.arrowquant.scheme.compressed.Slices} says which elements share a scale;
 * a {@link io.arrowquant.scheme.compressed.SliceGrid} holds the arithmetic of one slice and
 * {@link io.arrowquant.scheme.compressed.CodePacking} how codes lie in the output.
 */
package io.arrowquant.scheme.compressed;
