package io.arrowquant.kernel;

import io.arrowquant.quality.ErrorStatistics;
import io.arrowquant.scheme.Decoder;
import io.arrowquant.scheme.ElementSource;
import io.arrowquant.scheme.EncodeRequest;
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

/** Codes in memory back to values, a tile at a time, and those compared with the floats they were made from. */
@State(Scope.Thread)
@OutputTimeUnit(TimeUnit.SECONDS)
@OperationsPerInvocation(Weights.ELEMENTS)
public class DecodeBenchmark {
    private static final int GROUP = 128;

    @Param({"int4", "int8", "int2"})
    public String scheme;

    private final Shape shape = Shape.of(Weights.ELEMENTS);
    private final float[] decoded = new float[Tile.ELEMENTS];
    private final int[] offsets = new int[3];
    private float[] original;
    private byte[][] parts;
    private int bits;
    private Decoder decoder;

    @Setup
    public void encode() throws IOException {
        original = Weights.normal();
        Scheme parsed = SchemeCatalog.parse(scheme);
        bits = parsed.bitWidth();
        decoder = parsed.decoder(shape);
        PartBuffers buffers = new PartBuffers(3);
        new RangeEncoder(parsed, new EncodeRequest("weights", DataType.F32, shape, NonFinite.ERROR))
                .encode(
                        ElementSource.ofFloats(original, 0, 0),
                        new ElementRange(0, shape.elements()),
                        buffers,
                        null);
        parts = buffers.arrays();
    }

    @Benchmark
    public long decodeAndCompare() {
        ErrorStatistics statistics = new ErrorStatistics();
        for (int at = 0; at < original.length; at += Tile.ELEMENTS) {
            decodeTile(at);
            statistics.add(original, at, decoded, 0, Tile.ELEMENTS, at);
        }
        return statistics.count();
    }

    @Benchmark
    public float decode() {
        float last = 0;
        for (int at = 0; at < original.length; at += Tile.ELEMENTS) {
            decodeTile(at);
            last += decoded[77];
        }
        return last;
    }

    private void decodeTile(int at) {
        offsets[0] = at / 8 * bits;
        offsets[1] = at / GROUP * Float.BYTES;
        offsets[2] = offsets[1];
        decoder.decode(parts, offsets, at, Tile.ELEMENTS, decoded, 0);
    }
}
