package io.arrowquant.kernel;

import io.arrowquant.quality.TensorStatistics;
import io.arrowquant.tensor.DataType;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Stored elements in memory to a tile of floats, and the statistics of a tensor's values. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class WidenBenchmark {
    @Param({"BF16", "F16", "F32"})
    public DataType dtype;

    private final Tile tile = new Tile();
    private byte[] stored;
    private int tensor;

    @Setup
    public void fill() {
        stored = Weights.stored(dtype);
    }

    @Benchmark
    public float widen() {
        float sum = 0;
        int begin = nextTensor();
        for (int at = begin; at < begin + Weights.TENSOR; at += Tile.ELEMENTS) {
            sum += tile.setStored(dtype, stored, at * dtype.bytes(), Tile.ELEMENTS).floats()[99];
        }
        return sum;
    }

    @Benchmark
    public double tensorStatistics() {
        TensorStatistics statistics = new TensorStatistics();
        int begin = nextTensor();
        for (int at = begin; at < begin + Weights.TENSOR; at += Tile.ELEMENTS) {
            tile.setStored(dtype, stored, at * dtype.bytes(), Tile.ELEMENTS);
            statistics.add(tile.floats(), tile.floatOffset(), Tile.ELEMENTS);
        }
        return statistics.summary().mean();
    }

    private int nextTensor() {
        tensor = (tensor + 1) % Weights.TENSORS;
        return tensor * Weights.TENSOR;
    }
}
