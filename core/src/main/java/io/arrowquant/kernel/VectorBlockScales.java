package io.arrowquant.kernel;

import static io.arrowquant.kernel.VectorShapes.FLOATS;
import static io.arrowquant.kernel.VectorShapes.FLOAT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.INTS;
import static io.arrowquant.kernel.VectorShapes.INT_VECTOR;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.MAX;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;

/** The scales of runs of blocks: many small numbers, which would cost as much as all the codes if done one by one. */
final class VectorBlockScales {
    private static final int LANES = FLOATS.length();

    private static final VarHandle SHORTS =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

    private static final int SMALLEST_NORMAL = 0x00800000;
    private static final int NORMALS = 0x7f000000;

    /** The smallest float that is a normal number in half precision, and the smallest that is infinite. */
    private static final int SMALLEST_NORMAL_HALF = 0x38800000;

    private static final int TOO_LARGE = 0x477ff000;
    private static final int HALF_INFINITY = 0x7c00;

    private final ScalarBlockPasses scalar = new ScalarBlockPasses();
    private final int[] halves = new int[BlockPassKernels.BLOCKS];

    boolean scales(float[] farthest, int blocks, float divisor, float[] scales, float[] inverses) {
        if (blocks % LANES != 0) {
            return scalar.scales(farthest, blocks, divisor, scales, inverses);
        }
        FloatVector one = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, 1f));
        FloatVector divisors = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, divisor));
        // Less the smallest normal number, as numbers without a sign: what is not normal is at or above their count.
        IntVector most = INT_VECTOR.cast(IntVector.broadcast(INTS, Integer.MIN_VALUE));
        for (int block = 0; block < blocks; block += LANES) {
            FloatVector far = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, farthest, block));
            FloatVector scale = far.div(divisors);
            scale.intoArray(scales, block);
            one.div(scale).intoArray(inverses, block);
            IntVector magnitude = INT_VECTOR.cast(scale.reinterpretAsInts()).and(ScalarBlockPasses.MAGNITUDE);
            IntVector above = magnitude.sub(SMALLEST_NORMAL).add(Integer.MIN_VALUE);
            most = INT_VECTOR.cast(most).max(above);
        }
        return INT_VECTOR.cast(most).reduceLanes(MAX) < NORMALS + Integer.MIN_VALUE;
    }

    /** The cases of {@link Float16#floatToHalf}, each for all lanes. */
    void halves(float[] values, int count, byte[] target, int at, int stride) {
        if (count % LANES != 0) {
            scalar.halves(values, count, target, at, stride);
            return;
        }
        for (int i = 0; i < count; i += LANES) {
            FloatVector value = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, values, i));
            IntVector bits = INT_VECTOR.cast(value.reinterpretAsInts());
            IntVector sign = INT_VECTOR.cast(bits.lanewise(LSHR, 16)).and(0x8000);
            IntVector magnitude = bits.and(ScalarBlockPasses.MAGNITUDE);
            IntVector odd = INT_VECTOR.cast(magnitude.lanewise(LSHR, 13)).and(1);
            IntVector normal =
                    INT_VECTOR.cast(magnitude.add(odd).add(0xfff - 0x38000000).lanewise(LSHR, 13));
            FloatVector shifted =
                    FLOAT_VECTOR.cast(magnitude.reinterpretAsFloats()).add(0.5f);
            IntVector subnormal = INT_VECTOR.cast(shifted.reinterpretAsInts()).sub(0x3f000000);
            VectorMask<Integer> small = magnitude.compare(LT, SMALLEST_NORMAL_HALF);
            VectorMask<Integer> large = magnitude.compare(GE, TOO_LARGE);
            normal.blend(subnormal, small).blend(HALF_INFINITY, large).or(sign).intoArray(halves, i);
        }
        for (int i = 0; i < count; i++) {
            SHORTS.set(target, at + i * stride, (short) halves[i]);
        }
    }
}
