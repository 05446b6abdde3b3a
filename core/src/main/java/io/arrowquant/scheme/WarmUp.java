package io.arrowquant.scheme;

import com.sun.management.ThreadMXBean;
import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.quality.ErrorStatistics;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.ElementRange;
import io.arrowquant.tensor.Shape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Encodes made-up weights until this JVM has compiled what a scheme needs. Vector kernels that are not compiled yet run a
 * thousand times slower and put every vector on the heap. It is how often a method is called that makes the JVM compile
 * it, and it looks at that only every one or two thousand calls, so that very small pieces get there several times sooner
 * than the large ones of a job do. Now and then one is as large as those of a job: branches that are never taken are left
 * out of what is compiled, and where a job then takes one, it has to go on without compiled code until there is another.
 */
public final class WarmUp {
    private static final int ROWS = 4096;

    /** Tried one after the other: most schemes take the first, some need their units to be small. */
    private static final int[] COLUMNS = {1024, 256, 128};

    private static final int PIECE = 128;

    /** A unit larger than this makes pieces too large to be quick. */
    private static final int LARGEST_PIECE = 16 << 10;

    /** Elements in pieces between two looks at what was allocated. */
    private static final int ROUND_ELEMENTS = 256 * PIECE;

    /** Rounds until the next one with a large piece, unless all seems to be compiled. */
    private static final int SMALL_ROUNDS = 4;

    /** Bytes that a compiled encoder allocates for an element at most; one that boxes vectors allocates hundreds. */
    private static final long COMPILED_BYTES = 4;

    /** Rounds without boxes in a row after which all is compiled. */
    private static final int ENOUGH_ROUNDS = 4;

    /** For the compiler, after a round that was not compiled. More rounds would above all make the heap grow. */
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final Scheme scheme;
    private final DataType dtype;
    private final Shape shape;
    private final byte[] stored;
    private final ErrorStatistics errors;
    private final ThreadMXBean threads;
    private int compiledRounds;
    private long end;
    private long cpuEnd;

    /**
     * What came of it.
     *
     * @param compiled whether the kernels ended up compiled, and without boxes
     * @param millis how long it took
     */
    public record Outcome(boolean compiled, long millis) {}

    private WarmUp(Scheme scheme, DataType dtype, boolean quality, ThreadMXBean threads) {
        this.scheme = scheme;
        this.dtype = dtype;
        this.shape = shapeFor(scheme, dtype);
        this.stored = weights(dtype);
        this.errors = quality ? new ErrorStatistics() : null;
        this.threads = threads;
    }

    /**
     * Runs for as long as it takes, at most for a time, and for a time of this thread on a processor: where many share
     * those, compiling takes longer, but is worth waiting for. Returns null, without having done anything, where the
     * scheme takes other tensors than those made here, or the JVM does not tell what it allocates.
     */
    public static Outcome run(Scheme scheme, DataType dtype, boolean quality, long maxMillis, long maxCpuMillis) {
        boolean known = dtype == DataType.BF16 || dtype == DataType.F16 || dtype == DataType.F32;
        if (!known
                || !(ManagementFactory.getThreadMXBean() instanceof ThreadMXBean threads)
                || !threads.isThreadAllocatedMemorySupported()
                || !threads.isThreadAllocatedMemoryEnabled()
                || !threads.isCurrentThreadCpuTimeSupported()
                || !threads.isThreadCpuTimeEnabled()) {
            return null;
        }
        WarmUp warmUp = new WarmUp(scheme, dtype, quality, threads);
        return warmUp.shape == null ? null : warmUp.run(maxMillis, maxCpuMillis);
    }

    private static Shape shapeFor(Scheme scheme, DataType dtype) {
        for (int columns : COLUMNS) {
            Shape shape = Shape.of(ROWS, columns);
            try {
                EncodeRequest request = new EncodeRequest(null, dtype, shape, NonFinite.CLAMP);
                if (new RangeEncoder(scheme, request).tileUnit() <= LARGEST_PIECE) {
                    return shape;
                }
            } catch (InvalidRequestException tooNarrow) {
                continue;
            }
        }
        return null;
    }

    /** Small values of both signs. What is one as bfloat16 in the upper half of a float is one as float. */
    private static byte[] weights(DataType dtype) {
        byte[] bytes = new byte[LARGEST_PIECE * dtype.bytes()];
        Random random = new Random(1);
        random.nextBytes(bytes);
        for (int high = dtype.bytes() - 1; high < bytes.length; high += dtype.bytes()) {
            bytes[high] = (byte) ((bytes[high] & 0x80) | 0x3c);
        }
        return bytes;
    }

    private Outcome run(long maxMillis, long maxCpuMillis) {
        long begin = System.nanoTime();
        end = begin + TimeUnit.MILLISECONDS.toNanos(maxMillis);
        cpuEnd = threads.getCurrentThreadCpuTime() + TimeUnit.MILLISECONDS.toNanos(maxCpuMillis);
        try {
            while (compiledRounds < ENOUGH_ROUNDS && !isOver()) {
                encodeTensor();
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return new Outcome(compiledRounds >= ENOUGH_ROUNDS, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin));
    }

    private boolean isOver() {
        return System.nanoTime() >= end || threads.getCurrentThreadCpuTime() >= cpuEnd;
    }

    private void encodeTensor() throws IOException {
        ElementSource source = (start, count, tile) -> tile.setStored(dtype, stored, 0, count);
        RangeEncoder encoder = new RangeEncoder(scheme, new EncodeRequest(null, dtype, shape, NonFinite.CLAMP));
        if (encoder.needsSurvey()) {
            encoder.survey(source);
        }
        PartBuffers parts = new PartBuffers(scheme.parts(shape, dtype).size());
        int unit = encoder.tileUnit();
        int piece = unit >= PIECE ? unit : PIECE / unit * unit;
        int pieces = Math.max(1, ROUND_ELEMENTS / piece);
        int tile = LARGEST_PIECE / unit * unit;
        long at = 0;
        for (int round = 0; at < shape.elements(); round++) {
            long begin = at;
            long allocated = allocatedBytes();
            boolean withTile = compiledRounds > 0 || round % SMALL_ROUNDS == SMALL_ROUNDS - 1;
            int calls = withTile ? pieces + 1 : pieces;
            for (int i = 0; i < calls && at < shape.elements(); i++) {
                long count = Math.min(i < pieces ? piece : tile, shape.elements() - at);
                encoder.encode(source, new ElementRange(at, count), parts, errors);
                parts.clear();
                at += count;
            }
            // In the first round of a tensor its encoder makes its buffers.
            boolean compiled = round > 0 && allocatedBytes() - allocated < COMPILED_BYTES * (at - begin);
            compiledRounds = compiled ? compiledRounds + 1 : 0;
            if (!compiled) {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
            if (compiledRounds >= ENOUGH_ROUNDS || isOver()) {
                return;
            }
        }
    }

    private long allocatedBytes() {
        return threads.getThreadAllocatedBytes(Thread.currentThread().getId());
    }
}
