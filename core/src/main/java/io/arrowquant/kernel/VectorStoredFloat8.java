package io.arrowquant.kernel;

import static io.arrowquant.kernel.SymmetricFactors.LARGEST_SCALE;
import static io.arrowquant.kernel.SymmetricFactors.SMALLEST_SCALE;
import static io.arrowquant.kernel.VectorShapes.BYTES;
import static io.arrowquant.kernel.VectorShapes.BYTE_VECTOR;
import static io.arrowquant.kernel.VectorShapes.FLOATS;
import static io.arrowquant.kernel.VectorShapes.FLOAT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.INTS;
import static io.arrowquant.kernel.VectorShapes.INT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.QUARTER_BYTES;
import static io.arrowquant.kernel.VectorShapes.QUARTER_BYTE_VECTOR;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2B;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.XOR;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * F8_E4M3 of floats as they are stored, by spans as in {@link VectorSpans}. Values are multiplied by the inverse of the
 * scale: the product is at most three units of its last bit from the quotient, as a float. Both round to the same code
 * unless a number halfway between two codes is as near; those numbers, and the codes themselves, end in 19 zero bits or more.
 */
final class VectorStoredFloat8 {
    /** Whether a vector of codes is stored as many bytes; at 128 bits the store has room for two vectors. */
    static final boolean FITS = QUARTER_BYTES.length() == FLOATS.length();

