/**
 * Quantization of Arrow batches: a row for each layer in, a row for each quantized layer out.
 *
 * <p>Input is read where it lies, through the structs of the Arrow C Data Interface, with every offset, chunk and layout
 * that producers use; nothing of it is copied, kept or changed. Output is memory of an Arrow allocator, of exactly the
 * size it needs, which goes out through the same interface; large blocks of it are used again ({@link
 * io.arrowquant.arrow.RecycledMemory}). {@link io.arrowquant.arrow.BatchQuantizer} does the work,
 * {@link io.arrowquant.arrow.CDataBridge} and {@link io.arrowquant.arrow.IpcBridge} are the ways in and out.
 */
package io.arrowquant.arrow;
