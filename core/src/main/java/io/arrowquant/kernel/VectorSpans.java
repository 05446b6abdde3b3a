package io.arrowquant.kernel;

import static io.arrowquant.kernel.ScalarInteger.ROUNDER;
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
 */
final class VectorSpans {
    /** Elements of a span. */
    static final int LENGTH = SymmetricFactors.SPAN;

    private static final int FLOAT_LANES = FLOATS.length();
    private static final int BRAIN_LANES = SHORTS.length();

    /** What is added for codes of four bits: the sum then has sixteen bits below its code. */
    private static final float NIBBLE_MAGIC = 128.5f;

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
        ShortVector shift = SHORT_VECTOR.cast(ShortVector.broadcast(SHORTS, (short) (Short.MIN_VALUE + DOUBT)));
        ShortVector far = SHORT_VECTOR.cast(ShortVector.broadcast(SHORTS, Short.MAX_VALUE));
        int spansOfGroup = length / LENGTH;
        int spans = groups * spansOfGroup;
        int left = spansOfGroup;
        int group = 0;
        for (int span = 0; span < spans; span++) {
            float scale = scales[group];
            float zeroPoint = zeroPoints[group];
            FloatVector factor = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, 1f / scale));
            FloatVector magic = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, NIBBLE_MAGIC + zeroPoint));
            ShortVector nearest = far;
            for (int step = 0; step < LENGTH / BRAIN_LANES; step++) {
                int i = span * LENGTH + step * BRAIN_LANES;
                ByteVector loaded = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, byteOffset + 2 * i));
                IntVector pair = INT_VECTOR.cast(loaded.reinterpretAsInts());
                FloatVector x = FLOAT_VECTOR.cast(
                        INT_VECTOR.cast(pair.lanewise(LSHL, 16)).reinterpretAsFloats());
                FloatVector y = FLOAT_VECTOR.cast(pair.and(upperHalf).reinterpretAsFloats());
                IntVector first = INT_VECTOR.cast(x.mul(factor).add(magic).reinterpretAsInts());
                IntVector second = INT_VECTOR.cast(y.mul(factor).add(magic).reinterpretAsInts());
                ShortVector distances = SHORT_VECTOR.cast(first.and(lowerHalf)
                        .or(INT_VECTOR.cast(second.lanewise(LSHL, 16)))
                        .reinterpretAsShorts());
                nearest = SHORT_VECTOR.cast(nearest).min(distances.add(shift));
                // The lowest four bits of one and the next four of the other: the rest is dropped.
                IntVector low = INT_VECTOR.cast(first.lanewise(LSHR, 16));
                IntVector high = INT_VECTOR.cast(second.lanewise(LSHR, 16 - 4));
                IntVector differing = INT_VECTOR.cast(low.lanewise(XOR, high)).and(lowNibble);
                IntVector both = INT_VECTOR.cast(high.lanewise(XOR, differing));
                QUARTER_BYTE_VECTOR
                        .cast(both.convertShape(I2B, QUARTER_BYTES, 0))
                        .intoArray(packed, packedOffset + i / 2);
            }
            boolean doubtful = SHORT_VECTOR
                    .cast(nearest)
                    .compare(LE, (short) (Short.MIN_VALUE + 2 * DOUBT))
                    .anyTrue();
            if (doubtful || !VectorGroups.multiplies(scale)) {
                int at = byteOffset + 2 * LENGTH * span;
                int packedAt = packedOffset + LENGTH / 2 * span;
                VectorGroups.divideNibbles(stored, at, LENGTH, scale, zeroPoint, packed, packedAt);
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
        for (int span = 0; span < spans; span++) {
            float scale = scales[group];
            float zeroPoint = zeroPoints[group];
            FloatVector factor = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, 1f / scale));
            FloatVector magic = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, MAGIC + zeroPoint));
            ShortVector nearest = far;
            for (int step = 0; step < LENGTH / BRAIN_LANES; step++) {
                int i = span * LENGTH + step * BRAIN_LANES;
                ByteVector loaded = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, byteOffset + 2 * i));
                IntVector pair = INT_VECTOR.cast(loaded.reinterpretAsInts());
                FloatVector x = FLOAT_VECTOR.cast(
                        INT_VECTOR.cast(pair.lanewise(LSHL, 16)).reinterpretAsFloats());
                FloatVector y = FLOAT_VECTOR.cast(pair.and(upperHalf).reinterpretAsFloats());
                IntVector first = INT_VECTOR.cast(x.mul(factor).add(magic).reinterpretAsInts());
                IntVector second = INT_VECTOR.cast(y.mul(factor).add(magic).reinterpretAsInts());
                // The fractions as shorts: those in doubt are near zero, and nearest to the smallest short when
                // shifted.
                IntVector fractions = INT_VECTOR
                        .cast(first.lanewise(LSHL, 1))
                        .and(lowerHalf)
                        .or(INT_VECTOR.cast(second.lanewise(LSHL, 17)));
                ShortVector distances = SHORT_VECTOR.cast(fractions.reinterpretAsShorts());
                nearest = SHORT_VECTOR.cast(nearest).min(distances.add(shift));
                IntVector low = INT_VECTOR.cast(first.lanewise(LSHR, FRACTION_BITS));
                IntVector high = INT_VECTOR.cast(second.lanewise(LSHR, FRACTION_BITS - 8));
                IntVector differing = INT_VECTOR.cast(low.lanewise(XOR, high)).and(lowByte);
                IntVector both = INT_VECTOR.cast(high.lanewise(XOR, differing));
                ShortVector narrowed = HALF_SHORT_VECTOR.cast(both.convertShape(I2S, HALF_SHORTS, 0));
                HALF_BYTE_VECTOR.cast(narrowed.reinterpretAsBytes()).intoArray(codes, codeOffset + i);
            }
            boolean doubtful = SHORT_VECTOR
                    .cast(nearest)
                    .compare(LE, (short) (Short.MIN_VALUE + 4 * DOUBT))
                    .anyTrue();
            if (doubtful || !VectorGroups.multiplies(scale)) {
                int at = byteOffset + 2 * LENGTH * span;
                int codesAt = codeOffset + LENGTH * span;
                DIVISION.encodeBrain(stored, at, LENGTH, scale, -zeroPoint, top - zeroPoint, zeroPoint, codes, codesAt);
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
        for (int span = 0; span < spans; span++) {
            float scale = scales[group];
            float zeroPoint = zeroPoints[group];
            FloatVector factor = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, 1f / scale));
            FloatVector magic = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, MAGIC + zeroPoint));
            IntVector nearest = fraction;
            for (int step = 0; step < LENGTH / FLOAT_LANES; step++) {
                int i = span * LENGTH + step * FLOAT_LANES;
                ByteVector loaded = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, byteOffset + Float.BYTES * i));
                FloatVector x = FLOAT_VECTOR.cast(loaded.reinterpretAsFloats());
                IntVector sum = INT_VECTOR.cast(x.mul(factor).add(magic).reinterpretAsInts());
                nearest = INT_VECTOR.cast(nearest).min(sum.add(doubt).and(fraction));
                QUARTER_BYTE_VECTOR
                        .cast(INT_VECTOR.cast(sum.lanewise(LSHR, FRACTION_BITS)).convertShape(I2B, QUARTER_BYTES, 0))
                        .intoArray(codes, codeOffset + i);
            }
            boolean doubtful = INT_VECTOR.cast(nearest).compare(LE, 2 * DOUBT).anyTrue();
            if (doubtful || !VectorGroups.multiplies(scale)) {
                int at = byteOffset + Float.BYTES * LENGTH * span;
                divide(stored, at, (1 << bits) - 1, scale, zeroPoint, codes, codeOffset + LENGTH * span);
            }
            left--;
            if (left == 0) {
                left = spansOfGroup;
                group++;
            }
        }
    }

    private static void divide(
            byte[] stored, int byteOffset, int top, float scale, float zeroPoint, byte[] codes, int codeOffset) {
        FloatVector divisor = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, scale));
        FloatVector rounder = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, ROUNDER));
        int base = Float.floatToRawIntBits(ROUNDER) - (int) zeroPoint;
        for (int i = 0; i < LENGTH; i += FLOAT_LANES) {
            ByteVector loaded = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, byteOffset + Float.BYTES * i));
            FloatVector x = FLOAT_VECTOR.cast(loaded.reinterpretAsFloats());
            IntVector whole = INT_VECTOR.cast(x.div(divisor).add(rounder).reinterpretAsInts());
            QUARTER_BYTE_VECTOR
                    .cast(whole.sub(base).max(0).min(top).convertShape(I2B, QUARTER_BYTES, 0))
                    .intoArray(codes, codeOffset + i);
        }
    }
}
