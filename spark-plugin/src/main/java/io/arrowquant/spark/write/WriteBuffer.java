package io.arrowquant.spark.write;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Gathers the pieces a task writes into large writes. One direct buffer serves all files of a task and goes to a later
 * task afterwards: freeing direct memory is left to the garbage collector, which may take its time.
 */
final class WriteBuffer implements AutoCloseable {
    private static final int SIZE = 1 << 20;
    private static final ConcurrentLinkedQueue<ByteBuffer> SPARE = new ConcurrentLinkedQueue<>();

    private ByteBuffer buffer;
    private FileChannel target;
    private long targetPosition;

    WriteBuffer() {
        ByteBuffer spare = SPARE.poll();
        buffer = spare == null ? ByteBuffer.allocateDirect(SIZE) : spare;
    }

    /** Writes at a position of a file, at the latest when {@link #flush} is called. */
    void write(FileChannel channel, long position, byte[] source, int offset, int length) throws IOException {
        if (channel != target || position != targetPosition + buffer.position()) {
            flush();
            target = channel;
            targetPosition = position;
        }
        int done = 0;
        while (done < length) {
            int count = Math.min(length - done, buffer.remaining());
            buffer.put(source, offset + done, count);
            done += count;
            if (!buffer.hasRemaining()) {
                flush();
            }
        }
    }

    void flush() throws IOException {
        buffer.flip();
        while (buffer.hasRemaining()) {
            targetPosition += target.write(buffer, targetPosition);
        }
        buffer.clear();
    }

    /** Forgets what is not written yet. */
    @Override
    public void close() {
        if (buffer != null) {
            buffer.clear();
            SPARE.add(buffer);
            buffer = null;
            target = null;
        }
    }
}
