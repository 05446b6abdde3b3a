package io.arrowquant.safetensors;

import java.io.IOException;
import java.io.OutputStream;

/** A tensor to be written, with its data. */
public record TensorSource(TensorSpec spec, Data data) {
    /** Writes a tensor's bytes, exactly as many as its spec says, in pieces of any size. */
    @FunctionalInterface
    public interface Data {
        void writeTo(OutputStream out) throws IOException;
    }
}
