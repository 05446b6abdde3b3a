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
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Codes in memory back to values, a tile at a time, and those compared with the floats they were made from. Schemes whose
 * tiles follow each other evenly in all parts, as those of the int family with groups do.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class DecodeBenchmark {
    @Param({"int4(symmetric=true)"})
    public String scheme;

    @Param({"F32"})
    public DataType dtype;

    private final float[] decoded = new float[Tile.ELEMENTS];
    private final Tile tile = new Tile();
    private byte[] stored;
    private byte[][] parts;
    private int[] tileLengths;
    private int[] offsets;
    private Decoder decoder;
    private int tensor;

    @Setup
    public void encode() throws IOException {
        Scheme parsed = SchemeCatalog.parse(scheme);
        int partCount = parsed.parts(Weights.SHAPE, dtype).size();
        decoder = parsed.decoder(Weights.SHAPE, dtype);
        stored = Weights.stored(dtype);
        PartBuffers buffers = new PartBuffers(partCount);
        ElementSource source = (start, count, target) ->
                target.setStored(dtype, stored, (int) start * dtype.bytes(), count);
        EncodeRequest request = new EncodeRequest("weights", dtype, Weights.SHAPE, NonFinite.ERROR);
        RangeEncoder encoder = new RangeEncoder(parsed, request);
        if (encoder.needsSurvey()) {
            encoder.survey(source);
        }
        encoder.encode(source, new ElementRange(0, Weights.TENSOR), buffers, null);
        parts = buffers.arrays();
        offsets = new int[partCount];
        tileLengths = new int[partCount];
        for (int part = 0; part < partCount; part++) {
            tileLengths[part] = buffers.length(part) / (Weights.TENSOR / Tile.ELEMENTS);
        }
    }

    /** Counts the bytes of the floats that are compared with. */
    @Benchmark
    public long decodeAndCompare() {
        ErrorStatistics statistics = new ErrorStatistics();
        tensor = (tensor + 1) % Weights.TENSORS;
        for (int at = 0; at < Weights.TENSOR; at += Tile.ELEMENTS) {
            tile.setStored(dtype, stored, (tensor * Weights.TENSOR + at) * dtype.bytes(), Tile.ELEMENTS);
            decodeTile(at);
            statistics.add(tile, decoded, 0, at);
        }
        return statistics.count();
    }

    private void decodeTile(int at) {
        for (int part = 0; part < offsets.length; part++) {
            offsets[part] = at / Tile.ELEMENTS * tileLengths[part];
        }
        decoder.decode(parts, offsets, at, Tile.ELEMENTS, decoded, 0);
    }
}
