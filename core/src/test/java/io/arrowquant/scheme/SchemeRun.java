package io.arrowquant.scheme;

import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import java.util.Map;

/** Encodes and decodes tensors with the kernels of one provider. */
public interface SchemeRun {
    /** The provider. */
    String kernels();

    /**
     * All that a scheme makes of a tensor, by what it is: parts of the whole and of ranges, decoded values, statistics,
     * or what was refused.
     *
     * @param stored the elements as a file would hold them
     */
    Map<String, byte[]> of(String scheme, DataType dtype, Shape shape, NonFinite nonFinite, byte[] stored);
}
