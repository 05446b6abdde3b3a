package io.arrowquant.kernel;

import static io.arrowquant.kernel.ScalarInteger.ROUNDER;
import static io.arrowquant.kernel.SymmetricFactors.LARGEST_SCALE;
import static io.arrowquant.kernel.SymmetricFactors.SMALLEST_SCALE;
import static io.arrowquant.kernel.VectorGroups.DOUBT;
import static io.arrowquant.kernel.VectorGroups.FRACTION_BITS;
import static io.arrowquant.kernel.VectorGroups.MAGIC;
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
import static io.arrowquant.kernel.VectorShapes.SHORT_VECTOR;
import static jdk.incubator.vector.VectorOperators.I2B;
import static jdk.incubator.vector.VectorOperators.I2S;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.XOR;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * The codes of {@link VectorGroups} for groups that are made of spans, 128 elements each: one loop over all spans of a
 * call, and in it a number of vectors that the compiler knows. A loop over each group, of a few vectors only, takes as
 * much time to begin and end as for the vectors.
 *
 * <p>Three more things keep these loops at the speed of their vectors. Several vectors are written out for each round:
 * their bounds are then checked together. Nothing else is called: what the compiler does not inline, and after so many
 * vectors it inlines no more, costs all registers. So spans with values in doubt are remembered, a bit each, and divided
 * when there are 64.
 */
final class VectorSpans {
    /** Elements of a span. */
    static final int LENGTH = SymmetricFactors.SPAN;

    private static final int FLOAT_LANES = FLOATS.length();
    private static final int BRAIN_LANES = SHORTS.length();
    private static final int VECTOR_BYTES = BYTES.length();

    /** What is added for codes of four bits: the sum then has sixteen bits below its code. */
    static final float NIBBLE_MAGIC = 128.5f;

    /**
     * How far such a sum may be off, in units of its last bit: an eighth for the two roundings of a product below 16, a
     * sixteenth for that of the quotient, a half for its own. So only the middle itself is in doubt, and, where the
     * exponent is one less and units are half as large, the number next to it.
     */
    static final int NIBBLE_DOUBT = 1;

    /** Takes doubtful fractions, from minus to plus twice the doubt, to the smallest shorts. */
    private static final short SHIFT = (short) (Short.MIN_VALUE + 2 * DOUBT);

    private static final IntegerKernels DIVISION = new VectorInteger();

    private VectorSpans() {}