    private static final VarHandle STORED_FLOATS =
            MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);

    private static final int LANES = FLOATS.length();
    private static final int VECTOR_BYTES = BYTES.length();
    private static final int DOUBT = 3;
    private static final int LAST_BITS = 0x7ffff;

    private VectorStoredFloat8() {}

    /** Groups are multiples of {@link VectorSpans#LENGTH}. */
    static void encode(
            byte[] stored, int byteOffset, int groups, int length, float[] scales, byte[] codes, int codeOffset) {
        int spansOfGroup = length / VectorSpans.LENGTH;
        int spans = groups * spansOfGroup;
        for (int first = 0; first < spans; first += Long.SIZE) {
            int count = Math.min(Long.SIZE, spans - first);
            long doubts = encodeSpans(stored, byteOffset, first, count, spansOfGroup, scales, codes, codeOffset);
            divide(stored, byteOffset, first, doubts, spansOfGroup, scales, codes, codeOffset);
        }
    }

    /** Encodes up to 64 spans; returns a bit for each with values in doubt. Calls nothing, which would cost all registers. */
    private static long encodeSpans(
            byte[] stored,
            int byteOffset,
            int first,
            int count,
            int spansOfGroup,
            float[] scales,
            byte[] codes,
            int codeOffset) {
        IntVector doubt = INT_VECTOR.cast(IntVector.broadcast(INTS, DOUBT));
        IntVector lastBits = INT_VECTOR.cast(IntVector.broadcast(INTS, LAST_BITS));
        IntVector one = INT_VECTOR.cast(IntVector.broadcast(INTS, 1));
        IntVector withoutSign = INT_VECTOR.cast(IntVector.broadcast(INTS, 0x7fffffff));
        IntVector signOfCode = INT_VECTOR.cast(IntVector.broadcast(INTS, 0x80));
        IntVector largest = INT_VECTOR.cast(IntVector.broadcast(INTS, Float.floatToRawIntBits(Float8.LARGEST_E4M3)));
        IntVector smallestNormal =
                INT_VECTOR.cast(IntVector.broadcast(INTS, Float.floatToRawIntBits(Float8.SMALLEST_NORMAL_E4M3)));
        FloatVector shifter = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, 0x1p14f));
        IntVector shifterBits = INT_VECTOR.cast(IntVector.broadcast(INTS, Float.floatToRawIntBits(0x1p14f)));
        // Rounds to three bits, and takes the difference of the biases off.
        IntVector rebias = INT_VECTOR.cast(IntVector.broadcast(INTS, 0x7ffff - ((127 - 7) << 23)));
        int group = first / spansOfGroup;
        int left = spansOfGroup - first % spansOfGroup;
        long doubts = 0;
        for (int span = first; span < first + count; span++) {
            float scale = scales[group];
            FloatVector factor = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, 1f / scale));
            IntVector nearest = lastBits;
            for (int round = 0; round < VectorSpans.LENGTH / (2 * LANES); round++) {
                int i = span * VectorSpans.LENGTH + round * 2 * LANES;
                int at = byteOffset + Float.BYTES * i;
                ByteVector a = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, at));
                ByteVector b = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, at + VECTOR_BYTES));
                FloatVector aX = FLOAT_VECTOR.cast(a.reinterpretAsFloats());
                FloatVector bX = FLOAT_VECTOR.cast(b.reinterpretAsFloats());
                IntVector aBits = INT_VECTOR.cast(aX.mul(factor).reinterpretAsInts());
                IntVector bBits = INT_VECTOR.cast(bX.mul(factor).reinterpretAsInts());
                IntVector aRest = aBits.add(doubt).and(lastBits);
                IntVector bRest = bBits.add(doubt).and(lastBits);
                nearest = INT_VECTOR.cast(nearest).min(aRest.min(bRest));
                IntVector aMagnitude = aBits.and(withoutSign).min(largest);
                IntVector bMagnitude = bBits.and(withoutSign).min(largest);
                IntVector aOdd = INT_VECTOR.cast(aMagnitude.lanewise(LSHR, 20)).and(one);
                IntVector bOdd = INT_VECTOR.cast(bMagnitude.lanewise(LSHR, 20)).and(one);
                IntVector aNormal =
                        INT_VECTOR.cast(aMagnitude.add(rebias).add(aOdd).lanewise(LSHR, 20));
                IntVector bNormal =
                        INT_VECTOR.cast(bMagnitude.add(rebias).add(bOdd).lanewise(LSHR, 20));
                FloatVector aShifted =
                        FLOAT_VECTOR.cast(aMagnitude.reinterpretAsFloats()).add(shifter);
                FloatVector bShifted =
                        FLOAT_VECTOR.cast(bMagnitude.reinterpretAsFloats()).add(shifter);
                IntVector aSubnormal =
                        INT_VECTOR.cast(aShifted.reinterpretAsInts()).sub(shifterBits);
                IntVector bSubnormal =
                        INT_VECTOR.cast(bShifted.reinterpretAsInts()).sub(shifterBits);
                IntVector aIsSubnormal =
                        INT_VECTOR.cast(aMagnitude.sub(smallestNormal).lanewise(ASHR, 31));
                IntVector bIsSubnormal =
                        INT_VECTOR.cast(bMagnitude.sub(smallestNormal).lanewise(ASHR, 31));
                IntVector aDifference =
                        INT_VECTOR.cast(aNormal.lanewise(XOR, aSubnormal)).and(aIsSubnormal);
                IntVector bDifference =
                        INT_VECTOR.cast(bNormal.lanewise(XOR, bSubnormal)).and(bIsSubnormal);
                IntVector aCode = INT_VECTOR
                        .cast(aNormal.lanewise(XOR, aDifference))
                        .or(INT_VECTOR.cast(aBits.lanewise(LSHR, 24)).and(signOfCode));
                IntVector bCode = INT_VECTOR
                        .cast(bNormal.lanewise(XOR, bDifference))
                        .or(INT_VECTOR.cast(bBits.lanewise(LSHR, 24)).and(signOfCode));
                QUARTER_BYTE_VECTOR
                        .cast(aCode.convertShape(I2B, QUARTER_BYTES, 0))
                        .intoArray(codes, codeOffset + i);
                QUARTER_BYTE_VECTOR
                        .cast(bCode.convertShape(I2B, QUARTER_BYTES, 0))
                        .intoArray(codes, codeOffset + i + LANES);
            }
            boolean doubtful = INT_VECTOR.cast(nearest).compare(LE, 2 * DOUBT).anyTrue();
            boolean usual = scale >= SMALLEST_SCALE && scale <= LARGEST_SCALE;
            doubts |= doubtful || !usual ? 1L << span : 0L;
            left--;
            if (left == 0) {
                left = spansOfGroup;
                group++;
            }
        }
        return doubts;
    }

    /** Divides where there is doubt, in the spans whose bits are set, the lowest bit being that of the first span. */
    private static void divide(
            byte[] stored,
            int byteOffset,
            int first,
            long spans,
            int spansOfGroup,
            float[] scales,
            byte[] codes,
            int codeOffset) {
        for (long rest = spans; rest != 0; rest &= rest - 1) {
            int span = first + Long.numberOfTrailingZeros(rest);
            float scale = scales[span / spansOfGroup];
            boolean usual = scale >= SMALLEST_SCALE && scale <= LARGEST_SCALE;
            float factor = 1f / scale;
            int begin = span * VectorSpans.LENGTH;
            for (int i = begin; i < begin + VectorSpans.LENGTH; i++) {
                float x = (float) STORED_FLOATS.get(stored, byteOffset + Float.BYTES * i);
                int bits = Float.floatToRawIntBits(x * factor);
                if (!usual || ((bits + DOUBT) & LAST_BITS) <= 2 * DOUBT) {
                    codes[codeOffset + i] = Float8.toE4M3(x / scale);
                }
            }
        }
    }
}
