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
 *
 * <p>Which is faster depends on how far the disk is behind, and on whether the system has pages at hand: unless all shall go
 * past the cache, pieces go the way that keeps the caller for less time.
 */
final class AlignedWriter implements Closeable {
    private static final int PIECE = 1 << 20;

    private static final int DIRECT = 0;
    private static final int BUFFERED = 1;

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
    /** Null when all goes past the cache that can. */
    private final FasterWay faster;

    private final Deque<Run> runs = new ArrayDeque<>();
    private volatile boolean refused;
    /** The piece on its way, or null. */
    private Future<Void> pending;

    AlignedWriter(FileChannel buffered, FileChannel direct, int block, boolean always) {
        this.buffered = buffered;
        this.direct = direct;
        this.block = block;
        this.faster = always ? null : new FasterWay();
    }

    /**
     * A writer to a file that {@code buffered} has open, or null when the system has no way past the cache to it;
     * {@code always} is to take that way also where it is slower.
     */
    static AlignedWriter open(Path file, FileChannel buffered, boolean always) {
        try {
            long block = Files.getFileStore(file).getBlockSize();
            if (block <= 0 || block > LARGEST_BLOCK || Long.bitCount(block) != 1) {
                return null;
            }
            FileChannel direct = FileChannel.open(file, StandardOpenOption.WRITE, ExtendedOpenOption.DIRECT);
            return new AlignedWriter(buffered, direct, LARGEST_BLOCK, always);
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

    /** The way for the next piece. */
    private int chooseWay() {
        return refused ? BUFFERED : faster == null ? DIRECT : faster.next();
    }

    /** Awaits the piece on its way, to write another; the system lets nobody else write to the file before. */
    private void awaitTurn() throws IOException {
        if (pending != null) {
            long begin = System.nanoTime();
            awaitPending();
            took(DIRECT, System.nanoTime() - begin);
        }
    }

    private void took(int way, long nanos) {
        if (faster != null) {
            faster.took(way, nanos);
        }
    }

    /** Sends a buffer on its way, after the one before it. */
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
        runs.forEach(Run::forget);
        runs.clear();
        direct.close();
    }

    /** Bytes that follow each other, and begin at a block. Pieces that go through the cache go there as they come. */
    private final class Run {
        /** Where the piece begins, and how much of it there is. */
        private long start;

        private int count;
        private int way;
        /** What is there of a piece that goes past the cache, otherwise null. */
        private ByteBuffer held;

        private long nanos;

        Run(long start) {
            this.start = start;
        }

        long end() {
            return start + count;
        }

        void add(byte[] bytes, int offset, int length) throws IOException {
            int at = offset;
            for (int left = length; left > 0; ) {
                if (count == 0) {
                    begin();
                }
                int taken = Math.min(left, PIECE - count);
                if (way == DIRECT) {
                    held.put(bytes, at, taken);
                } else {
                    long begin = System.nanoTime();
                    writeBuffered(end(), ByteBuffer.wrap(bytes, at, taken));
                    nanos += System.nanoTime() - begin;
                }
                at += taken;
                left -= taken;
                count += taken;
                if (count == PIECE) {
                    complete();
                }
            }
        }

        private void begin() throws IOException {
            way = chooseWay();
            nanos = 0;
            if (way == DIRECT) {
                held = buffer();
            } else {
                awaitTurn();
            }
        }

        private void complete() throws IOException {
            if (way == DIRECT) {
                awaitTurn();
                finish();
            } else {
                took(BUFFERED, nanos);
            }
            start += PIECE;
            count = 0;
        }

        /** Sends what is held. */
        void finish() throws IOException {
            ByteBuffer filled = held;
            held = null;
            if (filled != null) {
                send(filled, start);
            }
        }

        void forget() {
            if (held != null) {
                SPARE.add(held);
                held = null;
            }
        }
    }
}
