package io.arrowquant.scheme;

import io.arrowquant.kernel.NarrowingKernels;
import io.arrowquant.kernel.Kernels;
import io.arrowquant.kernel.Tile;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.ElementRange;
import io.arrowquant.tensor.Shape;
import java.io.IOException;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Weights in memory to ggml blocks in memory, tile by tile as a task does it; in weights a second. */
@State(Scope.Thread)
@OutputTimeUnit(TimeUnit.SECONDS)
@OperationsPerInvocation(GgmlBenchmark.ELEMENTS)
public class GgmlBenchmark {
    /** What one invocation encodes. */
    static final int ELEMENTS = 1 << 20;

    /** More than a cache holds; invocations go through it in turns. */
    private static final int STORED = 1 << 25;

    private static final int COLUMNS = 4096;

    @Param({
        "Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K", "IQ4_NL", "IQ4_XS", "TQ1_0",
        "TQ2_0", "MXFP4", "NVFP4_GGML"
    })
    public String scheme;

    @Param({"BF16", "F32"})
    public DataType dtype;

    private final Shape shape = Shape.of(STORED / COLUMNS, COLUMNS);
    private final PartBuffers parts = new PartBuffers(1);
    private RangeEncoder encoder;
    private ElementSource source;
    private long next;

    @Setup
    public void fill() {
        Random random = new Random(42);
        float[] weights = new float[ELEMENTS];
        for (int i = 0; i < ELEMENTS; i++) {
            weights[i] = (float) (random.nextGaussian() * 0.02);
        }
        byte[] stored = new byte[STORED * dtype.bytes()];
        NarrowingKernels narrowing = Kernels.get().narrowing();
        for (int i = 0; i < STORED; i += ELEMENTS) {
            narrowing.narrow(weights, 0, dtype, stored, i * dtype.bytes(), ELEMENTS);
        }
        Scheme parsed = SchemeCatalog.parse(scheme);
        encoder = new RangeEncoder(parsed, new EncodeRequest("weights", dtype, shape, NonFinite.ERROR));
        parts.reserve(0, (int) parsed.parts(Shape.of(ELEMENTS / COLUMNS, COLUMNS)).get(0).byteLength());
        byte[] tileBytes = new byte[Tile.ELEMENTS * dtype.bytes()];
        // A copy of each tile, as from a file or a buffer outside the heap.
        source = (start, count, tile) -> {
            System.arraycopy(stored, (int) start * dtype.bytes(), tileBytes, 0, count * dtype.bytes());
            tile.setStored(dtype, tileBytes, 0, count);
        };
    }

    @Benchmark
    public int encode() throws IOException {
        parts.clear();
        encoder.encode(source, new ElementRange(next, ELEMENTS), parts, null);
        next = (next + ELEMENTS) % STORED;
        return parts.length(0);
    }
}
