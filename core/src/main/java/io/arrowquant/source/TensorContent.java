package io.arrowquant.source;

import io.arrowquant.checkpoint.CheckpointTensor;
import java.io.IOException;

/** Reads small tensors whole: the few whose values decide on shapes. */
public interface TensorContent {
    byte[] read(CheckpointTensor tensor) throws IOException;
}
