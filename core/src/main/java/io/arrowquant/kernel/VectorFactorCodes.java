package io.arrowquant.kernel;

import static io.arrowquant.kernel.ScalarInteger.ROUNDER;
import static io.arrowquant.kernel.VectorShapes.BYTES;
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

    /** Two vectors a round. */
    private static final int ROUNDS = SPAN / (2 * LANES);

    private VectorFactorCodes() {}

    /** Packed codes of four bits. */
    static void nibbles(byte[] stored, int byteOffset, int spans, float[] factors, byte[] packed, int packedOffset) {
        IntVector upperHalf = INT_VECTOR.cast(IntVector.broadcast(INTS, 0xffff0000));
        FloatVector magic = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, ROUNDER + 8));
        for (int span = 0; span < spans; span++) {
            FloatVector factor = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, factors[span]));
            for (int round = 0; round < ROUNDS; round++) {
                int i = span * SPAN + round * 2 * LANES;
                int at = byteOffset + 2 * i;
                ByteVector a = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, at));
                ByteVector b = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, at + BYTES.length()));
                IntVector aPair = INT_VECTOR.cast(a.reinterpretAsInts());
                IntVector bPair = INT_VECTOR.cast(b.reinterpretAsInts());
                FloatVector aX = FLOAT_VECTOR.cast(
                        INT_VECTOR.cast(aPair.lanewise(LSHL, 16)).reinterpretAsFloats());
                FloatVector bX = FLOAT_VECTOR.cast(
                        INT_VECTOR.cast(bPair.lanewise(LSHL, 16)).reinterpretAsFloats());
                FloatVector aY = FLOAT_VECTOR.cast(aPair.and(upperHalf).reinterpretAsFloats());
                FloatVector bY = FLOAT_VECTOR.cast(bPair.and(upperHalf).reinterpretAsFloats());
                IntVector aLow = INT_VECTOR.cast(aX.mul(factor).add(magic).reinterpretAsInts());
                IntVector bLow = INT_VECTOR.cast(bX.mul(factor).add(magic).reinterpretAsInts());
                IntVector aHigh = INT_VECTOR.cast(aY.mul(factor).add(magic).reinterpretAsInts());
                IntVector bHigh = INT_VECTOR.cast(bY.mul(factor).add(magic).reinterpretAsInts());
                IntVector aBoth = aLow.or(INT_VECTOR.cast(aHigh.lanewise(LSHL, 4)));
                IntVector bBoth = bLow.or(INT_VECTOR.cast(bHigh.lanewise(LSHL, 4)));
                int to = packedOffset + (i >> 1);
                QUARTER_BYTE_VECTOR
                        .cast(aBoth.convertShape(I2B, QUARTER_BYTES, 0))
                        .intoArray(packed, to);
                QUARTER_BYTE_VECTOR
                        .cast(bBoth.convertShape(I2B, QUARTER_BYTES, 0))
                        .intoArray(packed, to + QUARTER_BYTES.length());
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
            for (int round = 0; round < ROUNDS; round++) {
                int i = span * SPAN + round * 2 * LANES;
                int at = byteOffset + 2 * i;
                ByteVector a = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, at));
                ByteVector b = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, at + BYTES.length()));
                IntVector aPair = INT_VECTOR.cast(a.reinterpretAsInts());
                IntVector bPair = INT_VECTOR.cast(b.reinterpretAsInts());
                FloatVector aX = FLOAT_VECTOR.cast(
                        INT_VECTOR.cast(aPair.lanewise(LSHL, 16)).reinterpretAsFloats());
                FloatVector bX = FLOAT_VECTOR.cast(
                        INT_VECTOR.cast(bPair.lanewise(LSHL, 16)).reinterpretAsFloats());
                FloatVector aY = FLOAT_VECTOR.cast(aPair.and(upperHalf).reinterpretAsFloats());
                FloatVector bY = FLOAT_VECTOR.cast(bPair.and(upperHalf).reinterpretAsFloats());
                IntVector aLow = INT_VECTOR.cast(aX.mul(factor).add(magic).reinterpretAsInts());
                IntVector bLow = INT_VECTOR.cast(bX.mul(factor).add(magic).reinterpretAsInts());
                IntVector aHigh = INT_VECTOR.cast(aY.mul(factor).add(magic).reinterpretAsInts());
                IntVector bHigh = INT_VECTOR.cast(bY.mul(factor).add(magic).reinterpretAsInts());
                IntVector aBoth = aLow.and(lowByte).or(INT_VECTOR.cast(aHigh.lanewise(LSHL, 8)));
                ShortVector aCodes = HALF_SHORT_VECTOR.cast(aBoth.convertShape(I2S, HALF_SHORTS, 0));
                IntVector bBoth = bLow.and(lowByte).or(INT_VECTOR.cast(bHigh.lanewise(LSHL, 8)));
                ShortVector bCodes = HALF_SHORT_VECTOR.cast(bBoth.convertShape(I2S, HALF_SHORTS, 0));
                HALF_BYTE_VECTOR.cast(aCodes.reinterpretAsBytes()).intoArray(codes, codeOffset + i);
                HALF_BYTE_VECTOR.cast(bCodes.reinterpretAsBytes()).intoArray(codes, codeOffset + i + LANES);
            }
        }
    }
}
