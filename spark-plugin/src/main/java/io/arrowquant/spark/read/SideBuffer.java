package io.arrowquant.spark.read;

import io.arrowquant.spark.compat.Executors;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * Holds a smaller output of a scheme (scales, zero points) until the main one is through. Beyond a few megabytes it goes
 * to a temporary file, so that a task's memory does not grow with the tensor.
 */
final class SideBuffer implements Closeable {
    static final int LARGEST_IN_MEMORY = 4 << 20;

    private byte[] memory = new byte[64 << 10];
    private int inMemory;
    private Path spillFile;
    private FileChannel spill;
    private long spilled;

    void append(byte[] bytes, int length) throws IOException {
        if (inMemory + length > LARGEST_IN_MEMORY) {
            spillMemory();
            write(ByteBuffer.wrap(bytes, 0, length));
            return;
        }
        if (memory.length < inMemory + length) {
            memory = Arrays.copyOf(memory, Math.max(inMemory + length, Math.min(LARGEST_IN_MEMORY, memory.length * 2)));
        }
        System.arraycopy(bytes, 0, memory, inMemory, length);
        inMemory += length;
    }

    private void spillMemory() throws IOException {
        if (spill == null) {
            spillFile = Executors.temporaryFile("arrowquant-side-");
            spill = FileChannel.open(
                    spillFile, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
        }
        write(ByteBuffer.wrap(memory, 0, inMemory));
        inMemory = 0;
    }

    private void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            spilled += spill.write(bytes, spilled);
        }
    }

    long length() {
        return spilled + inMemory;
    }

    /** Copies bytes from a position into a buffer. */
    void read(long position, ByteBuffer target) throws IOException {
        long at = position;
        int end = target.limit();
        int fromFile = (int) Math.max(0, Math.min(target.remaining(), spilled - at));
        target.limit(target.position() + fromFile);
        while (target.hasRemaining()) {
            int read = spill.read(target, at);
            if (read < 0) {
                throw new EOFException("spilled data of " + spilled + " bytes ended at " + at);
            }
            at += read;
        }
        target.limit(end);
        if (target.hasRemaining()) {
            target.put(memory, (int) (at - spilled), target.remaining());
        }
    }

    long heapBytes() {
        return memory.length;
    }

    /** Empties the buffer for the next tensor. */
    void clear() throws IOException {
        close();
        inMemory = 0;
    }

    @Override
    public void close() throws IOException {
        if (spill != null) {
            FileChannel closing = spill;
            spill = null;
            spilled = 0;
            closing.close();
            Files.deleteIfExists(spillFile);
        }
    }
}
