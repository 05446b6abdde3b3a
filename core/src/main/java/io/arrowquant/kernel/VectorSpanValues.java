package io.arrowquant.kernel;

import static io.arrowquant.kernel.VectorShapes.FLOATS;
import static io.arrowquant.kernel.VectorShapes.FLOAT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.INTS;
import static io.arrowquant.kernel.VectorShapes.INT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.LONGS;
import static io.arrowquant.kernel.VectorShapes.LONG_VECTOR;
import static jdk.incubator.vector.VectorOperators.B2L;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorSpecies;

/** Values of packed codes, in groups made of spans; see {@link VectorSpans} for how the loops are made. */
final class VectorSpanValues {
    /** Eight bytes are loaded, and as many of them used as a vector has lanes of longs. */
    private static final VectorSpecies<Byte> EIGHT_BYTES = ByteVector.SPECIES_64;

    private static final Class<? extends ByteVector> EIGHT_BYTE_VECTOR =
            ByteVector.zero(EIGHT_BYTES).getClass();

    private static final int LANES = FLOATS.length();

    /** 2^23 as the bits of a float: the last bits of the sum with a small whole number are that number. */
    private static final long WHOLE_NUMBERS = 0x4b0000004b000000L;

    private static final float FIRST_WHOLE_NUMBER = 0x1p23f;

    /** Scales up to here cannot take a product beyond the largest float. */
    private static final float LARGEST_SCALE = Float.MAX_VALUE / 1024;

    private static final float LARGEST_ZERO_POINT = 512;

    private VectorSpanValues() {}

