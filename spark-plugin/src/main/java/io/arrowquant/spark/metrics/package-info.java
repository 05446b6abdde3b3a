/**
 * What tasks did, and how users see it.
 *
 * <p>In a task, the reader, the functions and the writer report to the one {@link io.arrowquant.spark.metrics.TaskRecorder}
 * of that task. When the task completes it sends a {@link io.arrowquant.spark.metrics.PartitionRecord} to the driver
 * through an accumulator that carries JSON text only, so that it works wherever Spark runs tasks. Spark delivers
 * accumulator updates of successful tasks only; {@link io.arrowquant.spark.metrics.PartitionRecords} drops what retried
 * stages deliver twice. The records are read as {@code format("arrowquant-metrics")}.
 *
 * <p>Custom metrics of the SQL tab are a separate, simpler thing: {@link io.arrowquant.spark.metrics.SqlMetric}.
 */
package io.arrowquant.spark.metrics;
