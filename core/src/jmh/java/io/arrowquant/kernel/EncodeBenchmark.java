package io.arrowquant.kernel;

import io.arrowquant.scheme.ElementSource;
import io.arrowquant.scheme.EncodeRequest;
import io.arrowquant.scheme.NonFinite;
import io.arrowquant.scheme.PartBuffers;
import io.arrowquant.scheme.PartSpec;
import io.arrowquant.scheme.RangeEncoder;
import io.arrowquant.scheme.Scheme;
import io.arrowquant.scheme.SchemeCatalog;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.ElementRange;
import java.io.IOException;
import java.util.List;
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
 * Weights in memory to all parts of a scheme in memory, tile by tile as a task does it, tensor after tensor. Any scheme
 * of the catalog: name it with {@code -p}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class EncodeBenchmark {
    /** What a task encodes before it hands the parts on and begins at the front of its buffers again. */
    private static final int STEP = 4 * Tile.ELEMENTS;

    @Param({"int4", "int4(symmetric=true)", "int8(strategy=channel)"})
    public String scheme;

    @Param({"BF16", "F32"})
    public DataType dtype;

    private Scheme parsed;
    private EncodeRequest request;
    private PartBuffers parts;
    private RangeEncoder encoder;
    private byte[] stored;
    private int tensor;

    @Setup
    public void fill() {
        parsed = SchemeCatalog.parse(scheme);
        request = new EncodeRequest("weights", dtype, Weights.SHAPE, NonFinite.ERROR);
        encoder = new RangeEncoder(parsed, request);
        List<PartSpec> specs = parsed.parts(Weights.SHAPE, dtype);
        parts = new PartBuffers(specs.size());
        for (int part = 0; part < specs.size(); part++) {
            parts.reserve(part, (int) specs.get(part).byteLength());
        }
        stored = Weights.stored(dtype);
    }

    @Benchmark
    public int encode() throws IOException {
        tensor = (tensor + 1) % Weights.TENSORS;
        ElementSource source = this::read;
        if (encoder.needsSurvey()) {
            // The first pass belongs to the work, and its findings to one tensor.
            encoder = new RangeEncoder(parsed, request);
            encoder.survey(source);
        }
        int made = 0;
        long unit = encoder.tileUnit();
        long step = unit >= STEP ? unit : STEP / unit * unit;
        for (long at = 0; at < Weights.TENSOR; at += step) {
            parts.clear();
            encoder.encode(source, new ElementRange(at, Math.min(step, Weights.TENSOR - at)), parts, null);
            made += parts.length(0);
        }
        return made;
    }

    /** Each tile where it lies. */
    private void read(long start, int count, Tile tile) {
        tile.setStored(dtype, stored, (tensor * Weights.TENSOR + (int) start) * dtype.bytes(), count);
    }
}