    /**
     * Packed codes of four bits, of bfloat16. Half as much is added as for eight bits, so that the code is at the bottom of
     * the upper half of a sum, and the lower half is the distance from the middle between two codes.
     */
    static void nibbles(
            byte[] stored,
            int byteOffset,
            int groups,
            int length,
            float[] scales,
            float[] zeroPoints,
            byte[] packed,
            int packedOffset) {
        IntVector upperHalf = INT_VECTOR.cast(IntVector.broadcast(INTS, 0xffff0000));
        IntVector lowerHalf = INT_VECTOR.cast(IntVector.broadcast(INTS, 0x0000ffff));
        IntVector lowNibble = INT_VECTOR.cast(IntVector.broadcast(INTS, 0x0f));
        ShortVector shift = SHORT_VECTOR.cast(ShortVector.broadcast(SHORTS, (short) (Short.MIN_VALUE + NIBBLE_DOUBT)));
        ShortVector far = SHORT_VECTOR.cast(ShortVector.broadcast(SHORTS, Short.MAX_VALUE));
        int spansOfGroup = length / LENGTH;
        int spans = groups * spansOfGroup;
        int left = spansOfGroup;
        int group = 0;
        long doubts = 0;
        for (int span = 0; span < spans; span++) {
            float scale = scales[group];
            float zeroPoint = zeroPoints[group];
            FloatVector factor = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, 1f / scale));
            FloatVector magic = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, NIBBLE_MAGIC + zeroPoint));
            ShortVector nearest = far;
            for (int round = 0; round < LENGTH / (2 * BRAIN_LANES); round++) {
                int i = span * LENGTH + round * 2 * BRAIN_LANES;
                int at = byteOffset + 2 * i;
                int to = packedOffset + (i >> 1);
                ByteVector a = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, at));
                ByteVector b = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, at + VECTOR_BYTES));
                IntVector aPair = INT_VECTOR.cast(a.reinterpretAsInts());
                IntVector bPair = INT_VECTOR.cast(b.reinterpretAsInts());
                FloatVector aX = FLOAT_VECTOR.cast(
                        INT_VECTOR.cast(aPair.lanewise(LSHL, 16)).reinterpretAsFloats());
                FloatVector bX = FLOAT_VECTOR.cast(
                        INT_VECTOR.cast(bPair.lanewise(LSHL, 16)).reinterpretAsFloats());
                FloatVector aY = FLOAT_VECTOR.cast(aPair.and(upperHalf).reinterpretAsFloats());
                FloatVector bY = FLOAT_VECTOR.cast(bPair.and(upperHalf).reinterpretAsFloats());
                IntVector aFirst = INT_VECTOR.cast(aX.mul(factor).add(magic).reinterpretAsInts());
                IntVector bFirst = INT_VECTOR.cast(bX.mul(factor).add(magic).reinterpretAsInts());
                IntVector aSecond = INT_VECTOR.cast(aY.mul(factor).add(magic).reinterpretAsInts());
                IntVector bSecond = INT_VECTOR.cast(bY.mul(factor).add(magic).reinterpretAsInts());
                ShortVector aDistances = SHORT_VECTOR.cast(aFirst.and(lowerHalf)
                        .or(INT_VECTOR.cast(aSecond.lanewise(LSHL, 16)))
                        .reinterpretAsShorts());
                ShortVector bDistances = SHORT_VECTOR.cast(bFirst.and(lowerHalf)
                        .or(INT_VECTOR.cast(bSecond.lanewise(LSHL, 16)))
                        .reinterpretAsShorts());
                nearest = SHORT_VECTOR.cast(nearest).min(aDistances.add(shift).min(bDistances.add(shift)));
                // The lowest four bits of one and the next four of the other: the rest is dropped.
                IntVector aHigh = INT_VECTOR.cast(aSecond.lanewise(LSHR, 16 - 4));
                IntVector bHigh = INT_VECTOR.cast(bSecond.lanewise(LSHR, 16 - 4));
                IntVector aLow = INT_VECTOR.cast(aFirst.lanewise(LSHR, 16));
                IntVector bLow = INT_VECTOR.cast(bFirst.lanewise(LSHR, 16));
                IntVector aDiffering =
                        INT_VECTOR.cast(aLow.lanewise(XOR, aHigh)).and(lowNibble);
                IntVector bDiffering =
                        INT_VECTOR.cast(bLow.lanewise(XOR, bHigh)).and(lowNibble);
                IntVector aBoth = INT_VECTOR.cast(aHigh.lanewise(XOR, aDiffering));
                IntVector bBoth = INT_VECTOR.cast(bHigh.lanewise(XOR, bDiffering));
                QUARTER_BYTE_VECTOR
                        .cast(aBoth.convertShape(I2B, QUARTER_BYTES, 0))
                        .intoArray(packed, to);
                QUARTER_BYTE_VECTOR
                        .cast(bBoth.convertShape(I2B, QUARTER_BYTES, 0))
                        .intoArray(packed, to + QUARTER_BYTES.length());
            }
            boolean doubtful = SHORT_VECTOR
                    .cast(nearest)
                    .compare(LE, (short) (Short.MIN_VALUE + 2 * NIBBLE_DOUBT))
                    .anyTrue();
            doubts |= doubtful || !(scale >= SMALLEST_SCALE && scale <= LARGEST_SCALE) ? 1L << span : 0L;
            if ((span + 1) % Long.SIZE == 0 || span + 1 == spans) {
                for (; doubts != 0; doubts &= doubts - 1) {
                    int other = span / Long.SIZE * Long.SIZE + Long.numberOfTrailingZeros(doubts);
                    int of = other / spansOfGroup;
                    int at = byteOffset + 2 * LENGTH * other;
                    int to = packedOffset + LENGTH / 2 * other;
                    VectorGroups.divideNibbles(stored, at, LENGTH, scales[of], zeroPoints[of], packed, to);
                }
            }
            left--;
            if (left == 0) {
                left = spansOfGroup;
                group++;
            }
        }
    }

    /** One code a byte, of bfloat16. */
    static void brains(
            byte[] stored,
            int byteOffset,
            int groups,
            int length,
            int bits,
            float[] scales,
            float[] zeroPoints,
            byte[] codes,
            int codeOffset) {
        IntVector upperHalf = INT_VECTOR.cast(IntVector.broadcast(INTS, 0xffff0000));
        IntVector lowerHalf = INT_VECTOR.cast(IntVector.broadcast(INTS, 0x0000ffff));
        IntVector lowByte = INT_VECTOR.cast(IntVector.broadcast(INTS, 0x00ff));
        ShortVector shift = SHORT_VECTOR.cast(ShortVector.broadcast(SHORTS, SHIFT));
        ShortVector far = SHORT_VECTOR.cast(ShortVector.broadcast(SHORTS, Short.MAX_VALUE));
        int top = (1 << bits) - 1;
        int spansOfGroup = length / LENGTH;
        int spans = groups * spansOfGroup;
        int left = spansOfGroup;
        int group = 0;
        long doubts = 0;
        for (int span = 0; span < spans; span++) {
            float scale = scales[group];
            float zeroPoint = zeroPoints[group];
            FloatVector factor = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, 1f / scale));
            FloatVector magic = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, MAGIC + zeroPoint));
            ShortVector nearest = far;
            for (int round = 0; round < LENGTH / (2 * BRAIN_LANES); round++) {
                int i = span * LENGTH + round * 2 * BRAIN_LANES;
                int at = byteOffset + 2 * i;
                ByteVector a = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, at));
                ByteVector b = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, at + VECTOR_BYTES));
                IntVector aPair = INT_VECTOR.cast(a.reinterpretAsInts());
                IntVector bPair = INT_VECTOR.cast(b.reinterpretAsInts());
                FloatVector aX = FLOAT_VECTOR.cast(
                        INT_VECTOR.cast(aPair.lanewise(LSHL, 16)).reinterpretAsFloats());
                FloatVector bX = FLOAT_VECTOR.cast(
                        INT_VECTOR.cast(bPair.lanewise(LSHL, 16)).reinterpretAsFloats());
                FloatVector aY = FLOAT_VECTOR.cast(aPair.and(upperHalf).reinterpretAsFloats());
                FloatVector bY = FLOAT_VECTOR.cast(bPair.and(upperHalf).reinterpretAsFloats());
                IntVector aFirst = INT_VECTOR.cast(aX.mul(factor).add(magic).reinterpretAsInts());
                IntVector bFirst = INT_VECTOR.cast(bX.mul(factor).add(magic).reinterpretAsInts());
                IntVector aSecond = INT_VECTOR.cast(aY.mul(factor).add(magic).reinterpretAsInts());
                IntVector bSecond = INT_VECTOR.cast(bY.mul(factor).add(magic).reinterpretAsInts());
                // The fractions as shorts: those in doubt are near zero, and nearest to the smallest short when
                // shifted.
                ShortVector aDistances = SHORT_VECTOR.cast(INT_VECTOR
                        .cast(aFirst.lanewise(LSHL, 1))
                        .and(lowerHalf)
                        .or(INT_VECTOR.cast(aSecond.lanewise(LSHL, 17)))
                        .reinterpretAsShorts());
                ShortVector bDistances = SHORT_VECTOR.cast(INT_VECTOR
                        .cast(bFirst.lanewise(LSHL, 1))
                        .and(lowerHalf)
                        .or(INT_VECTOR.cast(bSecond.lanewise(LSHL, 17)))
                        .reinterpretAsShorts());
                nearest = SHORT_VECTOR.cast(nearest).min(aDistances.add(shift).min(bDistances.add(shift)));
                IntVector aLow = INT_VECTOR.cast(aFirst.lanewise(LSHR, FRACTION_BITS));
                IntVector bLow = INT_VECTOR.cast(bFirst.lanewise(LSHR, FRACTION_BITS));
                IntVector aHigh = INT_VECTOR.cast(aSecond.lanewise(LSHR, FRACTION_BITS - 8));
                IntVector bHigh = INT_VECTOR.cast(bSecond.lanewise(LSHR, FRACTION_BITS - 8));
                IntVector aDiffering =
                        INT_VECTOR.cast(aLow.lanewise(XOR, aHigh)).and(lowByte);
                IntVector bDiffering =
                        INT_VECTOR.cast(bLow.lanewise(XOR, bHigh)).and(lowByte);
                IntVector aBoth = INT_VECTOR.cast(aHigh.lanewise(XOR, aDiffering));
                IntVector bBoth = INT_VECTOR.cast(bHigh.lanewise(XOR, bDiffering));
                ShortVector aCodes = HALF_SHORT_VECTOR.cast(aBoth.convertShape(I2S, HALF_SHORTS, 0));
                ShortVector bCodes = HALF_SHORT_VECTOR.cast(bBoth.convertShape(I2S, HALF_SHORTS, 0));
                HALF_BYTE_VECTOR.cast(aCodes.reinterpretAsBytes()).intoArray(codes, codeOffset + i);
                HALF_BYTE_VECTOR.cast(bCodes.reinterpretAsBytes()).intoArray(codes, codeOffset + i + BRAIN_LANES);
            }
            boolean doubtful = SHORT_VECTOR
                    .cast(nearest)
                    .compare(LE, (short) (Short.MIN_VALUE + 4 * DOUBT))
                    .anyTrue();
            doubts |= doubtful || !(scale >= SMALLEST_SCALE && scale <= LARGEST_SCALE) ? 1L << span : 0L;
            if ((span + 1) % Long.SIZE == 0 || span + 1 == spans) {
                for (; doubts != 0; doubts &= doubts - 1) {
                    int other = span / Long.SIZE * Long.SIZE + Long.numberOfTrailingZeros(doubts);
                    int at = byteOffset + 2 * LENGTH * other;
                    float zero = zeroPoints[other / spansOfGroup];
                    DIVISION.encodeBrain(
                            stored,
                            at,
                            LENGTH,
                            scales[other / spansOfGroup],
                            -zero,
                            top - zero,
                            zero,
                            codes,
                            codeOffset + LENGTH * other);
                }
            }
            left--;
            if (left == 0) {
                left = spansOfGroup;
                group++;
            }
        }
    }

    /** One code a byte, of floats as they are stored. */
    static void stored(
            byte[] stored,
            int byteOffset,
            int groups,
            int length,
            int bits,
            float[] scales,
            float[] zeroPoints,
            byte[] codes,
            int codeOffset) {
        IntVector fraction = INT_VECTOR.cast(IntVector.broadcast(INTS, (1 << FRACTION_BITS) - 1));
        IntVector doubt = INT_VECTOR.cast(IntVector.broadcast(INTS, DOUBT));
        int spansOfGroup = length / LENGTH;
        int spans = groups * spansOfGroup;
        int left = spansOfGroup;
        int group = 0;
        long doubts = 0;
        for (int span = 0; span < spans; span++) {
            float scale = scales[group];
            float zeroPoint = zeroPoints[group];
            FloatVector factor = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, 1f / scale));
            FloatVector magic = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, MAGIC + zeroPoint));
            IntVector nearest = fraction;
            for (int round = 0; round < LENGTH / (4 * FLOAT_LANES); round++) {
                int i = span * LENGTH + round * 4 * FLOAT_LANES;
                int at = byteOffset + Float.BYTES * i;
                int to = codeOffset + i;
                ByteVector a = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, at));
                ByteVector b = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, at + VECTOR_BYTES));
                ByteVector c = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, at + 2 * VECTOR_BYTES));
                ByteVector d = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, at + 3 * VECTOR_BYTES));
                FloatVector aX = FLOAT_VECTOR.cast(a.reinterpretAsFloats());
                FloatVector bX = FLOAT_VECTOR.cast(b.reinterpretAsFloats());
                FloatVector cX = FLOAT_VECTOR.cast(c.reinterpretAsFloats());
                FloatVector dX = FLOAT_VECTOR.cast(d.reinterpretAsFloats());
                IntVector aSum = INT_VECTOR.cast(aX.mul(factor).add(magic).reinterpretAsInts());
                IntVector bSum = INT_VECTOR.cast(bX.mul(factor).add(magic).reinterpretAsInts());
                IntVector cSum = INT_VECTOR.cast(cX.mul(factor).add(magic).reinterpretAsInts());
                IntVector dSum = INT_VECTOR.cast(dX.mul(factor).add(magic).reinterpretAsInts());
                IntVector aDistances = aSum.add(doubt).and(fraction);
                IntVector bDistances = bSum.add(doubt).and(fraction);
                IntVector cDistances = cSum.add(doubt).and(fraction);
                IntVector dDistances = dSum.add(doubt).and(fraction);
                nearest =
                        INT_VECTOR.cast(nearest).min(aDistances.min(bDistances).min(cDistances.min(dDistances)));
                QUARTER_BYTE_VECTOR
                        .cast(INT_VECTOR
                                .cast(aSum.lanewise(LSHR, FRACTION_BITS))
                                .convertShape(I2B, QUARTER_BYTES, 0))
                        .intoArray(codes, to);
                QUARTER_BYTE_VECTOR
                        .cast(INT_VECTOR
                                .cast(bSum.lanewise(LSHR, FRACTION_BITS))
                                .convertShape(I2B, QUARTER_BYTES, 0))
                        .intoArray(codes, to + FLOAT_LANES);
                QUARTER_BYTE_VECTOR
                        .cast(INT_VECTOR
                                .cast(cSum.lanewise(LSHR, FRACTION_BITS))
                                .convertShape(I2B, QUARTER_BYTES, 0))
                        .intoArray(codes, to + 2 * FLOAT_LANES);
                QUARTER_BYTE_VECTOR
                        .cast(INT_VECTOR
                                .cast(dSum.lanewise(LSHR, FRACTION_BITS))
                                .convertShape(I2B, QUARTER_BYTES, 0))
                        .intoArray(codes, to + 3 * FLOAT_LANES);
            }
            boolean doubtful = INT_VECTOR.cast(nearest).compare(LE, 2 * DOUBT).anyTrue();
            doubts |= doubtful || !(scale >= SMALLEST_SCALE && scale <= LARGEST_SCALE) ? 1L << span : 0L;
            if ((span + 1) % Long.SIZE == 0 || span + 1 == spans) {
                for (; doubts != 0; doubts &= doubts - 1) {
                    int other = span / Long.SIZE * Long.SIZE + Long.numberOfTrailingZeros(doubts);
                    int of = other / spansOfGroup;
                    int from = byteOffset + Float.BYTES * LENGTH * other;
                    int top = (1 << bits) - 1;
                    divide(stored, from, LENGTH, top, scales[of], zeroPoints[of], codes, codeOffset + LENGTH * other);
                }
            }
            left--;
            if (left == 0) {
                left = spansOfGroup;
                group++;
            }
        }
    }

    /** The codes of floats as they are stored; so many that they fill whole vectors. */
    static void divide(
            byte[] stored,
            int byteOffset,
            int count,
            int top,
            float scale,
            float zeroPoint,
            byte[] codes,
            int codeOffset) {
        FloatVector divisor = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, scale));
        FloatVector rounder = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, ROUNDER));
        int base = Float.floatToRawIntBits(ROUNDER) - (int) zeroPoint;
        for (int i = 0; i < count; i += FLOAT_LANES) {
            ByteVector loaded = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, byteOffset + Float.BYTES * i));
            FloatVector x = FLOAT_VECTOR.cast(loaded.reinterpretAsFloats());
            IntVector whole = INT_VECTOR.cast(x.div(divisor).add(rounder).reinterpretAsInts());
            QUARTER_BYTE_VECTOR
                    .cast(whole.sub(base).max(0).min(top).convertShape(I2B, QUARTER_BYTES, 0))
                    .intoArray(codes, codeOffset + i);
        }
    }
}
