package io.arrowquant.kernel;

import static io.arrowquant.kernel.ScalarInteger.ROUNDER;
import static io.arrowquant.kernel.VectorShapes.BYTE_VECTOR;
import static io.arrowquant.kernel.VectorShapes.FLOATS;
import static io.arrowquant.kernel.VectorShapes.FLOAT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.HALF_BYTE_VECTOR;
import static io.arrowquant.kernel.VectorShapes.HALF_SHORTS;
import static io.arrowquant.kernel.VectorShapes.HALF_SHORT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.INTS;
import static io.arrowquant.kernel.VectorShapes.INT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.QUARTER_BYTES;
import static io.arrowquant.kernel.VectorShapes.QUARTER_BYTE_VECTOR;
import static io.arrowquant.kernel.VectorShapes.SHORTS;
import static jdk.incubator.vector.VectorOperators.I2B;
import static jdk.incubator.vector.VectorOperators.I2S;
import static jdk.incubator.vector.VectorOperators.LSHL;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * Codes of bfloat16 that are multiplied by the factor of their span; see {@link VectorSpans} for how the loops are made. The rounder is added to products: the last bits of a sum are its code.
 */
final class VectorFactorCodes {
    private static final int LANES = SHORTS.length();

    private static final int SPAN = SymmetricFactors.SPAN;

    /** Vectors of a span. */
    private static final int STEPS = SPAN / LANES;

    private VectorFactorCodes() {}

    /** Packed codes of four bits. */
    static void nibbles(byte[] stored, int byteOffset, int spans, float[] factors, byte[] packed, int packedOffset) {
        IntVector upperHalf = INT_VECTOR.cast(IntVector.broadcast(INTS, 0xffff0000));
        FloatVector magic = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, ROUNDER + 8));
        for (int span = 0; span < spans; span++) {
            FloatVector factor = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, factors[span]));
            for (int step = 0; step < STEPS; step++) {
                int i = span * SPAN + step * LANES;
                ByteVector loaded =
                        BYTE_VECTOR.cast(ByteVector.fromArray(VectorShapes.BYTES, stored, byteOffset + 2 * i));
                IntVector pair = INT_VECTOR.cast(loaded.reinterpretAsInts());
                FloatVector x = FLOAT_VECTOR.cast(
                        INT_VECTOR.cast(pair.lanewise(LSHL, 16)).reinterpretAsFloats());
                FloatVector y = FLOAT_VECTOR.cast(pair.and(upperHalf).reinterpretAsFloats());
                IntVector low = INT_VECTOR.cast(x.mul(factor).add(magic).reinterpretAsInts());
                IntVector high = INT_VECTOR.cast(y.mul(factor).add(magic).reinterpretAsInts());
                IntVector both = low.or(INT_VECTOR.cast(high.lanewise(LSHL, 4)));
                QUARTER_BYTE_VECTOR
                        .cast(both.convertShape(I2B, QUARTER_BYTES, 0))
                        .intoArray(packed, packedOffset + i / 2);
            }
        }
    }

    /** The same of codes of eight bits. */
    static void bytes(byte[] stored, int byteOffset, int spans, float[] factors, byte[] codes, int codeOffset) {
        IntVector upperHalf = INT_VECTOR.cast(IntVector.broadcast(INTS, 0xffff0000));
        IntVector lowByte = INT_VECTOR.cast(IntVector.broadcast(INTS, 0xff));
        FloatVector magic = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, ROUNDER + 128));
        for (int span = 0; span < spans; span++) {
            FloatVector factor = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, factors[span]));
            for (int step = 0; step < STEPS; step++) {
                int i = span * SPAN + step * LANES;
                ByteVector loaded =
                        BYTE_VECTOR.cast(ByteVector.fromArray(VectorShapes.BYTES, stored, byteOffset + 2 * i));
                IntVector pair = INT_VECTOR.cast(loaded.reinterpretAsInts());
                FloatVector x = FLOAT_VECTOR.cast(
                        INT_VECTOR.cast(pair.lanewise(LSHL, 16)).reinterpretAsFloats());
                FloatVector y = FLOAT_VECTOR.cast(pair.and(upperHalf).reinterpretAsFloats());
                IntVector low = INT_VECTOR.cast(x.mul(factor).add(magic).reinterpretAsInts());
                IntVector high = INT_VECTOR.cast(y.mul(factor).add(magic).reinterpretAsInts());
                IntVector both = low.and(lowByte).or(INT_VECTOR.cast(high.lanewise(LSHL, 8)));
                ShortVector narrowed = HALF_SHORT_VECTOR.cast(both.convertShape(I2S, HALF_SHORTS, 0));
                HALF_BYTE_VECTOR.cast(narrowed.reinterpretAsBytes()).intoArray(codes, codeOffset + i);
            }
        }
    }
}
