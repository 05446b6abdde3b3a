package io.arrowquant.scheme;

import com.sun.management.ThreadMXBean;
import io.arrowquant.kernel.Kernels;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.ElementRange;
import io.arrowquant.tensor.Shape;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;

/**
 * The main class of a JVM that encodes with schemes until a piece of a tensor no longer allocates anything, and prints
 * how much the last ones did. A JVM of its own, because what others ran before decides what its compiler makes of vectors.
 */
final class AllocationProbe {
    /** Bytes that a piece may allocate on average; vectors that are put into boxes take hundreds of thousands. */
    static final long MOST_BYTES = 100;

    private static final Shape SHAPE = Shape.of(256, 1024);
    private static final int PIECE = 2048;

    /** Pieces of a tensor in which its encoder still makes its buffers. */
    private static final int FIRST_PIECES = 8;

    /** Compilers that wait for a busy machine take long; those that are done stop this at once. */
    private static final long PATIENCE_SECONDS = 20;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private AllocationProbe() {}

    /** The schemes to encode with. The first line says which kernels are used, and each other is one result. */
    public static void main(String[] schemes) throws IOException {
        System.out.println(Kernels.get().name());
        for (String scheme : schemes) {
            for (DataType dtype : new DataType[] {DataType.BF16, DataType.F32}) {
                System.out.println(scheme + " " + dtype + " " + bytesPerPiece(SchemeCatalog.parse(scheme), dtype));
            }
        }
    }

    private static long bytesPerPiece(Scheme scheme, DataType dtype) throws IOException {
        byte[] stored = StoredSamples.WEIGHTS.array(dtype, PIECE, 1);
        ElementSource source = (start, count, tile) -> tile.setStored(dtype, stored, 0, Math.min(count, PIECE));
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        long bytes;
        do {
            bytes = encode(scheme, dtype, source);
        } while (bytes >= MOST_BYTES && System.nanoTime() < end);
        return bytes;
    }

    private static long encode(Scheme scheme, DataType dtype, ElementSource source) throws IOException {
        RangeEncoder encoder = new RangeEncoder(scheme, new EncodeRequest(null, dtype, SHAPE, NonFinite.ERROR));
        if (encoder.needsSurvey()) {
            encoder.survey(source);
        }
        PartBuffers parts = new PartBuffers(scheme.parts(SHAPE, dtype).size());
        long thread = Thread.currentThread().getId();
        long before = 0;
        int pieces = (int) (SHAPE.elements() / PIECE);
        for (int piece = 0; piece < pieces; piece++) {
            if (piece == FIRST_PIECES) {
                before = THREADS.getThreadAllocatedBytes(thread);
            }
            encoder.encode(source, new ElementRange((long) piece * PIECE, PIECE), parts, null);
            parts.clear();
        }
        return (THREADS.getThreadAllocatedBytes(thread) - before) / (pieces - FIRST_PIECES);
    }
}
