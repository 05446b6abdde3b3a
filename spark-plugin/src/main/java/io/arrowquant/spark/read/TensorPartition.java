package io.arrowquant.spark.read;

import java.util.List;
import org.apache.spark.sql.connector.read.InputPartition;

/** What one task reads. */
record TensorPartition(List<SourceFile> files, List<TensorRegion> regions) implements InputPartition {}
