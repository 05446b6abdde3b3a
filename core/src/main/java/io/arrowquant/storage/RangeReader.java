package io.arrowquant.storage;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Positional reads from one open file. Not for use by several threads at once. */
public interface RangeReader extends Closeable {
    /** Bytes in the file when it was opened. */
    long size();

    /** Fills the remaining space of the buffer from a position; an EOFException when the file ends before. */
    void readFully(long position, ByteBuffer target) throws IOException;

    default void readFully(long position, byte[] target, int offset, int length) throws IOException {
        readFully(position, ByteBuffer.wrap(target, offset, length));
    }

    /** The whole file, whose size the caller has found small enough before. */
    default byte[] readAll() throws IOException {
        byte[] content = new byte[Math.toIntExact(size())];
        readFully(0, content, 0, content.length);
        return content;
    }
}
