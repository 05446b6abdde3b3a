package io.arrowquant.source;

import java.io.IOException;

/** Where the stored parts of a quantized tensor are read from. */
public interface PartReader {
    /** Reads {@code length} bytes of a part, from an offset within it. {@code part} is its index in the tensor. */
    void read(int part, long offset, byte[] target, int targetOffset, int length) throws IOException;
}
