package io.arrowquant.spark.convert;

import io.arrowquant.scheme.NonFinite;
import io.arrowquant.spark.read.SourceFile;
import java.io.Serializable;
import java.util.List;

/**
 * The work of one task: an output file.
 *
 * @param index its number in the job
 * @param sources the files its tensors lie in
 * @param quality whether the error of every tensor is measured
 */
public record ConvertFile(
        int index, List<SourceFile> sources, List<ConvertTensor> tensors, NonFinite nonFinite, boolean quality)
        implements Serializable {
    /** What the file is called until it is taken up. */
    static final String STAGED_NAME = "file.safetensors";
}
