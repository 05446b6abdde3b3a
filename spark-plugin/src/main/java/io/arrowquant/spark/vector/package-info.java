/** Arrow-backed column vectors with bulk access and reused buffers, shared by the reader and the columnar functions. */
package io.arrowquant.spark.vector;
