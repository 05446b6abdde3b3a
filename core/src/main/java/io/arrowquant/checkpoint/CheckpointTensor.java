package io.arrowquant.checkpoint;

import io.arrowquant.tensor.TensorInfo;
import java.io.Serializable;

/** A tensor and the shard it lies in. {@code file} is relative to the checkpoint: "transformer/model.safetensors". */
public record CheckpointTensor(String file, TensorInfo info) implements Serializable {
    public String name() {
        return info.name();
    }

    /** The component it belongs to: tensors of different components may have the same name. */
    public String component() {
        return CheckpointFile.componentOf(file);
    }
}
