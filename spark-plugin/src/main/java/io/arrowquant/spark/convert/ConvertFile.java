package io.arrowquant.spark.convert;

import io.arrowquant.safetensors.TensorSpec;
import io.arrowquant.scheme.NonFinite;
import io.arrowquant.spark.read.SourceFile;
import java.io.Serializable;
import java.util.List;

/**
 * The work of one task: an output file.
 *
 * @param output the number of the output that it belongs to
 * @param index its number in that output
 * @param sources the files its tensors lie in
 * @param quality whether the error of every tensor is measured
 */
public record ConvertFile(
        int output,
        int index,
        List<SourceFile> sources,
        List<ConvertTensor> tensors,
        NonFinite nonFinite,
        boolean quality)
        implements Serializable {
    /** What the file is called until it is taken up. */
    static final String STAGED_NAME = "file.safetensors";

    /** The same with another number. */
    ConvertFile at(int otherIndex) {
        return new ConvertFile(output, otherIndex, sources, tensors, nonFinite, quality);
    }

    /** What the errors of a layer are recorded as: those of further outputs are told apart. */
    String measured(String layer) {
        return output == 0 ? layer : measuredPrefix(output) + layer;
    }

    /** What the records of an output other than the first begin with. */
    public static String measuredPrefix(int output) {
        return output + "\n";
    }

    /** Waits until the kernels of what makes up most of this file are compiled. */
    void awaitKernels() {
        ConvertTensor largest = null;
        for (ConvertTensor tensor : tensors) {
            if (tensor.scheme() != null
                    && (largest == null
                            || tensor.tensor().byteLength() > largest.tensor().byteLength())) {
                largest = tensor;
            }
        }
        if (largest != null && bytes() >= KernelWarmUp.WORTH_IT_BYTES) {
            KernelWarmUp.await(largest.scheme(), largest.tensor().dtype(), quality);
        }
    }

    private long bytes() {
        long bytes = 0;
        for (ConvertTensor tensor : tensors) {
            bytes += tensor.tensor().byteLength();
        }
        return bytes;
    }

    /**
     * The size of a file, header included, known before anything is encoded; at most, when the length of some parts follows
     * from the weights.
     */
    public static long fileBytes(List<TensorSpec> exact, List<TensorSpec> atMost) {
        return FilePlaces.fileBytes(exact, atMost);
    }
}
