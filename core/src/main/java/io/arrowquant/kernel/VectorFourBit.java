package io.arrowquant.kernel;

import static io.arrowquant.kernel.VectorShapes.BYTES;
import static io.arrowquant.kernel.VectorShapes.BYTE_VECTOR;
import static io.arrowquant.kernel.VectorShapes.FLOATS;
import static io.arrowquant.kernel.VectorShapes.FLOAT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.INTS;
import static io.arrowquant.kernel.VectorShapes.INT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.QUARTER_BYTES;
import static io.arrowquant.kernel.VectorShapes.QUARTER_BYTE_VECTOR;
import static io.arrowquant.kernel.VectorShapes.SHORTS;
import static io.arrowquant.kernel.VectorShapes.SHORT_VECTOR;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2B;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.MAX;
import static jdk.incubator.vector.VectorOperators.XOR;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * Four-bit types on vectors. What does not fill a vector at the end of a block is left to the plain loops.
 *
 * <p>Fifteen thresholds are searched in four steps, as a sorted list is. A step subtracts the value from the threshold in
 * question and spreads the sign of the difference over the lane; with these lanes of ones and zeros the next step selects
 * its threshold, and the last one the code: sixteen of four bits make two ints, which are shifted to the right place.
 * That needs neither masks nor shuffles, which are slow on JDK 17.
 */
final class VectorFourBit implements FourBitKernels {
    private static final int FLOAT_LANES = FLOATS.length();
    private static final int BRAIN_LANES = SHORTS.length();

    /** Bytes that one store writes: those of one vector of ints, or twice that at 128 bits. */
    private static final int STORED_BYTES = QUARTER_BYTES.length();

    private final FourBitKernels scalar = new ScalarFourBit();

