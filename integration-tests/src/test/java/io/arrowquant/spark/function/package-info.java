/**
 * The SQL functions in real sessions. {@link io.arrowquant.spark.function.ArrowTestSource} stands in for a reader: it
 * yields batches of every kind that the columnar operator meets.
 */
package io.arrowquant.spark.function;
