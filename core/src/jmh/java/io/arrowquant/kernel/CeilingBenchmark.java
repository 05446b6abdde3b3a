package io.arrowquant.kernel;

import io.arrowquant.tensor.DataType;
import java.util.concurrent.TimeUnit;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What no kernel can beat: tiles of 16 Ki bfloat16 elements copied from memory and added up with vectors. */
@State(Scope.Thread)
@OutputTimeUnit(TimeUnit.SECONDS)
@OperationsPerInvocation(Weights.ELEMENTS)
public class CeilingBenchmark {
    private static final int TILE_BYTES = 2 * Tile.ELEMENTS;

    private final byte[] tile = new byte[TILE_BYTES];
    private byte[] stored;

    @Setup
    public void fill() {
        stored = Weights.stored(DataType.BF16);
    }

    @Benchmark
    public long ceiling() {
        long sum = 0;
        for (int at = 0; at < stored.length; at += TILE_BYTES) {
            System.arraycopy(stored, at, tile, 0, TILE_BYTES);
            sum += sum(tile);
        }
        return sum;
    }

    private static long sum(byte[] bytes) {
        int length = VectorShapes.BYTES.length();
        LongVector a = LongVector.zero(VectorShapes.LONGS);
        LongVector b = LongVector.zero(VectorShapes.LONGS);
        for (int i = 0; i < bytes.length; i += 2 * length) {
            a = a.add(ByteVector.fromArray(VectorShapes.BYTES, bytes, i).reinterpretAsLongs());
            b = b.add(ByteVector.fromArray(VectorShapes.BYTES, bytes, i + length).reinterpretAsLongs());
        }
        return a.add(b).reduceLanes(VectorOperators.ADD);
    }
}