    /**
     * Codes of four bits: a byte is spread over a long, one code in each half.
     *
     * @return false when a scale is very large or a zero point no small whole number; the values are then undefined
     */
    static boolean nibbles(
            byte[] packed,
            int packedOffset,
            int groups,
            int length,
            float[] scales,
            float[] zeroPoints,
            float[] values,
            int offset) {
        if (packedOffset + (groups * length - LANES) / 2 + EIGHT_BYTES.length() > packed.length) {
            // With fewer lanes the last load would reach beyond the array.
            return false;
        }
        LongVector lowNibble = LONG_VECTOR.cast(LongVector.broadcast(LONGS, 0x0fL));
        LongVector highNibble = LONG_VECTOR.cast(LongVector.broadcast(LONGS, 0x0fL << Integer.SIZE));
        LongVector wholeNumbers = LONG_VECTOR.cast(LongVector.broadcast(LONGS, WHOLE_NUMBERS));
        int spansOfGroup = length / VectorSpans.LENGTH;
        int spans = groups * spansOfGroup;
        int left = spansOfGroup;
        int group = 0;
        for (int span = 0; span < spans; span++) {
            float scale = scales[group];
            float zeroPoint = zeroPoints[group];
            // Written so that NaN is refused.
            boolean plain = Math.abs(scale) <= LARGEST_SCALE && Math.abs(zeroPoint) <= LARGEST_ZERO_POINT;
            if (!plain || zeroPoint != (int) zeroPoint) {
                return false;
            }
            FloatVector factor = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, scale));
            FloatVector zero = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, FIRST_WHOLE_NUMBER + zeroPoint));
            int at = packedOffset + span * (VectorSpans.LENGTH / 2);
            int end = offset + (span + 1) * VectorSpans.LENGTH;
            for (int i = end - VectorSpans.LENGTH; i < end; i += 2 * LANES) {
                ByteVector a = EIGHT_BYTE_VECTOR.cast(ByteVector.fromArray(EIGHT_BYTES, packed, at));
                ByteVector b = EIGHT_BYTE_VECTOR.cast(ByteVector.fromArray(EIGHT_BYTES, packed, at + LANES / 2));
                LongVector aBytes = LONG_VECTOR.cast(a.convertShape(B2L, LONGS, 0));
                LongVector bBytes = LONG_VECTOR.cast(b.convertShape(B2L, LONGS, 0));
                LongVector aHigh = LONG_VECTOR
                        .cast(aBytes.lanewise(LSHL, Integer.SIZE - 4))
                        .and(highNibble);
                LongVector bHigh = LONG_VECTOR
                        .cast(bBytes.lanewise(LSHL, Integer.SIZE - 4))
                        .and(highNibble);
                LongVector aBoth = aBytes.and(lowNibble).or(aHigh).or(wholeNumbers);
                LongVector bBoth = bBytes.and(lowNibble).or(bHigh).or(wholeNumbers);
                FLOAT_VECTOR
                        .cast(aBoth.reinterpretAsFloats())
                        .sub(zero)
                        .mul(factor)
                        .intoArray(values, i);
                FLOAT_VECTOR
                        .cast(bBoth.reinterpretAsFloats())
                        .sub(zero)
                        .mul(factor)
                        .intoArray(values, i + LANES);
                at += LANES;
            }
            left--;
            if (left == 0) {
                left = spansOfGroup;
                group++;
            }
        }
        return true;
    }

    /**
     * Values of codes with zero at eight, rounded as in {@link VectorScaled}; for vectors of eight longs.
     *
     * @param dropped bits of a float that the precision has no room for, 16 or none
     */
    static void scaledNibbles(
            byte[] packed,
            int packedOffset,
            int groups,
            int length,
            float[] scales,
            int dropped,
            float[] values,
            int offset) {
        LongVector lowNibble = LONG_VECTOR.cast(LongVector.broadcast(LONGS, 0x0fL));
        LongVector highNibble = LONG_VECTOR.cast(LongVector.broadcast(LONGS, 0x0fL << Integer.SIZE));
        LongVector wholeNumbers = LONG_VECTOR.cast(LongVector.broadcast(LONGS, WHOLE_NUMBERS));
        FloatVector zero = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, FIRST_WHOLE_NUMBER + 8));
        IntVector almostHalf = INT_VECTOR.cast(IntVector.broadcast(INTS, dropped == 0 ? 0 : (1 << (dropped - 1)) - 1));
        IntVector lastBit = INT_VECTOR.cast(IntVector.broadcast(INTS, dropped == 0 ? 0 : 1));
        IntVector kept = INT_VECTOR.cast(IntVector.broadcast(INTS, -1 << dropped));
        for (int group = 0; group < groups; group++) {
            FloatVector factor = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, scales[group]));
            for (int i = group * length; i < (group + 1) * length; i += 2 * LANES) {
                int at = packedOffset + (i >> 1);
                ByteVector a = EIGHT_BYTE_VECTOR.cast(ByteVector.fromArray(EIGHT_BYTES, packed, at));
                ByteVector b =
                        EIGHT_BYTE_VECTOR.cast(ByteVector.fromArray(EIGHT_BYTES, packed, at + EIGHT_BYTES.length()));
                LongVector aBytes = LONG_VECTOR.cast(a.convertShape(B2L, LONGS, 0));
                LongVector bBytes = LONG_VECTOR.cast(b.convertShape(B2L, LONGS, 0));
                LongVector aHigh = LONG_VECTOR
                        .cast(aBytes.lanewise(LSHL, Integer.SIZE - 4))
                        .and(highNibble);
                LongVector bHigh = LONG_VECTOR
                        .cast(bBytes.lanewise(LSHL, Integer.SIZE - 4))
                        .and(highNibble);
                LongVector aBoth = aBytes.and(lowNibble).or(aHigh).or(wholeNumbers);
                LongVector bBoth = bBytes.and(lowNibble).or(bHigh).or(wholeNumbers);
                FloatVector aExact =
                        FLOAT_VECTOR.cast(aBoth.reinterpretAsFloats()).sub(zero).mul(factor);
                FloatVector bExact =
                        FLOAT_VECTOR.cast(bBoth.reinterpretAsFloats()).sub(zero).mul(factor);
                IntVector aBits = INT_VECTOR.cast(aExact.reinterpretAsInts());
                IntVector bBits = INT_VECTOR.cast(bExact.reinterpretAsInts());
                IntVector aOdd = INT_VECTOR.cast(aBits.lanewise(LSHR, dropped)).and(lastBit);
                IntVector bOdd = INT_VECTOR.cast(bBits.lanewise(LSHR, dropped)).and(lastBit);
                IntVector aRounded = aBits.add(almostHalf).add(aOdd).and(kept);
                IntVector bRounded = bBits.add(almostHalf).add(bOdd).and(kept);
                FLOAT_VECTOR.cast(aRounded.reinterpretAsFloats()).intoArray(values, offset + i);
                FLOAT_VECTOR.cast(bRounded.reinterpretAsFloats()).intoArray(values, offset + i + LANES);
            }
        }
    }
}
