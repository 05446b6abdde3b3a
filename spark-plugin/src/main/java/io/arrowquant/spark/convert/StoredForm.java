package io.arrowquant.spark.convert;

import io.arrowquant.source.QuantizedTensor;
import java.io.Serializable;
import java.util.List;

/**
 * How a tensor is stored that has to be decoded first.
 *
 * @param files for each of its parts, the index of the file among the sources of the work
 */
public record StoredForm(QuantizedTensor tensor, List<Integer> files) implements Serializable {}
