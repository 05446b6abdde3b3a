package io.arrowquant.kernel;

import static io.arrowquant.kernel.ScalarInteger.ROUNDER;
import static io.arrowquant.kernel.SymmetricFactors.LARGEST_SCALE;
import static io.arrowquant.kernel.SymmetricFactors.SMALLEST_SCALE;
import static io.arrowquant.kernel.VectorShapes.BYTES;
import static io.arrowquant.kernel.VectorShapes.BYTE_VECTOR;
import static io.arrowquant.kernel.VectorShapes.FLOATS;
import static io.arrowquant.kernel.VectorShapes.FLOAT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.HALF_BYTES;
import static io.arrowquant.kernel.VectorShapes.HALF_BYTE_VECTOR;
import static io.arrowquant.kernel.VectorShapes.INTS;
import static io.arrowquant.kernel.VectorShapes.INT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.QUARTER_BYTES;
import static io.arrowquant.kernel.VectorShapes.QUARTER_BYTE_VECTOR;
import static io.arrowquant.kernel.VectorShapes.SHORTS;
import static io.arrowquant.kernel.VectorShapes.SHORT_VECTOR;
import static jdk.incubator.vector.VectorOperators.I2B;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.S2B;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * The codes of {@link VectorScaledBrains} for symmetric groups of whole spans; see {@link VectorSpans} for how the loops
 * are made. Spans whose scale is out of range are remembered and done without vectors afterwards.
 */
final class VectorScaledSpans {
    private static final int SPAN = SymmetricFactors.SPAN;
    private static final int LANES = SHORTS.length();
    private static final int VECTOR_BYTES = BYTES.length();

    /** Two vectors a round. */
    private static final int ROUNDS = SPAN / (2 * LANES);

    private VectorScaledSpans() {}

