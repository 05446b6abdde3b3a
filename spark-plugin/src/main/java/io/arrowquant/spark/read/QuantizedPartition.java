package io.arrowquant.spark.read;

import java.util.List;
import org.apache.spark.sql.connector.read.InputPartition;

/** The tensors that one task quantizes. */
record QuantizedPartition(List<SourceFile> files, List<QuantizedTensor> tensors) implements InputPartition {}
