package io.arrowquant.kernel;

import static io.arrowquant.kernel.ScalarInteger.ROUNDER;
import static io.arrowquant.kernel.SymmetricFactors.LARGEST_SCALE;
import static io.arrowquant.kernel.SymmetricFactors.SMALLEST_SCALE;
import static io.arrowquant.kernel.VectorShapes.BYTES;
import static io.arrowquant.kernel.VectorShapes.BYTE_VECTOR;
import static io.arrowquant.kernel.VectorShapes.EIGHTH_BYTES;
import static io.arrowquant.kernel.VectorShapes.EIGHTH_BYTE_VECTOR;
import static io.arrowquant.kernel.VectorShapes.FLOATS;
import static io.arrowquant.kernel.VectorShapes.FLOAT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.INT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.LONGS;
import static io.arrowquant.kernel.VectorShapes.LONG_VECTOR;
import static io.arrowquant.kernel.VectorShapes.SHORTS;
import static io.arrowquant.kernel.VectorShapes.SHORT_VECTOR;
import static io.arrowquant.kernel.VectorSpans.NIBBLE_DOUBT;
import static jdk.incubator.vector.VectorOperators.L2B;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.XOR;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.ShortVector;

/**
 * Packed codes of four bits of floats as they are stored, by spans as in {@link VectorSpans}. Two neighbours are one lane
 * of longs, whose lowest byte becomes their codes, so that nothing but the packed bytes is written. Needs vectors whose
 * longs narrow to a whole vector of bytes.
 */
final class VectorStoredNibbles {
    /** Whether vectors are wide enough; if not, codes are written one a byte and packed in a pass of their own. */
    static final boolean FITS = EIGHTH_BYTES.length() == LONGS.length();

    private static final int LANES = FLOATS.length();

    private static final int VECTOR_BYTES = BYTES.length();
    private static final int BYTES_A_VECTOR = EIGHTH_BYTES.length();

    /** The code's place in the sum of an element. */
    private static final int CODE_BIT = 16;

    /** What a long is moved down by so that the code of its upper half is beside that of its lower half. */
    private static final int SECOND_CODE_BIT = Integer.SIZE + CODE_BIT - 4;

    private VectorStoredNibbles() {}

