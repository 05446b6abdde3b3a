package io.arrowquant.spark.write;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Writes to a file past the page cache. The system then takes whole blocks only, from memory that begins at one. Here
 * writes are gathered: each that goes on where an earlier one ended joins it, and goes out with it in large aligned
 * pieces. What begins or ends within a block goes through the page cache, and so does everything else once the system has
 * refused a piece. The two never meet in a block. A disk is waited for without the processor: while one piece is on its
 * way, the caller goes on with the next.
 */
final class AlignedWriter implements Closeable {
    private static final int PIECE = 1 << 20;

    /** Writes shorter than this are not worth gathering, unless they continue another. */
    private static final int SHORT = 64 << 10;

    /** The parts of a tensor, and one more. */
    private static final int MOST_RUNS = 4;

    /**
     * What everything is aligned to: larger blocks, of disks or of the page cache, are not known of. A block is only ever
     * written in one of the two ways.
     */
    private static final int LARGEST_BLOCK = 64 << 10;

    /** Buffers of this process that are not in use: never more than were in use at a time. */
    private static final Queue<ByteBuffer> SPARE = new ConcurrentLinkedQueue<>();

    /** As many threads as there are writers, and none when there is nothing to write. */
    private static final ExecutorService WRITING = Executors.newCachedThreadPool(work -> {
        Thread thread = new Thread(work, "arrowquant-writer");
        thread.setDaemon(true);
        return thread;
    });

    private final FileChannel buffered;
    private final FileChannel direct;
    private final int block;
    private final Deque<Run> runs = new ArrayDeque<>();
    private volatile boolean refused;
    /** The piece on its way, or null. */
    private Future<Void> pending;

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
            FileChannel direct = FileChannel.open(file, StandardOpenOption.WRITE, ExtendedOpenOption.DIRECT);
            return new AlignedWriter(buffered, direct, LARGEST_BLOCK);
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
        Run run = new Run(position);
        runs.addLast(run);
        return run;
    }

    private static ByteBuffer buffer() {
        ByteBuffer spare = SPARE.poll();
        ByteBuffer buffer =
                spare == null ? ByteBuffer.allocateDirect(PIECE + LARGEST_BLOCK).alignedSlice(LARGEST_BLOCK) : spare;
        return buffer.clear().limit(PIECE);
    }

    private void writeBuffered(long position, ByteBuffer source) throws IOException {
        long at = position;
        while (source.hasRemaining()) {
            at += buffered.write(source, at);
        }
    }

    /** Sends a filled buffer on its way, after the one before it. */
    private void send(ByteBuffer filled, long start) throws IOException {
        awaitPending();
        pending = WRITING.submit(() -> {
            try {
                writePiece(filled.flip(), start);
            } finally {
                SPARE.add(filled);
            }
            return null;
        });
    }

    private void writePiece(ByteBuffer piece, long start) throws IOException {
        int end = piece.limit();
        int whole = end & -block;
        if (whole > 0 && !refused) {
            writeDirect(piece.limit(whole), start);
        }
        piece.limit(end);
        writeBuffered(start + piece.position(), piece);
    }

    /** All of a piece, or what comes before the place where the system refuses. */
    private void writeDirect(ByteBuffer piece, long start) {
        try {
            while (piece.hasRemaining()) {
                direct.write(piece, start + piece.position());
                if ((piece.position() & (block - 1)) != 0) {
                    // A disk that is full takes a part; the rest gets its error from the page cache.
                    refused = true;
                    piece.position(piece.position() & -block);
                    return;
                }
            }
        } catch (IOException useTheCache) {
            refused = true;
        }
    }

    private void awaitPending() throws IOException {
        Future<Void> awaited = pending;
        if (awaited == null) {
            return;
        }
        try {
            awaited.get();
            pending = null;
        } catch (ExecutionException failed) {
            pending = null;
            throw failed.getCause() instanceof IOException cause ? cause : new IOException(failed.getCause());
        } catch (InterruptedException cancelled) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("cancelled while writing");
        }
    }

    /** Writes what is still held. */
    void flush() throws IOException {
        for (Iterator<Run> left = runs.iterator(); left.hasNext(); ) {
            Run run = left.next();
            left.remove();
            run.finish();
        }
        awaitPending();
    }

    /** Forgets what is still held. What is on its way ends by itself, perhaps with an error that matters no more. */
    @Override
    public void close() throws IOException {
        runs.forEach(run -> SPARE.add(run.held));
        runs.clear();
        direct.close();
    }

    /** Bytes that follow each other, and begin at a block. */
    private final class Run {
        private ByteBuffer held = buffer();
        private long start;

        Run(long start) {
            this.start = start;
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
                    ByteBuffer filled = held;
                    held = buffer();
                    long place = start;
                    start += PIECE;
                    send(filled, place);
                }
            }
        }

        void finish() throws IOException {
            send(held, start);
        }
    }
}
