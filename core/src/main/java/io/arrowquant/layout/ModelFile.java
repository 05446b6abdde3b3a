package io.arrowquant.layout;

import io.arrowquant.checkpoint.CheckpointFile;
import io.arrowquant.recipe.PlannedTensor;
import java.util.List;

/**
 * A file of an output.
 *
 * @param name relative to the output, with the directory of its component
 * @param tensors the source's tensors that it holds in their new form
 */
public record ModelFile(String name, List<PlannedTensor> tensors) {
    /** The directory of the component, with a slash at the end, or "". */
    public String component() {
        return CheckpointFile.componentOf(name);
    }

    public long bytesBefore() {
        long bytes = 0;
        for (PlannedTensor tensor : tensors) {
            bytes += tensor.bytesBefore();
        }
        return bytes;
    }
}
