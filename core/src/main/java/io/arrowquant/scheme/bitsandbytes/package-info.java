/**
 * The types of bitsandbytes. NF4 and FP4, four bits each, and its eight-bit dynamic type: blocks run along the flattened
 * tensor, each scaled by its largest magnitude; the scales may be quantized once more ("nested"). And the eight-bit rows
 * of LLM.int8().
 */
package io.arrowquant.scheme.bitsandbytes;
