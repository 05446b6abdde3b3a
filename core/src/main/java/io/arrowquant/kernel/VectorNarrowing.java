package io.arrowquant.kernel;

import static io.arrowquant.kernel.VectorShapes.FLOATS;
import static io.arrowquant.kernel.VectorShapes.FLOAT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.HALF_BYTE_VECTOR;
import static io.arrowquant.kernel.VectorShapes.HALF_SHORTS;
import static io.arrowquant.kernel.VectorShapes.HALF_SHORT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.INTS;
import static io.arrowquant.kernel.VectorShapes.INT_VECTOR;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2S;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.XOR;

import io.arrowquant.tensor.DataType;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * Narrowing to the types of two bytes; the others are left to the plain loops. What is chosen between is chosen by bits: of
 * the difference of two whole numbers that have no sign, the sign says which is greater.
 */
final class VectorNarrowing implements NarrowingKernels {
    private static final int LANES = FLOATS.length();
    private static final int MAGNITUDE = 0x7fffffff;
    private static final int INFINITY = 0x7f800000;

    private final NarrowingKernels scalar = new ScalarNarrowing();

    @Override
    public void narrow(float[] source, int sourceOffset, DataType type, byte[] target, int targetOffset, int count) {
        int whole = 0;
        if (type == DataType.BF16) {
            whole = count - count % LANES;
            brain(source, sourceOffset, target, targetOffset, whole);
        } else if (type == DataType.F16) {
            whole = count - count % LANES;
            half(source, sourceOffset, target, targetOffset, whole);
        }
        scalar.narrow(source, sourceOffset + whole, type, target, targetOffset + whole * type.bytes(), count - whole);
    }

    /** As {@link Float16#floatToBrain} has it. */
    private static void brain(float[] source, int sourceOffset, byte[] target, int targetOffset, int count) {
        for (int i = 0; i < count; i += LANES) {
            FloatVector value = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, source, sourceOffset + i));
            IntVector bits = INT_VECTOR.cast(value.reinterpretAsInts());
            IntVector upper = INT_VECTOR.cast(bits.lanewise(LSHR, 16));
            IntVector rounded =
                    INT_VECTOR.cast(bits.add(upper.and(1)).add(0x7fff).lanewise(LSHR, 16));
            IntVector magnitude = bits.and(MAGNITUDE);
            IntVector ifNan = INT_VECTOR.cast(INT_VECTOR
                    .cast(IntVector.broadcast(INTS, INFINITY))
                    .sub(magnitude)
                    .lanewise(ASHR, 31));
            IntVector other = INT_VECTOR.cast(rounded.lanewise(XOR, upper.or(0x40)));
            IntVector chosen = INT_VECTOR.cast(rounded.lanewise(XOR, other.and(ifNan)));
            ShortVector brains = HALF_SHORT_VECTOR.cast(chosen.convertShape(I2S, HALF_SHORTS, 0));
            HALF_BYTE_VECTOR.cast(brains.reinterpretAsBytes()).intoArray(target, targetOffset + 2 * i);
        }
    }

    /** As {@link Float16#floatToHalf} has it. */
    private static void half(float[] source, int sourceOffset, byte[] target, int targetOffset, int count) {
        for (int i = 0; i < count; i += LANES) {
            FloatVector value = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, source, sourceOffset + i));
            IntVector bits = INT_VECTOR.cast(value.reinterpretAsInts());
            IntVector magnitude = bits.and(MAGNITUDE);
            IntVector cut = INT_VECTOR.cast(magnitude.lanewise(LSHR, 13));
            IntVector normal = INT_VECTOR.cast(
                    magnitude.add(cut.and(1)).add(0xfff - 0x38000000).lanewise(LSHR, 13));
            FloatVector shifted =
                    FLOAT_VECTOR.cast(magnitude.reinterpretAsFloats()).add(0.5f);
            IntVector subnormal = INT_VECTOR.cast(shifted.reinterpretAsInts()).sub(0x3f000000);
            IntVector ifSubnormal = INT_VECTOR.cast(magnitude.sub(0x38800000).lanewise(ASHR, 31));
            IntVector ifBeyond = INT_VECTOR.cast(INT_VECTOR
                    .cast(IntVector.broadcast(INTS, 0x477fefff))
                    .sub(magnitude)
                    .lanewise(ASHR, 31));
            IntVector ifNan = INT_VECTOR.cast(INT_VECTOR
                    .cast(IntVector.broadcast(INTS, INFINITY))
                    .sub(magnitude)
                    .lanewise(ASHR, 31));
            IntVector small = INT_VECTOR.cast(normal.lanewise(XOR, subnormal));
            IntVector finite = INT_VECTOR.cast(normal.lanewise(XOR, small.and(ifSubnormal)));
            IntVector special = ifNan.and(cut.and(0x3ff).or(0x200)).or(0x7c00);
            IntVector large = INT_VECTOR.cast(finite.lanewise(XOR, special));
            IntVector chosen = INT_VECTOR.cast(finite.lanewise(XOR, large.and(ifBeyond)));
            IntVector sign = INT_VECTOR.cast(bits.lanewise(LSHR, 16)).and(0x8000);
            ShortVector halves = HALF_SHORT_VECTOR.cast(chosen.or(sign).convertShape(I2S, HALF_SHORTS, 0));
            HALF_BYTE_VECTOR.cast(halves.reinterpretAsBytes()).intoArray(target, targetOffset + 2 * i);
        }
    }
}
