/** The core's storage port on Hadoop file systems; files of this machine go through java.nio instead. */
package io.arrowquant.spark.storage;