    /**
     * One code a byte. The lower half of a sum with the rounder is a whole number with a sign: those of a pair are brought
     * together.
     */
    static void bytes(
            byte[] stored,
            int byteOffset,
            int groups,
            int length,
            float[] scales,
            int lowest,
            int highest,
            byte[] codes,
            int codeOffset) {
        IntVector upperHalf = INT_VECTOR.cast(IntVector.broadcast(INTS, 0xffff0000));
        IntVector lowerHalf = INT_VECTOR.cast(IntVector.broadcast(INTS, 0x0000ffff));
        IntVector half = INT_VECTOR.cast(IntVector.broadcast(INTS, 0x8000));
        FloatVector rounder = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, ROUNDER));
        int rounderBits = Float.floatToRawIntBits(ROUNDER);
        IntVector least = INT_VECTOR.cast(IntVector.broadcast(INTS, rounderBits + lowest));
        IntVector most = INT_VECTOR.cast(IntVector.broadcast(INTS, rounderBits + highest));
        ShortVector base = SHORT_VECTOR.cast(ShortVector.broadcast(SHORTS, (short) lowest));
        int spansOfGroup = length / SPAN;
        int spans = groups * spansOfGroup;
        int left = spansOfGroup;
        int group = 0;
        long outOfRange = 0;
        for (int span = 0; span < spans; span++) {
            float scale = scales[group];
            FloatVector factor = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, 1f / scale));
            for (int round = 0; round < ROUNDS; round++) {
                int i = span * SPAN + round * 2 * LANES;
                int at = byteOffset + 2 * i;
                ByteVector a = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, at));
                ByteVector b = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, at + VECTOR_BYTES));
                IntVector aPair = INT_VECTOR.cast(a.reinterpretAsInts());
                FloatVector aX = FLOAT_VECTOR.cast(
                        INT_VECTOR.cast(aPair.lanewise(LSHL, 16)).reinterpretAsFloats());
                FloatVector aY = FLOAT_VECTOR.cast(aPair.and(upperHalf).reinterpretAsFloats());
                IntVector bPair = INT_VECTOR.cast(b.reinterpretAsInts());
                FloatVector bX = FLOAT_VECTOR.cast(
                        INT_VECTOR.cast(bPair.lanewise(LSHL, 16)).reinterpretAsFloats());
                FloatVector bY = FLOAT_VECTOR.cast(bPair.and(upperHalf).reinterpretAsFloats());
                IntVector aXBits = INT_VECTOR.cast(aX.mul(factor).reinterpretAsInts());
                IntVector aYBits = INT_VECTOR.cast(aY.mul(factor).reinterpretAsInts());
                IntVector bXBits = INT_VECTOR.cast(bX.mul(factor).reinterpretAsInts());
                IntVector bYBits = INT_VECTOR.cast(bY.mul(factor).reinterpretAsInts());
                FloatVector aFirst =
                        FLOAT_VECTOR.cast(aXBits.add(half).and(upperHalf).reinterpretAsFloats());
                FloatVector aSecond =
                        FLOAT_VECTOR.cast(aYBits.add(half).and(upperHalf).reinterpretAsFloats());
                FloatVector bFirst =
                        FLOAT_VECTOR.cast(bXBits.add(half).and(upperHalf).reinterpretAsFloats());
                FloatVector bSecond =
                        FLOAT_VECTOR.cast(bYBits.add(half).and(upperHalf).reinterpretAsFloats());
                IntVector aFirstSum = INT_VECTOR
                        .cast(aFirst.add(rounder).reinterpretAsInts())
                        .max(least)
                        .min(most);
                IntVector aSecondSum = INT_VECTOR
                        .cast(aSecond.add(rounder).reinterpretAsInts())
                        .max(least)
                        .min(most);
                IntVector bFirstSum = INT_VECTOR
                        .cast(bFirst.add(rounder).reinterpretAsInts())
                        .max(least)
                        .min(most);
                IntVector bSecondSum = INT_VECTOR
                        .cast(bSecond.add(rounder).reinterpretAsInts())
                        .max(least)
                        .min(most);
                IntVector aBoth = aFirstSum.and(lowerHalf).or(INT_VECTOR.cast(aSecondSum.lanewise(LSHL, 16)));
                ShortVector aCodes =
                        SHORT_VECTOR.cast(aBoth.reinterpretAsShorts()).sub(base);
                IntVector bBoth = bFirstSum.and(lowerHalf).or(INT_VECTOR.cast(bSecondSum.lanewise(LSHL, 16)));
                ShortVector bCodes =
                        SHORT_VECTOR.cast(bBoth.reinterpretAsShorts()).sub(base);
                HALF_BYTE_VECTOR.cast(aCodes.convertShape(S2B, HALF_BYTES, 0)).intoArray(codes, codeOffset + i);
                HALF_BYTE_VECTOR.cast(bCodes.convertShape(S2B, HALF_BYTES, 0)).intoArray(codes, codeOffset + i + LANES);
            }
            outOfRange |= scale >= SMALLEST_SCALE && scale <= LARGEST_SCALE ? 0L : 1L << span;
            if ((span + 1) % Long.SIZE == 0 || span + 1 == spans) {
                for (; outOfRange != 0; outOfRange &= outOfRange - 1) {
                    int other = span / Long.SIZE * Long.SIZE + Long.numberOfTrailingZeros(outOfRange);
                    ScalarScaled.groupOfBrain(
                            stored,
                            byteOffset + 2 * SPAN * other,
                            SPAN,
                            scales[other / spansOfGroup],
                            0f,
                            lowest,
                            highest,
                            codes,
                            codeOffset + SPAN * other);
                }
            }
            left--;
            if (left == 0) {
                left = spansOfGroup;
                group++;
            }
        }
    }

    /** Codes from -8 to 7, above -8, two a byte: the lowest four bits of a sum whose rounder ends in eight. */
    static void nibbles(
            byte[] stored, int byteOffset, int groups, int length, float[] scales, byte[] packed, int packedOffset) {
        IntVector upperHalf = INT_VECTOR.cast(IntVector.broadcast(INTS, 0xffff0000));
        IntVector half = INT_VECTOR.cast(IntVector.broadcast(INTS, 0x8000));
        FloatVector rounder = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, ROUNDER + 8));
        IntVector least = INT_VECTOR.cast(IntVector.broadcast(INTS, Float.floatToRawIntBits(ROUNDER)));
        IntVector most = INT_VECTOR.cast(IntVector.broadcast(INTS, Float.floatToRawIntBits(ROUNDER) + 15));
        int spansOfGroup = length / SPAN;
        int spans = groups * spansOfGroup;
        int left = spansOfGroup;
        int group = 0;
        long outOfRange = 0;
        for (int span = 0; span < spans; span++) {
            float scale = scales[group];
            FloatVector factor = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, 1f / scale));
            for (int round = 0; round < ROUNDS; round++) {
                int i = span * SPAN + round * 2 * LANES;
                int at = byteOffset + 2 * i;
                ByteVector a = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, at));
                ByteVector b = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, at + VECTOR_BYTES));
                IntVector aPair = INT_VECTOR.cast(a.reinterpretAsInts());
                FloatVector aX = FLOAT_VECTOR.cast(
                        INT_VECTOR.cast(aPair.lanewise(LSHL, 16)).reinterpretAsFloats());
                FloatVector aY = FLOAT_VECTOR.cast(aPair.and(upperHalf).reinterpretAsFloats());
                IntVector bPair = INT_VECTOR.cast(b.reinterpretAsInts());
                FloatVector bX = FLOAT_VECTOR.cast(
                        INT_VECTOR.cast(bPair.lanewise(LSHL, 16)).reinterpretAsFloats());
                FloatVector bY = FLOAT_VECTOR.cast(bPair.and(upperHalf).reinterpretAsFloats());
                IntVector aXBits = INT_VECTOR.cast(aX.mul(factor).reinterpretAsInts());
                IntVector aYBits = INT_VECTOR.cast(aY.mul(factor).reinterpretAsInts());
                IntVector bXBits = INT_VECTOR.cast(bX.mul(factor).reinterpretAsInts());
                IntVector bYBits = INT_VECTOR.cast(bY.mul(factor).reinterpretAsInts());
                FloatVector aFirst =
                        FLOAT_VECTOR.cast(aXBits.add(half).and(upperHalf).reinterpretAsFloats());
                FloatVector aSecond =
                        FLOAT_VECTOR.cast(aYBits.add(half).and(upperHalf).reinterpretAsFloats());
                FloatVector bFirst =
                        FLOAT_VECTOR.cast(bXBits.add(half).and(upperHalf).reinterpretAsFloats());
                FloatVector bSecond =
                        FLOAT_VECTOR.cast(bYBits.add(half).and(upperHalf).reinterpretAsFloats());
                IntVector aFirstSum = INT_VECTOR
                        .cast(aFirst.add(rounder).reinterpretAsInts())
                        .max(least)
                        .min(most);
                IntVector aSecondSum = INT_VECTOR
                        .cast(aSecond.add(rounder).reinterpretAsInts())
                        .max(least)
                        .min(most);
                IntVector bFirstSum = INT_VECTOR
                        .cast(bFirst.add(rounder).reinterpretAsInts())
                        .max(least)
                        .min(most);
                IntVector bSecondSum = INT_VECTOR
                        .cast(bSecond.add(rounder).reinterpretAsInts())
                        .max(least)
                        .min(most);
                IntVector aBoth = aFirstSum.or(INT_VECTOR.cast(aSecondSum.lanewise(LSHL, 4)));
                IntVector bBoth = bFirstSum.or(INT_VECTOR.cast(bSecondSum.lanewise(LSHL, 4)));
                int to = packedOffset + (i >> 1);
                QUARTER_BYTE_VECTOR
                        .cast(aBoth.convertShape(I2B, QUARTER_BYTES, 0))
                        .intoArray(packed, to);
                QUARTER_BYTE_VECTOR
                        .cast(bBoth.convertShape(I2B, QUARTER_BYTES, 0))
                        .intoArray(packed, to + QUARTER_BYTES.length());
            }
            outOfRange |= scale >= SMALLEST_SCALE && scale <= LARGEST_SCALE ? 0L : 1L << span;
            if ((span + 1) % Long.SIZE == 0 || span + 1 == spans) {
                for (; outOfRange != 0; outOfRange &= outOfRange - 1) {
                    int other = span / Long.SIZE * Long.SIZE + Long.numberOfTrailingZeros(outOfRange);
                    ScalarScaled.nibblesOfBrain(
                            stored,
                            byteOffset + 2 * SPAN * other,
                            SPAN,
                            scales[other / spansOfGroup],
                            packed,
                            packedOffset + SPAN / 2 * other);
                }
            }
            left--;
            if (left == 0) {
                left = spansOfGroup;
                group++;
            }
        }
    }
}