    @Override
    public void maxima(float[] values, int offset, int count, int block, float[] maxima) {
        for (int i = 0; i < count / block; i++) {
            int at = offset + i * block;
            int end = at + block;
            IntVector largest = INT_VECTOR.cast(IntVector.zero(INTS));
            for (; at + FLOAT_LANES <= end; at += FLOAT_LANES) {
                FloatVector loaded = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, values, at));
                IntVector bits = INT_VECTOR.cast(loaded.reinterpretAsInts());
                largest = INT_VECTOR.cast(largest).max(bits.and(0x7fffffff));
            }
            int most = INT_VECTOR.cast(largest).reduceLanes(MAX);
            for (; at < end; at++) {
                most = Math.max(most, Float.floatToRawIntBits(values[at]) & 0x7fffffff);
            }
            maxima[i] = Float.intBitsToFloat(most);
        }
    }

    @Override
    public void maximaOfBrain(byte[] stored, int byteOffset, int count, int block, float[] maxima) {
        for (int i = 0; i < count / block; i++) {
            int at = i * block;
            int end = at + block;
            ShortVector largest = SHORT_VECTOR.cast(ShortVector.zero(SHORTS));
            for (; at + BRAIN_LANES <= end; at += BRAIN_LANES) {
                ByteVector loaded = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, byteOffset + 2 * at));
                ShortVector bits = SHORT_VECTOR.cast(loaded.reinterpretAsShorts());
                largest = SHORT_VECTOR.cast(largest).max(bits.and((short) 0x7fff));
            }
            int most = SHORT_VECTOR.cast(largest).reduceLanes(MAX);
            for (; at < end; at++) {
                int low = stored[byteOffset + 2 * at] & 0xff;
                most = Math.max(most, (stored[byteOffset + 2 * at + 1] & 0x7f) << 8 | low);
            }
            maxima[i] = Float.intBitsToFloat(most << 16);
        }
    }

    private static IntVector threshold(FourBitTable table, int index) {
        return INT_VECTOR.cast(IntVector.broadcast(INTS, Float.floatToRawIntBits(table.threshold(index))));
    }

    /** All ones in the lanes whose value exceeds the threshold. */
    private static IntVector above(FloatVector value, IntVector threshold) {
        FloatVector difference =
                FLOAT_VECTOR.cast(threshold.reinterpretAsFloats()).sub(value);
        return INT_VECTOR.cast(difference.reinterpretAsInts()).lanewise(ASHR, 31);
    }

    /** The lanes of {@code b} where the mask is all ones, and of {@code a} where it is zero. */
    private static IntVector select(IntVector a, IntVector b, IntVector mask) {
        return a.lanewise(XOR, a.lanewise(XOR, b).and(mask));
    }

    @Override
    public void encode(
            float[] values,
            int offset,
            int count,
            int block,
            float[] factors,
            FourBitTable table,
            byte[] codes,
            int codeOffset) {
        IntVector t0 = threshold(table, 0);
        IntVector t1 = threshold(table, 1);
        IntVector t2 = threshold(table, 2);
        IntVector t3 = threshold(table, 3);
        IntVector t4 = threshold(table, 4);
        IntVector t5 = threshold(table, 5);
        IntVector t6 = threshold(table, 6);
        IntVector t7 = threshold(table, 7);
        IntVector t8 = threshold(table, 8);
        IntVector t9 = threshold(table, 9);
        IntVector t10 = threshold(table, 10);
        IntVector t11 = threshold(table, 11);
        IntVector t12 = threshold(table, 12);
        IntVector t13 = threshold(table, 13);
        IntVector t14 = threshold(table, 14);
        IntVector lowCodes = INT_VECTOR.cast(IntVector.broadcast(INTS, table.eightCodes(0)));
        IntVector highCodes = INT_VECTOR.cast(IntVector.broadcast(INTS, table.eightCodes(8)));
        for (int i = 0; i < count / block; i++) {
            float factor = factors[i];
            int done = i * block;
            int end = done + block;
            for (; done + STORED_BYTES <= end; done += FLOAT_LANES) {
                FloatVector loaded = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, values, offset + done));
                FloatVector value = loaded.mul(factor);
                IntVector m1 = above(value, t7);
                IntVector m2 = above(value, select(t3, t11, m1));
                IntVector of4 = select(select(t1, t9, m1), select(t5, t13, m1), m2);
                IntVector m3 = above(value, of4);
                IntVector lower = select(select(t0, t8, m1), select(t4, t12, m1), m2);
                IntVector upper = select(select(t2, t10, m1), select(t6, t14, m1), m2);
                IntVector m4 = above(value, select(lower, upper, m3));
                IntVector shift = m2.and(16).or(m3.and(8)).or(m4.and(4));
                IntVector code =
                        select(lowCodes, highCodes, m1).lanewise(LSHR, shift).and(0xf);
                ByteVector narrowed = QUARTER_BYTE_VECTOR.cast(code.convertShape(I2B, QUARTER_BYTES, 0));
                narrowed.intoArray(codes, codeOffset + done);
            }
            for (; done < end; done++) {
                codes[codeOffset + done] = (byte) table.codeOf(values[offset + done] * factor);
            }
        }
    }

    /** Elements come in pairs, one int lane each: the first in the lower half, the second in the upper one. */
    @Override
    public void encodeBrain(
            byte[] stored,
            int byteOffset,
            int count,
            int block,
            float[] factors,
            FourBitTable table,
            byte[] packed,
            int packedOffset) {
        if (block % 2 != 0) {
            scalar.encodeBrain(stored, byteOffset, count, block, factors, table, packed, packedOffset);
            return;
        }
        IntVector t0 = threshold(table, 0);
        IntVector t1 = threshold(table, 1);
        IntVector t2 = threshold(table, 2);
        IntVector t3 = threshold(table, 3);
        IntVector t4 = threshold(table, 4);
        IntVector t5 = threshold(table, 5);
        IntVector t6 = threshold(table, 6);
        IntVector t7 = threshold(table, 7);
        IntVector t8 = threshold(table, 8);
        IntVector t9 = threshold(table, 9);
        IntVector t10 = threshold(table, 10);
        IntVector t11 = threshold(table, 11);
        IntVector t12 = threshold(table, 12);
        IntVector t13 = threshold(table, 13);
        IntVector t14 = threshold(table, 14);
        IntVector lowCodes = INT_VECTOR.cast(IntVector.broadcast(INTS, table.eightCodes(0)));
        IntVector highCodes = INT_VECTOR.cast(IntVector.broadcast(INTS, table.eightCodes(8)));
        for (int i = 0; i < count / block; i++) {
            float factor = factors[i];
            int done = i * block;
            int end = done + block;
            for (; done + 2 * STORED_BYTES <= end; done += BRAIN_LANES) {
                ByteVector loaded = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, byteOffset + 2 * done));
                IntVector pair = INT_VECTOR.cast(loaded.reinterpretAsInts());
                FloatVector lower = FLOAT_VECTOR.cast(pair.lanewise(LSHL, 16).reinterpretAsFloats());
                FloatVector upper = FLOAT_VECTOR.cast(pair.and(0xffff0000).reinterpretAsFloats());
                FloatVector first = lower.mul(factor);
                FloatVector second = upper.mul(factor);
                IntVector firstM1 = above(first, t7);
                IntVector firstM2 = above(first, select(t3, t11, firstM1));
                IntVector firstOf4 = select(select(t1, t9, firstM1), select(t5, t13, firstM1), firstM2);
                IntVector firstM3 = above(first, firstOf4);
                IntVector firstLower = select(select(t0, t8, firstM1), select(t4, t12, firstM1), firstM2);
                IntVector firstUpper = select(select(t2, t10, firstM1), select(t6, t14, firstM1), firstM2);
                IntVector firstM4 = above(first, select(firstLower, firstUpper, firstM3));
                IntVector firstShift = firstM2.and(16).or(firstM3.and(8)).or(firstM4.and(4));
                IntVector firstCode = select(lowCodes, highCodes, firstM1)
                        .lanewise(LSHR, firstShift)
                        .and(0xf);
                IntVector secondM1 = above(second, t7);
                IntVector secondM2 = above(second, select(t3, t11, secondM1));
                IntVector secondOf4 = select(select(t1, t9, secondM1), select(t5, t13, secondM1), secondM2);
                IntVector secondM3 = above(second, secondOf4);
                IntVector secondLower = select(select(t0, t8, secondM1), select(t4, t12, secondM1), secondM2);
                IntVector secondUpper = select(select(t2, t10, secondM1), select(t6, t14, secondM1), secondM2);
                IntVector secondM4 = above(second, select(secondLower, secondUpper, secondM3));
                IntVector secondShift = secondM2.and(16).or(secondM3.and(8)).or(secondM4.and(4));
                IntVector secondCode = select(lowCodes, highCodes, secondM1)
                        .lanewise(LSHR, secondShift)
                        .and(0xf);
                IntVector both = firstCode.lanewise(LSHL, 4).or(secondCode);
                ByteVector narrowed = QUARTER_BYTE_VECTOR.cast(both.convertShape(I2B, QUARTER_BYTES, 0));
                narrowed.intoArray(packed, packedOffset + done / 2);
            }
            for (; done < end; done += 2) {
                packed[packedOffset + done / 2] =
                        ScalarFourBit.pair(stored, byteOffset + 2 * done, factor, factor, table);
            }
        }
    }

    @Override
    public void pack(byte[] codes, int codeOffset, int count, byte[] packed, int packedOffset) {
        scalar.pack(codes, codeOffset, count, packed, packedOffset);
    }

    @Override
    public void unpack(byte[] packed, int packedOffset, byte[] codes, int codeOffset, int count) {
        scalar.unpack(packed, packedOffset, codes, codeOffset, count);
    }
}
