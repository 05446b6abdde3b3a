package io.arrowquant.spark.write;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Writes to a file past the page cache. The system then takes whole blocks only, from memory that begins at one. Here
 * writes are gathered: each that goes on where an earlier one ended joins it, and goes out with it in large aligned
 * pieces. What begins or ends within a block goes through the page cache, and so does everything else once the system has
 * refused a piece. The two never meet in a block.
 */
final class AlignedWriter implements Closeable {
    private static final int PIECE = 1 << 20;

    /** Writes shorter than this are not worth gathering, unless they continue another. */
    private static final int SHORT = 64 << 10;

    /** The parts of a tensor, and one more. */
    private static final int MOST_RUNS = 4;

    /** Larger blocks than this are not known of; buffers are aligned for all. */
    private static final int LARGEST_BLOCK = 64 << 10;

    /** Buffers of this process that are not in use: never more than were in use at a time. */
    private static final Queue<ByteBuffer> SPARE = new ConcurrentLinkedQueue<>();

    private final FileChannel buffered;
    private final FileChannel direct;
    private final int block;
    private final Deque<Run> runs = new ArrayDeque<>();
    private boolean refused;

    AlignedWriter(FileChannel buffered, FileChannel direct, int block) {
        this.buffered = buffered;
        this.direct = direct;
        this.block = block;
    }

    /** A writer to a file that {@code buffered} has open, or null when the system has no such way to it. */
    static AlignedWriter open(Path file, FileChannel buffered) {
        try {
            long block = Files.getFileStore(file).getBlockSize();
            if (block <= 0 || block > LARGEST_BLOCK || Long.bitCount(block) != 1) {
                return null;
            }
            // A piece of memory of the system's is a block at least: what goes through its cache must not touch others.
            int aligned = (int) Math.max(block, 4096);
            FileChannel direct = FileChannel.open(file, StandardOpenOption.WRITE, ExtendedOpenOption.DIRECT);
            return new AlignedWriter(buffered, direct, aligned);
        } catch (IOException | UnsupportedOperationException unsupported) {
            return null;
        }
    }

    void write(long position, byte[] bytes, int offset, int length) throws IOException {
        Run run = runAt(position);
        if (run == null && length >= SHORT && !refused) {
            int head = (int) (-position & (block - 1));
            writeBuffered(position, ByteBuffer.wrap(bytes, offset, head));
            begin(position + head).add(bytes, offset + head, length - head);
        } else if (run == null) {
            writeBuffered(position, ByteBuffer.wrap(bytes, offset, length));
        } else {
            run.add(bytes, offset, length);
        }
    }

    private Run runAt(long position) {
        for (Run run : runs) {
            if (run.end() == position) {
                return run;
            }
        }
        return null;
    }

    private Run begin(long position) throws IOException {
        if (runs.size() == MOST_RUNS) {
            runs.removeFirst().finish();
        }
        ByteBuffer spare = SPARE.poll();
        Run run = new Run(
                position,
                spare == null ? ByteBuffer.allocateDirect(PIECE + LARGEST_BLOCK).alignedSlice(LARGEST_BLOCK) : spare);
        runs.addLast(run);
        return run;
    }

    private void writeBuffered(long position, ByteBuffer source) throws IOException {
        long at = position;
        while (source.hasRemaining()) {
            at += buffered.write(source, at);
        }
    }

    /** Writes what is still held. */
    void flush() throws IOException {
        for (Iterator<Run> left = runs.iterator(); left.hasNext(); ) {
            Run run = left.next();
            left.remove();
            run.finish();
        }
    }

    @Override
    public void close() throws IOException {
        runs.forEach(Run::release);
        runs.clear();
        direct.close();
    }

    /** Bytes that follow each other, and begin at a block. */
    private final class Run {
        private final ByteBuffer held;
        private long start;

        Run(long start, ByteBuffer held) {
            this.start = start;
            this.held = held.clear().limit(PIECE);
        }

        long end() {
            return start + held.position();
        }

        void add(byte[] bytes, int offset, int length) throws IOException {
            int at = offset;
            for (int left = length; left > 0; ) {
                int count = Math.min(left, held.remaining());
                held.put(bytes, at, count);
                at += count;
                left -= count;
                if (!held.hasRemaining()) {
                    writeHeld();
                }
            }
        }

        private void writeHeld() throws IOException {
            held.flip();
            int whole = held.limit() & -block;
            int last = held.limit();
            if (whole > 0 && !refused) {
                writeDirect(whole);
            }
            held.limit(last);
            long at = start + held.position();
            start += last;
            writeBuffered(at, held);
            held.clear().limit(PIECE);
        }

        /** Up to {@code whole}, or up to where the system refuses. */
        private void writeDirect(int whole) {
            held.limit(whole);
            try {
                while (held.hasRemaining()) {
                    direct.write(held, start + held.position());
                    if ((held.position() & (block - 1)) != 0) {
                        // A disk that is full takes a part; the rest gets its error from the page cache.
                        refused = true;
                        held.position(held.position() & -block);
                        return;
                    }
                }
            } catch (IOException useTheCache) {
                refused = true;
            }
        }

        void finish() throws IOException {
            try {
                writeHeld();
            } finally {
                release();
            }
        }

        void release() {
            SPARE.add(held);
        }
    }
}
