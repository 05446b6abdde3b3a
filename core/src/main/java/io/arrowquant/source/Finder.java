package io.arrowquant.source;

import io.arrowquant.checkpoint.CheckpointTensor;
import java.io.IOException;

/** Recognizes the weights of one way to quantize by the names of their parts. */
interface Finder {
    /** The weight whose codes this tensor holds, or null when it holds none. */
    QuantizedTensor find(CheckpointTensor tensor) throws IOException;

    /** True for what only the quantized model needs, such as scales of activations. */
    boolean isAside(String name);

    /** The name without an ending, or null when it has another. */
    static String moduleOf(String name, String ending) {
        return name.endsWith(ending) ? name.substring(0, name.length() - ending.length()) : null;
    }
}
