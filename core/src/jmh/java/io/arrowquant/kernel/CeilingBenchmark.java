package io.arrowquant.kernel;

import io.arrowquant.tensor.DataType;
import java.util.concurrent.TimeUnit;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What no kernel can beat: tiles of 16 Ki elements copied from memory and added up with vectors. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CeilingBenchmark {
    @Param({"BF16", "F32"})
    public DataType dtype;

    private byte[] tile;
    private byte[] stored;
    private int next;

    @Setup
    public void fill() {
        stored = Weights.stored(dtype);
        tile = new byte[Tile.ELEMENTS * dtype.bytes()];
    }

    @Benchmark
    public long ceiling() {
        int bytes = Weights.TENSOR * dtype.bytes();
        int begin = next * bytes;
        next = (next + 1) % Weights.TENSORS;
        long sum = 0;
        for (int at = begin; at < begin + bytes; at += tile.length) {
            System.arraycopy(stored, at, tile, 0, tile.length);
            sum += sum(tile);
        }
        return sum;
    }

    private static long sum(byte[] bytes) {
        int length = VectorShapes.BYTES.length();
        LongVector a = LongVector.zero(VectorShapes.LONGS);
        LongVector b = LongVector.zero(VectorShapes.LONGS);
        LongVector c = LongVector.zero(VectorShapes.LONGS);
        LongVector d = LongVector.zero(VectorShapes.LONGS);
        for (int i = 0; i < bytes.length; i += 4 * length) {
            a = a.add(ByteVector.fromArray(VectorShapes.BYTES, bytes, i).reinterpretAsLongs());
            b = b.add(ByteVector.fromArray(VectorShapes.BYTES, bytes, i + length)
                    .reinterpretAsLongs());
            c = c.add(ByteVector.fromArray(VectorShapes.BYTES, bytes, i + 2 * length)
                    .reinterpretAsLongs());
            d = d.add(ByteVector.fromArray(VectorShapes.BYTES, bytes, i + 3 * length)
                    .reinterpretAsLongs());
        }
        return a.add(b).add(c.add(d)).reduceLanes(VectorOperators.ADD);
    }
}
