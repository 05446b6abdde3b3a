package io.arrowquant.recipe;

import io.arrowquant.checkpoint.CheckpointTensor;
import io.arrowquant.scheme.PartSpec;
import io.arrowquant.scheme.Scheme;
import java.util.List;

/**
 * One tensor of a plan.
 *
 * @param scheme what it is quantized with, or null when it stays as it is
 * @param reason why it stays as it is, or null
 */
public record PlannedTensor(CheckpointTensor source, Scheme scheme, String reason) {
    public boolean isQuantized() {
        return scheme != null;
    }

    /** The tensors that come out, without the source's name; empty when it stays as it is. */
    public List<PartSpec> parts() {
        return scheme == null
                ? List.of()
                : scheme.parts(source.info().shape(), source.info().dtype());
    }

    public long bytesBefore() {
        return source.info().byteLength();
    }

    public long bytesAfter() {
        if (scheme == null) {
            return bytesBefore();
        }
        long bytes = 0;
        for (PartSpec part : parts()) {
            bytes = Math.addExact(bytes, part.byteLength());
        }
        return bytes;
    }
}
