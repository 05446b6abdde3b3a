/**
 * The block-wise types of bitsandbytes: NF4 and FP4, four bits each, and its eight-bit dynamic type. Blocks run along
 * the flattened tensor, each scaled by its largest magnitude; the scales may be quantized once more ("nested").
 */
package io.arrowquant.scheme.bitsandbytes;
