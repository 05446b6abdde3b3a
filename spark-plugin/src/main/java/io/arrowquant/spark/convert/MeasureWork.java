package io.arrowquant.spark.convert;

import io.arrowquant.scheme.Scheme;
import java.io.Serializable;
import java.util.List;

/**
 * The work of one task that measures: every tensor with every scheme.
 *
 * @param work the tensors; what they are to be quantized with there does not matter
 */
public record MeasureWork(ConvertFile work, List<Scheme> candidates) implements Serializable {}
