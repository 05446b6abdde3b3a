package io.arrowquant.kernel;

import static io.arrowquant.kernel.VectorShapes.BYTES;
import static io.arrowquant.kernel.VectorShapes.BYTE_VECTOR;
import static io.arrowquant.kernel.VectorShapes.FLOAT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.HALF_BYTES;
import static io.arrowquant.kernel.VectorShapes.HALF_BYTE_VECTOR;
import static io.arrowquant.kernel.VectorShapes.HALF_SHORT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.INTS;
import static io.arrowquant.kernel.VectorShapes.INT_VECTOR;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.S2I;

import io.arrowquant.tensor.DataType;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/** Widening of the types that weights come in; the others are left to the plain loops. */
final class VectorWidening implements WideningKernels {
    private static final int LANES = INTS.length();

    private final WideningKernels scalar = new ScalarWidening();

    @Override
    public void widen(DataType type, byte[] source, int sourceOffset, float[] target, int targetOffset, int count) {
        int whole = count - count % LANES;
        switch (type) {
            case BF16 -> brain(source, sourceOffset, target, targetOffset, whole);
            case F16 -> half(source, sourceOffset, target, targetOffset, whole);
            case F32 -> single(source, sourceOffset, target, targetOffset, whole);
            default -> {
                scalar.widen(type, source, sourceOffset, target, targetOffset, count);
                return;
            }
        }
        scalar.widen(type, source, sourceOffset + whole * type.bytes(), target, targetOffset + whole, count - whole);
    }

    private static void brain(byte[] source, int sourceOffset, float[] target, int targetOffset, int count) {
        for (int i = 0; i < count; i += LANES) {
            ByteVector loaded = HALF_BYTE_VECTOR.cast(ByteVector.fromArray(HALF_BYTES, source, sourceOffset + 2 * i));
            ShortVector brains = HALF_SHORT_VECTOR.cast(loaded.reinterpretAsShorts());
            IntVector bits = INT_VECTOR.cast(brains.convertShape(S2I, INTS, 0));
            FLOAT_VECTOR
                    .cast(INT_VECTOR.cast(bits.lanewise(LSHL, 16)).reinterpretAsFloats())
                    .intoArray(target, targetOffset + i);
        }
    }

    /**
     * Exponent and fraction of a half are moved to their places in a float. Then the exponent is raised by 112, the
     * difference of the biases, and once more for infinities and NaN. Of a subnormal half a normal float is made first,
     * and its leading one subtracted: arithmetic on subnormal floats would be slow.
     */
    private static void half(byte[] source, int sourceOffset, float[] target, int targetOffset, int count) {
        IntVector signBit = INT_VECTOR.cast(IntVector.broadcast(INTS, 0x80000000));
        IntVector magnitudeBits = INT_VECTOR.cast(IntVector.broadcast(INTS, 0x7fff));
        IntVector smallestNormal = INT_VECTOR.cast(IntVector.broadcast(INTS, 0x00800000));
        IntVector largestFinite = INT_VECTOR.cast(IntVector.broadcast(INTS, 0x0f7fffff));
        IntVector biasDifference = INT_VECTOR.cast(IntVector.broadcast(INTS, 0x38000000));
        IntVector leadingOneBits = INT_VECTOR.cast(IntVector.broadcast(INTS, 0x38800000));
        for (int i = 0; i < count; i += LANES) {
            ByteVector loaded = HALF_BYTE_VECTOR.cast(ByteVector.fromArray(HALF_BYTES, source, sourceOffset + 2 * i));
            ShortVector halves = HALF_SHORT_VECTOR.cast(loaded.reinterpretAsShorts());
            IntVector bits = INT_VECTOR.cast(halves.convertShape(S2I, INTS, 0));
            IntVector sign = bits.and(signBit);
            IntVector magnitude = INT_VECTOR.cast(bits.and(magnitudeBits).lanewise(LSHL, 13));
            IntVector ifSubnormal =
                    INT_VECTOR.cast(magnitude.sub(smallestNormal).lanewise(ASHR, 31));
            IntVector ifSpecial = INT_VECTOR.cast(largestFinite.sub(magnitude).lanewise(ASHR, 31));
            IntVector raised = magnitude.add(biasDifference).add(ifSubnormal.and(smallestNormal));
            FloatVector leadingOne =
                    FLOAT_VECTOR.cast(ifSubnormal.and(leadingOneBits).reinterpretAsFloats());
            FloatVector finite = FLOAT_VECTOR.cast(raised.reinterpretAsFloats()).sub(leadingOne);
            IntVector value = INT_VECTOR
                    .cast(finite.reinterpretAsInts())
                    .add(ifSpecial.and(biasDifference))
                    .or(sign);
            FLOAT_VECTOR.cast(value.reinterpretAsFloats()).intoArray(target, targetOffset + i);
        }
    }

    private static void single(byte[] source, int sourceOffset, float[] target, int targetOffset, int count) {
        for (int i = 0; i < count; i += LANES) {
            ByteVector loaded = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, source, sourceOffset + 4 * i));
            FLOAT_VECTOR.cast(loaded.reinterpretAsFloats()).intoArray(target, targetOffset + i);
        }
    }
}
