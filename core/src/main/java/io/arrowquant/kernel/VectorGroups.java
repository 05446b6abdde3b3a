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
import static io.arrowquant.kernel.VectorShapes.SHORT_VECTOR;
import static jdk.incubator.vector.VectorOperators.ABS;
import static jdk.incubator.vector.VectorOperators.I2B;
import static jdk.incubator.vector.VectorOperators.I2S;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * Many groups on vectors. Division is by far the slowest step of encoding, so values are multiplied by the reciprocal of
 * the scale first, which may be a little off. To the product 256.5 + zeroPoint is added: of the bits of the sum, eight are
 * the code, and the last fifteen tell how far the quotient is from the middle between two codes. Where that is less than
 * the product may be off, the values around are divided. So the codes are always those of a division.
 */
final class VectorGroups implements GroupKernels {
    private static final int FLOAT_LANES = FLOATS.length();
    private static final int BRAIN_LANES = SHORTS.length();

    /** There are no vectors of four bytes: with 128 bits a store would reach beyond the last group. */
    static final boolean WRITES_BEYOND = QUARTER_BYTES.length() > FLOAT_LANES;

    static final float MAGIC = 256.5f;

    /** Bits of a sum below its code. */
    static final int FRACTION_BITS = 15;

    /**
     * How far a sum may be off, in units of its last bit: one for the two roundings of the product, a half for that of
     * the quotient it stands for, a half for its own; twice that where the exponent is one less.
     */
    static final int DOUBT = 4;

    /** So many elements at most are divided for one that is in doubt. */
    private static final int PIECE = 128;

    private final IntegerKernels division = new VectorInteger();
    private final GroupKernels single = new ScalarGroups(division);

    @Override
    public boolean ranges(float[] values, int offset, int groups, int length, float[] lows, float[] highs) {
        return VectorRanges.ranges(values, offset, groups, length, lows, highs);
    }

    @Override
    public boolean rangesOfBrain(byte[] stored, int byteOffset, int groups, int length, float[] lows, float[] highs) {
        return VectorRanges.rangesOfBrain(stored, byteOffset, groups, length, lows, highs);
    }

    @Override
    public boolean rangesOfStored(byte[] stored, int byteOffset, int groups, int length, float[] lows, float[] highs) {
        return VectorRanges.rangesOfStored(stored, byteOffset, groups, length, lows, highs);
    }

    @Override
    public boolean magnitudesOfBrain(byte[] stored, int byteOffset, int groups, int length, float[] magnitudes) {
        return VectorMagnitudes.ofBrain(stored, byteOffset, groups, length, magnitudes);
    }

    @Override
    public boolean magnitudesOfStored(byte[] stored, int byteOffset, int groups, int length, float[] magnitudes) {
        return VectorMagnitudes.ofStored(stored, byteOffset, groups, length, magnitudes);
    }

    /** Whether the reciprocal of a scale is good for anything; not so for NaN. */
    static boolean multiplies(float scale) {
        return scale >= SymmetricFactors.SMALLEST_SCALE && scale <= SymmetricFactors.LARGEST_SCALE;
    }