    /** The sums are those of {@link VectorSpans#nibbles}: a code, and below it the distance from the middle. */
    static void encode(
            byte[] stored,
            int byteOffset,
            int groups,
            int length,
            float[] scales,
            float[] zeroPoints,
            byte[] packed,
            int packedOffset) {
        LongVector lowNibble = LONG_VECTOR.cast(LongVector.broadcast(LONGS, 0x0f));
        ShortVector shift = SHORT_VECTOR.cast(ShortVector.broadcast(SHORTS, (short) (Short.MIN_VALUE + NIBBLE_DOUBT)));
        ShortVector far = SHORT_VECTOR.cast(ShortVector.broadcast(SHORTS, Short.MAX_VALUE));
        int spansOfGroup = length / VectorSpans.LENGTH;
        int spans = groups * spansOfGroup;
        int left = spansOfGroup;
        int group = 0;
        long doubts = 0;
        for (int span = 0; span < spans; span++) {
            float scale = scales[group];
            float zeroPoint = zeroPoints[group];
            FloatVector factor = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, 1f / scale));
            FloatVector magic = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, VectorSpans.NIBBLE_MAGIC + zeroPoint));
            ShortVector nearest = far;
            // Four vectors a round: bounds are then checked once for all of them.
            for (int round = 0; round < VectorSpans.LENGTH / (4 * LANES); round++) {
                int i = span * VectorSpans.LENGTH + round * 4 * LANES;
                int at = byteOffset + Float.BYTES * i;
                int to = packedOffset + (i >> 1);
                ByteVector a = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, at));
                ByteVector b = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, at + VECTOR_BYTES));
                ByteVector c = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, at + 2 * VECTOR_BYTES));
                ByteVector d = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, at + 3 * VECTOR_BYTES));
                FloatVector aSum =
                        FLOAT_VECTOR.cast(a.reinterpretAsFloats()).mul(factor).add(magic);
                FloatVector bSum =
                        FLOAT_VECTOR.cast(b.reinterpretAsFloats()).mul(factor).add(magic);
                FloatVector cSum =
                        FLOAT_VECTOR.cast(c.reinterpretAsFloats()).mul(factor).add(magic);
                FloatVector dSum =
                        FLOAT_VECTOR.cast(d.reinterpretAsFloats()).mul(factor).add(magic);
                // The upper half of a sum is a code with the exponent of the magic: never among the smallest shorts.
                ShortVector aDistances =
                        SHORT_VECTOR.cast(aSum.reinterpretAsShorts()).add(shift);
                ShortVector bDistances =
                        SHORT_VECTOR.cast(bSum.reinterpretAsShorts()).add(shift);
                ShortVector cDistances =
                        SHORT_VECTOR.cast(cSum.reinterpretAsShorts()).add(shift);
                ShortVector dDistances =
                        SHORT_VECTOR.cast(dSum.reinterpretAsShorts()).add(shift);
                nearest = SHORT_VECTOR
                        .cast(nearest)
                        .min(aDistances.min(bDistances).min(cDistances.min(dDistances)));
                LongVector aPair = LONG_VECTOR.cast(aSum.reinterpretAsLongs());
                LongVector bPair = LONG_VECTOR.cast(bSum.reinterpretAsLongs());
                LongVector cPair = LONG_VECTOR.cast(cSum.reinterpretAsLongs());
                LongVector dPair = LONG_VECTOR.cast(dSum.reinterpretAsLongs());
                LongVector aFirst = LONG_VECTOR.cast(aPair.lanewise(LSHR, CODE_BIT));
                LongVector aSecond = LONG_VECTOR.cast(aPair.lanewise(LSHR, SECOND_CODE_BIT));
                LongVector bFirst = LONG_VECTOR.cast(bPair.lanewise(LSHR, CODE_BIT));
                LongVector bSecond = LONG_VECTOR.cast(bPair.lanewise(LSHR, SECOND_CODE_BIT));
                LongVector cFirst = LONG_VECTOR.cast(cPair.lanewise(LSHR, CODE_BIT));
                LongVector cSecond = LONG_VECTOR.cast(cPair.lanewise(LSHR, SECOND_CODE_BIT));
                LongVector dFirst = LONG_VECTOR.cast(dPair.lanewise(LSHR, CODE_BIT));
                LongVector dSecond = LONG_VECTOR.cast(dPair.lanewise(LSHR, SECOND_CODE_BIT));
                LongVector aDiffering =
                        LONG_VECTOR.cast(aFirst.lanewise(XOR, aSecond)).and(lowNibble);
                LongVector bDiffering =
                        LONG_VECTOR.cast(bFirst.lanewise(XOR, bSecond)).and(lowNibble);
                LongVector cDiffering =
                        LONG_VECTOR.cast(cFirst.lanewise(XOR, cSecond)).and(lowNibble);
                LongVector dDiffering =
                        LONG_VECTOR.cast(dFirst.lanewise(XOR, dSecond)).and(lowNibble);
                EIGHTH_BYTE_VECTOR
                        .cast(LONG_VECTOR
                                .cast(aSecond.lanewise(XOR, aDiffering))
                                .convertShape(L2B, EIGHTH_BYTES, 0))
                        .intoArray(packed, to);
                EIGHTH_BYTE_VECTOR
                        .cast(LONG_VECTOR
                                .cast(bSecond.lanewise(XOR, bDiffering))
                                .convertShape(L2B, EIGHTH_BYTES, 0))
                        .intoArray(packed, to + BYTES_A_VECTOR);
                EIGHTH_BYTE_VECTOR
                        .cast(LONG_VECTOR
                                .cast(cSecond.lanewise(XOR, cDiffering))
                                .convertShape(L2B, EIGHTH_BYTES, 0))
                        .intoArray(packed, to + 2 * BYTES_A_VECTOR);
                EIGHTH_BYTE_VECTOR
                        .cast(LONG_VECTOR
                                .cast(dSecond.lanewise(XOR, dDiffering))
                                .convertShape(L2B, EIGHTH_BYTES, 0))
                        .intoArray(packed, to + 3 * BYTES_A_VECTOR);
            }
            boolean doubtful = SHORT_VECTOR
                    .cast(nearest)
                    .compare(LE, (short) (Short.MIN_VALUE + 2 * NIBBLE_DOUBT))
                    .anyTrue();
            // Divided later: a call in this loop would cost every span what its registers hold.
            doubts |= doubtful || !(scale >= SMALLEST_SCALE && scale <= LARGEST_SCALE) ? 1L << span : 0L;
            if ((span + 1) % Long.SIZE == 0 || span + 1 == spans) {
                int first = span / Long.SIZE * Long.SIZE;
                divide(stored, byteOffset, first, doubts, spansOfGroup, scales, zeroPoints, packed, packedOffset);
                doubts = 0;
            }
            left--;
            if (left == 0) {
                left = spansOfGroup;
                group++;
            }
        }
    }

    /** Encodes the spans whose bits are set by dividing, the lowest bit being that of the first span. */
    private static void divide(
            byte[] stored,
            int byteOffset,
            int first,
            long spans,
            int spansOfGroup,
            float[] scales,
            float[] zeroPoints,
            byte[] packed,
            int packedOffset) {
        for (long rest = spans; rest != 0; rest &= rest - 1) {
            int span = first + Long.numberOfTrailingZeros(rest);
            int group = span / spansOfGroup;
            FloatVector scale = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, scales[group]));
            FloatVector rounder = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, ROUNDER));
            int base = Float.floatToRawIntBits(ROUNDER) - (int) zeroPoints[group];
            for (int step = 0; step < VectorSpans.LENGTH / LANES; step++) {
                int i = span * VectorSpans.LENGTH + step * LANES;
                ByteVector loaded = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, byteOffset + Float.BYTES * i));
                FloatVector x = FLOAT_VECTOR.cast(loaded.reinterpretAsFloats());
                IntVector whole = INT_VECTOR.cast(x.div(scale).add(rounder).reinterpretAsInts());
                IntVector codes = INT_VECTOR.cast(whole.sub(base).max(0).min(15));
                LongVector pair = LONG_VECTOR.cast(codes.reinterpretAsLongs());
                LongVector both = pair.or(LONG_VECTOR.cast(pair.lanewise(LSHR, Integer.SIZE - 4)));
                EIGHTH_BYTE_VECTOR
                        .cast(both.convertShape(L2B, EIGHTH_BYTES, 0))
                        .intoArray(packed, packedOffset + (i >> 1));
            }
        }
    }
}
