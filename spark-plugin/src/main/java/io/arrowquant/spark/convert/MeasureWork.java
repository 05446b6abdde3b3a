package io.arrowquant.spark.convert;

import io.arrowquant.scheme.Scheme;
import java.io.Serializable;
import java.util.List;

/**
 * The work of one task that measures.
 *
 * @param work the tensors; what they are to be quantized with there does not matter
 * @param candidates for each tensor, what it is measured with
 */
public record MeasureWork(ConvertFile work, List<List<Candidate>> candidates) implements Serializable {
    /** A scheme, with the results of a first pass over a tensor and those it shares them with, or null. */
    public record Candidate(Scheme scheme, List<byte[]> surveyed) implements Serializable {}
}
