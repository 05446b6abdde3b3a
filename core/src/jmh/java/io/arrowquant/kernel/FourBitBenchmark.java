package io.arrowquant.kernel;

import io.arrowquant.scheme.EncodeRequest;
import io.arrowquant.scheme.ElementSource;
import io.arrowquant.scheme.NonFinite;
import io.arrowquant.scheme.PartBuffers;
import io.arrowquant.scheme.RangeEncoder;
import io.arrowquant.scheme.Scheme;
import io.arrowquant.scheme.SchemeCatalog;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.ElementRange;
import io.arrowquant.tensor.Shape;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Weights in memory to the four-bit types of bitsandbytes; compare with {@link CeilingBenchmark}. */
@State(Scope.Thread)
@OutputTimeUnit(TimeUnit.SECONDS)
@OperationsPerInvocation(Weights.ELEMENTS)
public class FourBitBenchmark {
    private static final int COLUMNS = 4096;

    @Param({"nf4", "fp4"})
    public String scheme;

    @Param({"BF16", "F32"})
    public DataType dtype;

    private final Shape shape = Shape.of(Weights.ELEMENTS / COLUMNS, COLUMNS);
    private PartBuffers parts;
    private RangeEncoder encoder;
    private ElementSource source;

    @Setup
    public void fill() {
        Scheme parsed = SchemeCatalog.parse(scheme);
        parts = new PartBuffers(parsed.parts(shape, dtype).size());
        encoder = new RangeEncoder(parsed, new EncodeRequest("weights", dtype, shape, NonFinite.ERROR));
        byte[] stored = Weights.stored(dtype);
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
        encoder.encode(source, new ElementRange(0, shape.elements()), parts, null);
        return parts.length(0);
    }
}
