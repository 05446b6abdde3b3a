/**
 * Turns checkpoints into checkpoints, file by file. A task reads the tensors of one output file in ranges of a megabyte,
 * encodes them, and writes every part straight to its place, since all sizes follow from the headers: no rows, no shuffles,
 * no second pass over what was written. Several outputs take from the same read, each with its own schemes. The memory of a
 * task is a few buffers, whatever the tensors' size; only packings that are transposed (GPTQ, AWQ) hold the packed output of
 * one tensor.
 *
 * <p>Checksums and errors are taken on the way. The driver takes up the files of the attempts that counted.
 */
package io.arrowquant.spark.convert;
