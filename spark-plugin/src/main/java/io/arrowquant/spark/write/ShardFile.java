package io.arrowquant.spark.write;

import io.arrowquant.safetensors.TensorSpec;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.Map;

/**
 * A file being written whose header is not known before its body is. There are two ways: {@link ReservedFile} leaves
 * room for the header in front, {@link SpooledFile} writes the body elsewhere first.
 */
interface ShardFile {
    /** Loaders look for this entry; without it some refuse the file. */
    Map<String, String> METADATA = Map.of("format", "pt");

    /** Where the body is written to. */
    FileChannel body();

    /** The position in {@link #body} at which the first tensor begins. */
    long bodyStart();

    /**
     * Completes the file, whose body holds these tensors in this order, and closes it.
     *
     * @return the size of the complete file
     */
    long finish(List<TensorSpec> tensors) throws IOException;

    /** Closes and deletes whatever there is. */
    void discard() throws IOException;
}