    @Override
    public void encode(
            float[] values,
            int offset,
            int groups,
            int length,
            int bits,
            float[] scales,
            float[] zeroPoints,
            byte[] codes,
            int codeOffset) {
        if (WRITES_BEYOND) {
            single.encode(values, offset, groups, length, bits, scales, zeroPoints, codes, codeOffset);
            return;
        }
        int top = (1 << bits) - 1;
        IntVector fraction = INT_VECTOR.cast(IntVector.broadcast(INTS, (1 << FRACTION_BITS) - 1));
        IntVector doubt = INT_VECTOR.cast(IntVector.broadcast(INTS, DOUBT));
        for (int group = 0; group < groups; group++) {
            float scale = scales[group];
            float zero = zeroPoints[group];
            FloatVector factor = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, 1f / scale));
            FloatVector magic = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, MAGIC + zero));
            int groupEnd = (group + 1) * length;
            for (int from = group * length; from < groupEnd; from += PIECE) {
                int end = Math.min(from + PIECE, groupEnd);
                IntVector nearest = fraction;
                for (int i = from; i < end; i += FLOAT_LANES) {
                    FloatVector x = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, values, offset + i));
                    IntVector sum = INT_VECTOR.cast(x.mul(factor).add(magic).reinterpretAsInts());
                    nearest = INT_VECTOR.cast(nearest).min(sum.add(doubt).and(fraction));
                    // Narrowing keeps the lowest byte.
                    QUARTER_BYTE_VECTOR
                            .cast(INT_VECTOR
                                    .cast(sum.lanewise(LSHR, FRACTION_BITS))
                                    .convertShape(I2B, QUARTER_BYTES, 0))
                            .intoArray(codes, codeOffset + i);
                }
                boolean doubtful =
                        INT_VECTOR.cast(nearest).compare(LE, 2 * DOUBT).anyTrue();
                if (doubtful || !multiplies(scale)) {
                    int at = codeOffset + from;
                    division.encode(values, offset + from, end - from, scale, -zero, top - zero, zero, codes, at);
                }
            }
        }
    }

    /** Elements come in pairs, one int lane each: the first in the lower half, the second in the upper one. */
    @Override
    public void encodeBrain(
            byte[] stored,
            int byteOffset,
            int groups,
            int length,
            int bits,
            float[] scales,
            float[] zeroPoints,
            byte[] codes,
            int codeOffset) {
        if (length % VectorSpans.LENGTH == 0) {
            VectorSpans.brains(stored, byteOffset, groups, length, bits, scales, zeroPoints, codes, codeOffset);
            return;
        }
        int top = (1 << bits) - 1;
        IntVector upperHalf = INT_VECTOR.cast(IntVector.broadcast(INTS, 0xffff0000));
        IntVector lowerHalf = INT_VECTOR.cast(IntVector.broadcast(INTS, 0x0000ffff));
        IntVector lowByte = INT_VECTOR.cast(IntVector.broadcast(INTS, 0x00ff));
        IntVector highByte = INT_VECTOR.cast(IntVector.broadcast(INTS, 0xff00));
        ShortVector far = SHORT_VECTOR.cast(ShortVector.broadcast(SHORTS, Short.MAX_VALUE));
        for (int group = 0; group < groups; group++) {
            float scale = scales[group];
            float zero = zeroPoints[group];
            FloatVector factor = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, 1f / scale));
            FloatVector magic = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, MAGIC + zero));
            int groupEnd = (group + 1) * length;
            for (int from = group * length; from < groupEnd; from += PIECE) {
                int end = Math.min(from + PIECE, groupEnd);
                ShortVector nearest = far;
                for (int i = from; i < end; i += BRAIN_LANES) {
                    ByteVector loaded = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, byteOffset + 2 * i));
                    IntVector pair = INT_VECTOR.cast(loaded.reinterpretAsInts());
                    FloatVector x = FLOAT_VECTOR.cast(
                            INT_VECTOR.cast(pair.lanewise(LSHL, 16)).reinterpretAsFloats());
                    FloatVector y = FLOAT_VECTOR.cast(pair.and(upperHalf).reinterpretAsFloats());
                    IntVector first = INT_VECTOR.cast(x.mul(factor).add(magic).reinterpretAsInts());
                    IntVector second = INT_VECTOR.cast(y.mul(factor).add(magic).reinterpretAsInts());
                    // The fractions as shorts with a sign: those in doubt are near zero.
                    IntVector fractions = INT_VECTOR
                            .cast(first.lanewise(LSHL, 1))
                            .and(lowerHalf)
                            .or(INT_VECTOR.cast(second.lanewise(LSHL, 17)));
                    ShortVector distances = SHORT_VECTOR.cast(fractions.reinterpretAsShorts());
                    nearest = SHORT_VECTOR.cast(nearest).min(SHORT_VECTOR.cast(distances.lanewise(ABS)));
                    IntVector both = INT_VECTOR
                            .cast(first.lanewise(LSHR, FRACTION_BITS))
                            .and(lowByte)
                            .or(INT_VECTOR
                                    .cast(second.lanewise(LSHR, FRACTION_BITS - 8))
                                    .and(highByte));
                    ShortVector narrowed = HALF_SHORT_VECTOR.cast(both.convertShape(I2S, HALF_SHORTS, 0));
                    HALF_BYTE_VECTOR.cast(narrowed.reinterpretAsBytes()).intoArray(codes, codeOffset + i);
                }
                boolean doubtful = SHORT_VECTOR
                        .cast(nearest)
                        .compare(LE, (short) (2 * DOUBT))
                        .anyTrue();
                if (doubtful || !multiplies(scale)) {
                    int at = byteOffset + 2 * from;
                    division.encodeBrain(
                            stored, at, end - from, scale, -zero, top - zero, zero, codes, codeOffset + from);
                }
            }
        }
    }

    @Override
    public void encodeStored(
            byte[] stored,
            int byteOffset,
            int groups,
            int length,
            int bits,
            float[] scales,
            float[] zeroPoints,
            byte[] codes,
            int codeOffset) {
        if (WRITES_BEYOND) {
            single.encodeStored(stored, byteOffset, groups, length, bits, scales, zeroPoints, codes, codeOffset);
        } else if (length % VectorSpans.LENGTH == 0) {
            VectorSpans.stored(stored, byteOffset, groups, length, bits, scales, zeroPoints, codes, codeOffset);
        } else {
            VectorShortGroups.stored(stored, byteOffset, groups, length, bits, scales, zeroPoints, codes, codeOffset);
        }
    }

    @Override
    public void encodeBrainByFactors(
            byte[] stored, int byteOffset, int spans, int bits, float[] factors, byte[] packed, int packedOffset) {
        if (WRITES_BEYOND) {
            single.encodeBrainByFactors(stored, byteOffset, spans, bits, factors, packed, packedOffset);
        } else if (bits == Byte.SIZE) {
            VectorFactorCodes.bytes(stored, byteOffset, spans, factors, packed, packedOffset);
        } else {
            VectorFactorCodes.nibbles(stored, byteOffset, spans, factors, packed, packedOffset);
        }
    }

    @Override
    public void decodeNibbles(
            byte[] packed,
            int packedOffset,
            int groups,
            int length,
            float[] scales,
            float[] zeroPoints,
            float[] values,
            int offset) {
        if (length % VectorSpans.LENGTH != 0
                || !VectorSpanValues.nibbles(
                        packed, packedOffset, groups, length, scales, zeroPoints, values, offset)) {
            single.decodeNibbles(packed, packedOffset, groups, length, scales, zeroPoints, values, offset);
        }
    }

    @Override
    public void encodeBrainNibbles(
            byte[] stored,
            int byteOffset,
            int groups,
            int length,
            float[] scales,
            float[] zeroPoints,
            byte[] packed,
            int packedOffset) {
        if (WRITES_BEYOND) {
            single.encodeBrainNibbles(stored, byteOffset, groups, length, scales, zeroPoints, packed, packedOffset);
        } else if (length % VectorSpans.LENGTH != 0) {
            watchedNibbles(stored, byteOffset, groups, length, scales, zeroPoints, packed, packedOffset);
        } else {
            VectorSpans.nibbles(stored, byteOffset, groups, length, scales, zeroPoints, packed, packedOffset);
        }
    }

    @Override
    public boolean encodeStoredNibbles(
            byte[] stored,
            int byteOffset,
            int groups,
            int length,
            float[] scales,
            float[] zeroPoints,
            byte[] packed,
            int packedOffset) {
        if (!VectorStoredNibbles.FITS || length % VectorSpans.LENGTH != 0) {
            return false;
        }
        VectorStoredNibbles.encode(stored, byteOffset, groups, length, scales, zeroPoints, packed, packedOffset);
        return true;
    }

    /** Groups of any scale: values near the middle between two codes are watched for. */
    private static void watchedNibbles(
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
        IntVector highNibble = INT_VECTOR.cast(IntVector.broadcast(INTS, 0xf0));
        ShortVector far = SHORT_VECTOR.cast(ShortVector.broadcast(SHORTS, Short.MAX_VALUE));
        for (int group = 0; group < groups; group++) {
            float scale = scales[group];
            float zero = zeroPoints[group];
            FloatVector factor = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, 1f / scale));
            FloatVector magic = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, MAGIC + zero));
            int groupEnd = (group + 1) * length;
            for (int from = group * length; from < groupEnd; from += PIECE) {
                int end = Math.min(from + PIECE, groupEnd);
                ShortVector nearest = far;
                for (int i = from; i < end; i += BRAIN_LANES) {
                    ByteVector loaded = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, byteOffset + 2 * i));
                    IntVector pair = INT_VECTOR.cast(loaded.reinterpretAsInts());
                    FloatVector x = FLOAT_VECTOR.cast(
                            INT_VECTOR.cast(pair.lanewise(LSHL, 16)).reinterpretAsFloats());
                    FloatVector y = FLOAT_VECTOR.cast(pair.and(upperHalf).reinterpretAsFloats());
                    IntVector first = INT_VECTOR.cast(x.mul(factor).add(magic).reinterpretAsInts());
                    IntVector second = INT_VECTOR.cast(y.mul(factor).add(magic).reinterpretAsInts());
                    IntVector fractions = INT_VECTOR
                            .cast(first.lanewise(LSHL, 1))
                            .and(lowerHalf)
                            .or(INT_VECTOR.cast(second.lanewise(LSHL, 17)));
                    ShortVector distances = SHORT_VECTOR.cast(fractions.reinterpretAsShorts());
                    nearest = SHORT_VECTOR.cast(nearest).min(SHORT_VECTOR.cast(distances.lanewise(ABS)));
                    IntVector both = INT_VECTOR
                            .cast(first.lanewise(LSHR, FRACTION_BITS))
                            .and(lowNibble)
                            .or(INT_VECTOR
                                    .cast(second.lanewise(LSHR, FRACTION_BITS - 4))
                                    .and(highNibble));
                    QUARTER_BYTE_VECTOR
                            .cast(both.convertShape(I2B, QUARTER_BYTES, 0))
                            .intoArray(packed, packedOffset + i / 2);
                }
                boolean doubtful = SHORT_VECTOR
                        .cast(nearest)
                        .compare(LE, (short) (2 * DOUBT))
                        .anyTrue();
                if (doubtful || !multiplies(scale)) {
                    int at = byteOffset + 2 * from;
                    divideNibbles(stored, at, end - from, scale, zero, packed, packedOffset + from / 2);
                }
            }
        }
    }

    static void divideNibbles(
            byte[] stored, int byteOffset, int count, float scale, float zeroPoint, byte[] packed, int packedOffset) {
        FloatVector divisor = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, scale));
        FloatVector rounder = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, ROUNDER));
        int base = Float.floatToRawIntBits(ROUNDER) - (int) zeroPoint;
        IntVector upperHalf = INT_VECTOR.cast(IntVector.broadcast(INTS, 0xffff0000));
        for (int done = 0; done < count; done += BRAIN_LANES) {
            ByteVector loaded = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, byteOffset + 2 * done));
            IntVector pair = INT_VECTOR.cast(loaded.reinterpretAsInts());
            FloatVector x =
                    FLOAT_VECTOR.cast(INT_VECTOR.cast(pair.lanewise(LSHL, 16)).reinterpretAsFloats());
            FloatVector y = FLOAT_VECTOR.cast(pair.and(upperHalf).reinterpretAsFloats());
            IntVector first = INT_VECTOR.cast(x.div(divisor).add(rounder).reinterpretAsInts());
            IntVector second = INT_VECTOR.cast(y.div(divisor).add(rounder).reinterpretAsInts());
            IntVector low = first.sub(base).max(0).min(15);
            IntVector high = second.sub(base).max(0).min(15);
            QUARTER_BYTE_VECTOR
                    .cast(low.or(INT_VECTOR.cast(high.lanewise(LSHL, 4))).convertShape(I2B, QUARTER_BYTES, 0))
                    .intoArray(packed, packedOffset + done / 2);
        }
    }
}
