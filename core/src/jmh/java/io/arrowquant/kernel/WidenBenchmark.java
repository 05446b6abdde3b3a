package io.arrowquant.kernel;

import io.arrowquant.quality.TensorStatistics;
import io.arrowquant.tensor.DataType;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Stored elements in memory to a tile of floats, and the statistics of a tensor's values. */
@State(Scope.Thread)
@OutputTimeUnit(TimeUnit.SECONDS)
@OperationsPerInvocation(Weights.ELEMENTS)
public class WidenBenchmark {
    @Param({"BF16", "F16", "F32"})
    public DataType dtype;

    private final Tile tile = new Tile();
    private byte[] stored;

    @Setup
    public void fill() {
        stored = Weights.stored(dtype);
    }

    @Benchmark
    public float widen() {
        float sum = 0;
        for (int at = 0; at < Weights.ELEMENTS; at += Tile.ELEMENTS) {
            sum += tile.setStored(dtype, stored, at * dtype.bytes(), Tile.ELEMENTS).floats()[99];
        }
        return sum;
    }

    @Benchmark
    public double tensorStatistics() {
        TensorStatistics statistics = new TensorStatistics();
        for (int at = 0; at < Weights.ELEMENTS; at += Tile.ELEMENTS) {
            tile.setStored(dtype, stored, at * dtype.bytes(), Tile.ELEMENTS);
            statistics.add(tile.floats(), tile.floatOffset(), Tile.ELEMENTS);
        }
        return statistics.summary().mean();
    }
}
