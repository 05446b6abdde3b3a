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
import static io.arrowquant.kernel.VectorShapes.SHORTS;
import static jdk.incubator.vector.VectorOperators.I2S;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * Scaled codes of bfloat16 as it is stored. No quotient of two numbers of that type, with significands of eight bits, is in
 * the middle between two others, nor nearer to it than 2^-9 of the gap between them. So the product with the reciprocal, at
 * most two units in the last place of a float off, is rounded to the same bfloat16 as the quotient, and adding half of the
 * last bit kept is enough to round it.
 */
final class VectorScaledBrains {
    private static final int BRAIN_LANES = SHORTS.length();

    private VectorScaledBrains() {}

    /** Elements come in pairs, one int lane each: the first in the lower half, the second in the upper one. */
    static void symmetric(
            byte[] stored,
            int byteOffset,
            int groups,
            int length,
            float[] scales,
            int lowest,
            int highest,
            byte[] codes,
            int codeOffset) {
        if (length % SymmetricFactors.SPAN == 0) {
            VectorScaledSpans.bytes(stored, byteOffset, groups, length, scales, lowest, highest, codes, codeOffset);
            return;
        }
        IntVector upperHalf = INT_VECTOR.cast(IntVector.broadcast(INTS, 0xffff0000));
        IntVector half = INT_VECTOR.cast(IntVector.broadcast(INTS, 0x8000));
        FloatVector rounder = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, ROUNDER));
        IntVector base = INT_VECTOR.cast(IntVector.broadcast(INTS, Float.floatToRawIntBits(ROUNDER) + lowest));
        IntVector zero = INT_VECTOR.cast(IntVector.zero(INTS));
        IntVector top = INT_VECTOR.cast(IntVector.broadcast(INTS, highest - lowest));
        for (int group = 0; group < groups; group++) {
            float scale = scales[group];
            int begin = group * length;
            if (!VectorGroups.multiplies(scale)) {
                ScalarScaled.groupOfBrain(
                        stored, byteOffset + 2 * begin, length, scale, 0f, lowest, highest, codes, codeOffset + begin);
                continue;
            }
            FloatVector factor = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, 1f / scale));
            for (int i = begin; i < begin + length; i += BRAIN_LANES) {
                ByteVector loaded = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, byteOffset + 2 * i));
                IntVector pair = INT_VECTOR.cast(loaded.reinterpretAsInts());
                FloatVector x = FLOAT_VECTOR.cast(
                        INT_VECTOR.cast(pair.lanewise(LSHL, 16)).reinterpretAsFloats());
                FloatVector y = FLOAT_VECTOR.cast(pair.and(upperHalf).reinterpretAsFloats());
                IntVector xBits = INT_VECTOR.cast(x.mul(factor).reinterpretAsInts());
                IntVector yBits = INT_VECTOR.cast(y.mul(factor).reinterpretAsInts());
                FloatVector first =
                        FLOAT_VECTOR.cast(xBits.add(half).and(upperHalf).reinterpretAsFloats());
                FloatVector second =
                        FLOAT_VECTOR.cast(yBits.add(half).and(upperHalf).reinterpretAsFloats());
                IntVector firstCode = INT_VECTOR
                        .cast(first.add(rounder).reinterpretAsInts())
                        .sub(base)
                        .max(zero)
                        .min(top);
                IntVector secondCode = INT_VECTOR
                        .cast(second.add(rounder).reinterpretAsInts())
                        .sub(base)
                        .max(zero)
                        .min(top);
                IntVector both = firstCode.or(INT_VECTOR.cast(secondCode.lanewise(LSHL, 8)));
                ShortVector narrowed = HALF_SHORT_VECTOR.cast(both.convertShape(I2S, HALF_SHORTS, 0));
                HALF_BYTE_VECTOR.cast(narrowed.reinterpretAsBytes()).intoArray(codes, codeOffset + i);
            }
        }
    }

    static void asymmetric(
            byte[] stored,
            int byteOffset,
            int groups,
            int length,
            float[] scales,
            float[] zeroPoints,
            int lowest,
            int highest,
            byte[] codes,
            int codeOffset) {
        IntVector upperHalf = INT_VECTOR.cast(IntVector.broadcast(INTS, 0xffff0000));
        IntVector half = INT_VECTOR.cast(IntVector.broadcast(INTS, 0x8000));
        IntVector almostHalf = INT_VECTOR.cast(IntVector.broadcast(INTS, 0x7fff));
        IntVector one = INT_VECTOR.cast(IntVector.broadcast(INTS, 1));
        FloatVector rounder = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, ROUNDER));
        IntVector base = INT_VECTOR.cast(IntVector.broadcast(INTS, Float.floatToRawIntBits(ROUNDER) + lowest));
        IntVector zero = INT_VECTOR.cast(IntVector.zero(INTS));
        IntVector top = INT_VECTOR.cast(IntVector.broadcast(INTS, highest - lowest));
        for (int group = 0; group < groups; group++) {
            float scale = scales[group];
            int begin = group * length;
            if (!VectorGroups.multiplies(scale)) {
                ScalarScaled.groupOfBrain(
                        stored,
                        byteOffset + 2 * begin,
                        length,
                        scale,
                        zeroPoints[group],
                        lowest,
                        highest,
                        codes,
                        codeOffset + begin);
                continue;
            }
            FloatVector factor = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, 1f / scale));
            FloatVector zeroPoint = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, zeroPoints[group]));
            for (int i = begin; i < begin + length; i += BRAIN_LANES) {
                ByteVector loaded = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, byteOffset + 2 * i));
                IntVector pair = INT_VECTOR.cast(loaded.reinterpretAsInts());
                FloatVector x = FLOAT_VECTOR.cast(
                        INT_VECTOR.cast(pair.lanewise(LSHL, 16)).reinterpretAsFloats());
                FloatVector y = FLOAT_VECTOR.cast(pair.and(upperHalf).reinterpretAsFloats());
                IntVector xBits = INT_VECTOR.cast(x.mul(factor).reinterpretAsInts());
                IntVector yBits = INT_VECTOR.cast(y.mul(factor).reinterpretAsInts());
                FloatVector first =
                        FLOAT_VECTOR.cast(xBits.add(half).and(upperHalf).reinterpretAsFloats());
                FloatVector second =
                        FLOAT_VECTOR.cast(yBits.add(half).and(upperHalf).reinterpretAsFloats());
                // These sums may well be in the middle between two numbers.
                IntVector xSum = INT_VECTOR.cast(first.add(zeroPoint).reinterpretAsInts());
                IntVector ySum = INT_VECTOR.cast(second.add(zeroPoint).reinterpretAsInts());
                IntVector xOdd = INT_VECTOR.cast(xSum.lanewise(LSHR, 16)).and(one);
                IntVector yOdd = INT_VECTOR.cast(ySum.lanewise(LSHR, 16)).and(one);
                first = FLOAT_VECTOR.cast(
                        xSum.add(almostHalf).add(xOdd).and(upperHalf).reinterpretAsFloats());
                second = FLOAT_VECTOR.cast(
                        ySum.add(almostHalf).add(yOdd).and(upperHalf).reinterpretAsFloats());
                IntVector firstCode = INT_VECTOR
                        .cast(first.add(rounder).reinterpretAsInts())
                        .sub(base)
                        .max(zero)
                        .min(top);
                IntVector secondCode = INT_VECTOR
                        .cast(second.add(rounder).reinterpretAsInts())
                        .sub(base)
                        .max(zero)
                        .min(top);
                IntVector both = firstCode.or(INT_VECTOR.cast(secondCode.lanewise(LSHL, 8)));
                ShortVector narrowed = HALF_SHORT_VECTOR.cast(both.convertShape(I2S, HALF_SHORTS, 0));
                HALF_BYTE_VECTOR.cast(narrowed.reinterpretAsBytes()).intoArray(codes, codeOffset + i);
            }
        }
    }
}
