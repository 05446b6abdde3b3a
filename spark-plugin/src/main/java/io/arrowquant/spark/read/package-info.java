/**
 * {@code spark.read.format("safetensors")}, named by the life cycle of a Spark data source: the source makes a table,
 * its scan builder takes the columns and filters Spark pushes down and makes a scan, the scan plans partitions, and a
 * reader in each task turns a partition into column batches.
 *
 * <p>Everything headers can show is read and checked on the driver, once, when the scan is built. A partition lists
 * regions of tensors; the reader cuts them into element ranges, one row each. Where ranges begin is decided by
 * {@link io.arrowquant.spark.read.RangeLayout} from the tensor alone, never from how it was distributed, so that bytes
 * quantized from the rows do not depend on splitting.
 *
 * <p>With the option {@code scheme} the rows are the <em>quantized</em> tensors instead: the same source, table and
 * scan, another plan and reader.
 */
package io.arrowquant.spark.read;
