package io.arrowquant.spark.convert;

import io.arrowquant.scheme.PartSpec;
import io.arrowquant.scheme.Scheme;
import io.arrowquant.tensor.TensorInfo;
import java.io.Serializable;
import java.util.List;

/**
 * A tensor to be converted.
 *
 * @param file the index of its file among the sources of the work
 * @param tensor its place there, or what it is once decoded
 * @param layer what errors call it
 * @param scheme what it is quantized with, or null when it is copied
 * @param surveyed results of a first pass over it and the tensors it shares them with, or null
 * @param stored how it is stored when it has to be decoded first, or null
 */
public record ConvertTensor(
        int file, TensorInfo tensor, String layer, Scheme scheme, List<byte[]> surveyed, StoredForm stored)
        implements Serializable {
    List<PartSpec> parts() {
        return scheme.parts(tensor.shape(), tensor.dtype());
    }
}
