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
                largest = INT_VECTOR.cast(largest).max(INT_VECTOR.cast(bits.and(0x7fffffff)));
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
                largest = SHORT_VECTOR.cast(largest).max(SHORT_VECTOR.cast(bits.and((short) 0x7fff)));
            }
            int most = SHORT_VECTOR.cast(largest).reduceLanes(MAX);
            for (; at < end; at++) {
                int low = stored[byteOffset + 2 * at] & 0xff;
                most = Math.max(most, (stored[byteOffset + 2 * at + 1] & 0x7f) << 8 | low);
            }
            maxima[i] = Float.intBitsToFloat(most << 16);
        }
    }

    private static int bits(FourBitTable table, int threshold) {
        return Float.floatToRawIntBits(table.threshold(threshold));
    }

    /** The bits in which a threshold differs from the one eight further on. */
    private static int change(FourBitTable table, int threshold) {
        return bits(table, threshold) ^ bits(table, threshold + 8);
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
        IntVector t0 = INT_VECTOR.cast(IntVector.broadcast(INTS, bits(table, 0)));
        IntVector t1 = INT_VECTOR.cast(IntVector.broadcast(INTS, bits(table, 1)));
        IntVector t2 = INT_VECTOR.cast(IntVector.broadcast(INTS, bits(table, 2)));
        IntVector t3 = INT_VECTOR.cast(IntVector.broadcast(INTS, bits(table, 3)));
        IntVector t4 = INT_VECTOR.cast(IntVector.broadcast(INTS, bits(table, 4)));
        IntVector t5 = INT_VECTOR.cast(IntVector.broadcast(INTS, bits(table, 5)));
        IntVector t6 = INT_VECTOR.cast(IntVector.broadcast(INTS, bits(table, 6)));
        IntVector t7 = INT_VECTOR.cast(IntVector.broadcast(INTS, bits(table, 7)));
        IntVector change0 = INT_VECTOR.cast(IntVector.broadcast(INTS, change(table, 0)));
        IntVector change1 = INT_VECTOR.cast(IntVector.broadcast(INTS, change(table, 1)));
        IntVector change2 = INT_VECTOR.cast(IntVector.broadcast(INTS, change(table, 2)));
        IntVector change3 = INT_VECTOR.cast(IntVector.broadcast(INTS, change(table, 3)));
        IntVector change4 = INT_VECTOR.cast(IntVector.broadcast(INTS, change(table, 4)));
        IntVector change5 = INT_VECTOR.cast(IntVector.broadcast(INTS, change(table, 5)));
        IntVector change6 = INT_VECTOR.cast(IntVector.broadcast(INTS, change(table, 6)));
        IntVector lowCodes = INT_VECTOR.cast(IntVector.broadcast(INTS, table.eightCodes(0)));
        IntVector codeChange = INT_VECTOR.cast(IntVector.broadcast(INTS, table.eightCodes(0) ^ table.eightCodes(8)));
        for (int i = 0; i < count / block; i++) {
            float factor = factors[i];
            int done = i * block;
            int end = done + block;
            for (; done + STORED_BYTES <= end; done += FLOAT_LANES) {
                FloatVector loaded = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, values, offset + done));
                FloatVector value = FLOAT_VECTOR.cast(loaded.mul(factor));
                FloatVector d1 = FLOAT_VECTOR.cast(
                        FLOAT_VECTOR.cast(t7.reinterpretAsFloats()).sub(value));
                IntVector m1 =
                        INT_VECTOR.cast(INT_VECTOR.cast(d1.reinterpretAsInts()).lanewise(ASHR, 31));
                IntVector of3Bits = INT_VECTOR.cast(change3.and(m1));
                IntVector of3 = INT_VECTOR.cast(t3.lanewise(XOR, of3Bits));
                FloatVector d2 = FLOAT_VECTOR.cast(
                        FLOAT_VECTOR.cast(of3.reinterpretAsFloats()).sub(value));
                IntVector m2 =
                        INT_VECTOR.cast(INT_VECTOR.cast(d2.reinterpretAsInts()).lanewise(ASHR, 31));
                IntVector of1Bits = INT_VECTOR.cast(change1.and(m1));
                IntVector of1 = INT_VECTOR.cast(t1.lanewise(XOR, of1Bits));
                IntVector of5Bits = INT_VECTOR.cast(change5.and(m1));
                IntVector of5 = INT_VECTOR.cast(t5.lanewise(XOR, of5Bits));
                IntVector of1To5Bits =
                        INT_VECTOR.cast(INT_VECTOR.cast(of1.lanewise(XOR, of5)).and(m2));
                IntVector of1To5 = INT_VECTOR.cast(of1.lanewise(XOR, of1To5Bits));
                FloatVector d3 = FLOAT_VECTOR.cast(
                        FLOAT_VECTOR.cast(of1To5.reinterpretAsFloats()).sub(value));
                IntVector m3 =
                        INT_VECTOR.cast(INT_VECTOR.cast(d3.reinterpretAsInts()).lanewise(ASHR, 31));
                IntVector of0Bits = INT_VECTOR.cast(change0.and(m1));
                IntVector of0 = INT_VECTOR.cast(t0.lanewise(XOR, of0Bits));
                IntVector of4Bits = INT_VECTOR.cast(change4.and(m1));
                IntVector of4 = INT_VECTOR.cast(t4.lanewise(XOR, of4Bits));
                IntVector of2Bits = INT_VECTOR.cast(change2.and(m1));
                IntVector of2 = INT_VECTOR.cast(t2.lanewise(XOR, of2Bits));
                IntVector of6Bits = INT_VECTOR.cast(change6.and(m1));
                IntVector of6 = INT_VECTOR.cast(t6.lanewise(XOR, of6Bits));
                IntVector of0To4Bits =
                        INT_VECTOR.cast(INT_VECTOR.cast(of0.lanewise(XOR, of4)).and(m2));
                IntVector of0To4 = INT_VECTOR.cast(of0.lanewise(XOR, of0To4Bits));
                IntVector of2To6Bits =
                        INT_VECTOR.cast(INT_VECTOR.cast(of2.lanewise(XOR, of6)).and(m2));
                IntVector of2To6 = INT_VECTOR.cast(of2.lanewise(XOR, of2To6Bits));
                IntVector of0To6Bits = INT_VECTOR.cast(
                        INT_VECTOR.cast(of0To4.lanewise(XOR, of2To6)).and(m3));
                IntVector of0To6 = INT_VECTOR.cast(of0To4.lanewise(XOR, of0To6Bits));
                FloatVector d4 = FLOAT_VECTOR.cast(
                        FLOAT_VECTOR.cast(of0To6.reinterpretAsFloats()).sub(value));
                IntVector m4 =
                        INT_VECTOR.cast(INT_VECTOR.cast(d4.reinterpretAsInts()).lanewise(ASHR, 31));
                IntVector quarter = INT_VECTOR.cast(INT_VECTOR.cast(m2.and(16)).or(INT_VECTOR.cast(m3.and(8))));
                IntVector shift = INT_VECTOR.cast(quarter.or(INT_VECTOR.cast(m4.and(4))));
                IntVector eightBits = INT_VECTOR.cast(codeChange.and(m1));
                IntVector eight = INT_VECTOR.cast(lowCodes.lanewise(XOR, eightBits));
                IntVector code = INT_VECTOR.cast(
                        INT_VECTOR.cast(eight.lanewise(LSHR, shift)).and(0xf));
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
        IntVector t0 = INT_VECTOR.cast(IntVector.broadcast(INTS, bits(table, 0)));
        IntVector t1 = INT_VECTOR.cast(IntVector.broadcast(INTS, bits(table, 1)));
        IntVector t2 = INT_VECTOR.cast(IntVector.broadcast(INTS, bits(table, 2)));
        IntVector t3 = INT_VECTOR.cast(IntVector.broadcast(INTS, bits(table, 3)));
        IntVector t4 = INT_VECTOR.cast(IntVector.broadcast(INTS, bits(table, 4)));
        IntVector t5 = INT_VECTOR.cast(IntVector.broadcast(INTS, bits(table, 5)));
        IntVector t6 = INT_VECTOR.cast(IntVector.broadcast(INTS, bits(table, 6)));
        IntVector t7 = INT_VECTOR.cast(IntVector.broadcast(INTS, bits(table, 7)));
        IntVector t8 = INT_VECTOR.cast(IntVector.broadcast(INTS, bits(table, 8)));
        IntVector t9 = INT_VECTOR.cast(IntVector.broadcast(INTS, bits(table, 9)));
        IntVector t10 = INT_VECTOR.cast(IntVector.broadcast(INTS, bits(table, 10)));
        IntVector t11 = INT_VECTOR.cast(IntVector.broadcast(INTS, bits(table, 11)));
        IntVector t12 = INT_VECTOR.cast(IntVector.broadcast(INTS, bits(table, 12)));
        IntVector t13 = INT_VECTOR.cast(IntVector.broadcast(INTS, bits(table, 13)));
        IntVector t14 = INT_VECTOR.cast(IntVector.broadcast(INTS, bits(table, 14)));
        IntVector lowCodes = INT_VECTOR.cast(IntVector.broadcast(INTS, table.eightCodes(0)));
        IntVector highCodes = INT_VECTOR.cast(IntVector.broadcast(INTS, table.eightCodes(8)));
        for (int i = 0; i < count / block; i++) {
            float factor = factors[i];
            int done = i * block;
            int end = done + block;
            for (; done + 2 * STORED_BYTES <= end; done += BRAIN_LANES) {
                ByteVector loaded = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, byteOffset + 2 * done));
                IntVector pair = INT_VECTOR.cast(loaded.reinterpretAsInts());
                FloatVector lower = FLOAT_VECTOR.cast(
                        INT_VECTOR.cast(pair.lanewise(LSHL, 16)).reinterpretAsFloats());
                FloatVector upper =
                        FLOAT_VECTOR.cast(INT_VECTOR.cast(pair.and(0xffff0000)).reinterpretAsFloats());
                FloatVector first = FLOAT_VECTOR.cast(lower.mul(factor));
                FloatVector second = FLOAT_VECTOR.cast(upper.mul(factor));
                FloatVector firstD1 = FLOAT_VECTOR.cast(
                        FLOAT_VECTOR.cast(t7.reinterpretAsFloats()).sub(first));
                IntVector firstM1 = INT_VECTOR.cast(
                        INT_VECTOR.cast(firstD1.reinterpretAsInts()).lanewise(ASHR, 31));
                IntVector firstOf3Bits =
                        INT_VECTOR.cast(INT_VECTOR.cast(t3.lanewise(XOR, t11)).and(firstM1));
                IntVector firstOf3 = INT_VECTOR.cast(t3.lanewise(XOR, firstOf3Bits));
                FloatVector firstD2 = FLOAT_VECTOR.cast(
                        FLOAT_VECTOR.cast(firstOf3.reinterpretAsFloats()).sub(first));
                IntVector firstM2 = INT_VECTOR.cast(
                        INT_VECTOR.cast(firstD2.reinterpretAsInts()).lanewise(ASHR, 31));
                IntVector firstOf1Bits =
                        INT_VECTOR.cast(INT_VECTOR.cast(t1.lanewise(XOR, t9)).and(firstM1));
                IntVector firstOf1 = INT_VECTOR.cast(t1.lanewise(XOR, firstOf1Bits));
                IntVector firstOf5Bits =
                        INT_VECTOR.cast(INT_VECTOR.cast(t5.lanewise(XOR, t13)).and(firstM1));
                IntVector firstOf5 = INT_VECTOR.cast(t5.lanewise(XOR, firstOf5Bits));
                IntVector firstOf1To5Bits = INT_VECTOR.cast(
                        INT_VECTOR.cast(firstOf1.lanewise(XOR, firstOf5)).and(firstM2));
                IntVector firstOf1To5 = INT_VECTOR.cast(firstOf1.lanewise(XOR, firstOf1To5Bits));
                FloatVector firstD3 = FLOAT_VECTOR.cast(
                        FLOAT_VECTOR.cast(firstOf1To5.reinterpretAsFloats()).sub(first));
                IntVector firstM3 = INT_VECTOR.cast(
                        INT_VECTOR.cast(firstD3.reinterpretAsInts()).lanewise(ASHR, 31));
                IntVector firstOf0Bits =
                        INT_VECTOR.cast(INT_VECTOR.cast(t0.lanewise(XOR, t8)).and(firstM1));
                IntVector firstOf0 = INT_VECTOR.cast(t0.lanewise(XOR, firstOf0Bits));
                IntVector firstOf4Bits =
                        INT_VECTOR.cast(INT_VECTOR.cast(t4.lanewise(XOR, t12)).and(firstM1));
                IntVector firstOf4 = INT_VECTOR.cast(t4.lanewise(XOR, firstOf4Bits));
                IntVector firstOf2Bits =
                        INT_VECTOR.cast(INT_VECTOR.cast(t2.lanewise(XOR, t10)).and(firstM1));
                IntVector firstOf2 = INT_VECTOR.cast(t2.lanewise(XOR, firstOf2Bits));
                IntVector firstOf6Bits =
                        INT_VECTOR.cast(INT_VECTOR.cast(t6.lanewise(XOR, t14)).and(firstM1));
                IntVector firstOf6 = INT_VECTOR.cast(t6.lanewise(XOR, firstOf6Bits));
                IntVector firstOf0To4Bits = INT_VECTOR.cast(
                        INT_VECTOR.cast(firstOf0.lanewise(XOR, firstOf4)).and(firstM2));
                IntVector firstOf0To4 = INT_VECTOR.cast(firstOf0.lanewise(XOR, firstOf0To4Bits));
                IntVector firstOf2To6Bits = INT_VECTOR.cast(
                        INT_VECTOR.cast(firstOf2.lanewise(XOR, firstOf6)).and(firstM2));
                IntVector firstOf2To6 = INT_VECTOR.cast(firstOf2.lanewise(XOR, firstOf2To6Bits));
                IntVector firstOf0To6Bits = INT_VECTOR.cast(
                        INT_VECTOR.cast(firstOf0To4.lanewise(XOR, firstOf2To6)).and(firstM3));
                IntVector firstOf0To6 = INT_VECTOR.cast(firstOf0To4.lanewise(XOR, firstOf0To6Bits));
                FloatVector firstD4 = FLOAT_VECTOR.cast(
                        FLOAT_VECTOR.cast(firstOf0To6.reinterpretAsFloats()).sub(first));
                IntVector firstM4 = INT_VECTOR.cast(
                        INT_VECTOR.cast(firstD4.reinterpretAsInts()).lanewise(ASHR, 31));
                IntVector firstQuarter =
                        INT_VECTOR.cast(INT_VECTOR.cast(firstM2.and(16)).or(INT_VECTOR.cast(firstM3.and(8))));
                IntVector firstShift = INT_VECTOR.cast(firstQuarter.or(INT_VECTOR.cast(firstM4.and(4))));
                IntVector firstEightBits = INT_VECTOR.cast(
                        INT_VECTOR.cast(lowCodes.lanewise(XOR, highCodes)).and(firstM1));
                IntVector firstEight = INT_VECTOR.cast(lowCodes.lanewise(XOR, firstEightBits));
                IntVector firstCode = INT_VECTOR.cast(
                        INT_VECTOR.cast(firstEight.lanewise(LSHR, firstShift)).and(0xf));
                FloatVector secondD1 = FLOAT_VECTOR.cast(
                        FLOAT_VECTOR.cast(t7.reinterpretAsFloats()).sub(second));
                IntVector secondM1 = INT_VECTOR.cast(
                        INT_VECTOR.cast(secondD1.reinterpretAsInts()).lanewise(ASHR, 31));
                IntVector secondOf3Bits =
                        INT_VECTOR.cast(INT_VECTOR.cast(t3.lanewise(XOR, t11)).and(secondM1));
                IntVector secondOf3 = INT_VECTOR.cast(t3.lanewise(XOR, secondOf3Bits));
                FloatVector secondD2 = FLOAT_VECTOR.cast(
                        FLOAT_VECTOR.cast(secondOf3.reinterpretAsFloats()).sub(second));
                IntVector secondM2 = INT_VECTOR.cast(
                        INT_VECTOR.cast(secondD2.reinterpretAsInts()).lanewise(ASHR, 31));
                IntVector secondOf1Bits =
                        INT_VECTOR.cast(INT_VECTOR.cast(t1.lanewise(XOR, t9)).and(secondM1));
                IntVector secondOf1 = INT_VECTOR.cast(t1.lanewise(XOR, secondOf1Bits));
                IntVector secondOf5Bits =
                        INT_VECTOR.cast(INT_VECTOR.cast(t5.lanewise(XOR, t13)).and(secondM1));
                IntVector secondOf5 = INT_VECTOR.cast(t5.lanewise(XOR, secondOf5Bits));
                IntVector secondOf1To5Bits = INT_VECTOR.cast(
                        INT_VECTOR.cast(secondOf1.lanewise(XOR, secondOf5)).and(secondM2));
                IntVector secondOf1To5 = INT_VECTOR.cast(secondOf1.lanewise(XOR, secondOf1To5Bits));
                FloatVector secondD3 = FLOAT_VECTOR.cast(
                        FLOAT_VECTOR.cast(secondOf1To5.reinterpretAsFloats()).sub(second));
                IntVector secondM3 = INT_VECTOR.cast(
                        INT_VECTOR.cast(secondD3.reinterpretAsInts()).lanewise(ASHR, 31));
                IntVector secondOf0Bits =
                        INT_VECTOR.cast(INT_VECTOR.cast(t0.lanewise(XOR, t8)).and(secondM1));
                IntVector secondOf0 = INT_VECTOR.cast(t0.lanewise(XOR, secondOf0Bits));
                IntVector secondOf4Bits =
                        INT_VECTOR.cast(INT_VECTOR.cast(t4.lanewise(XOR, t12)).and(secondM1));
                IntVector secondOf4 = INT_VECTOR.cast(t4.lanewise(XOR, secondOf4Bits));
                IntVector secondOf2Bits =
                        INT_VECTOR.cast(INT_VECTOR.cast(t2.lanewise(XOR, t10)).and(secondM1));
                IntVector secondOf2 = INT_VECTOR.cast(t2.lanewise(XOR, secondOf2Bits));
                IntVector secondOf6Bits =
                        INT_VECTOR.cast(INT_VECTOR.cast(t6.lanewise(XOR, t14)).and(secondM1));
                IntVector secondOf6 = INT_VECTOR.cast(t6.lanewise(XOR, secondOf6Bits));
                IntVector secondOf0To4Bits = INT_VECTOR.cast(
                        INT_VECTOR.cast(secondOf0.lanewise(XOR, secondOf4)).and(secondM2));
                IntVector secondOf0To4 = INT_VECTOR.cast(secondOf0.lanewise(XOR, secondOf0To4Bits));
                IntVector secondOf2To6Bits = INT_VECTOR.cast(
                        INT_VECTOR.cast(secondOf2.lanewise(XOR, secondOf6)).and(secondM2));
                IntVector secondOf2To6 = INT_VECTOR.cast(secondOf2.lanewise(XOR, secondOf2To6Bits));
                IntVector secondOf0To6Bits = INT_VECTOR.cast(INT_VECTOR
                        .cast(secondOf0To4.lanewise(XOR, secondOf2To6))
                        .and(secondM3));
                IntVector secondOf0To6 = INT_VECTOR.cast(secondOf0To4.lanewise(XOR, secondOf0To6Bits));
                FloatVector secondD4 = FLOAT_VECTOR.cast(
                        FLOAT_VECTOR.cast(secondOf0To6.reinterpretAsFloats()).sub(second));
                IntVector secondM4 = INT_VECTOR.cast(
                        INT_VECTOR.cast(secondD4.reinterpretAsInts()).lanewise(ASHR, 31));
                IntVector secondQuarter =
                        INT_VECTOR.cast(INT_VECTOR.cast(secondM2.and(16)).or(INT_VECTOR.cast(secondM3.and(8))));
                IntVector secondShift = INT_VECTOR.cast(secondQuarter.or(INT_VECTOR.cast(secondM4.and(4))));
                IntVector secondEightBits = INT_VECTOR.cast(
                        INT_VECTOR.cast(lowCodes.lanewise(XOR, highCodes)).and(secondM1));
                IntVector secondEight = INT_VECTOR.cast(lowCodes.lanewise(XOR, secondEightBits));
                IntVector secondCode = INT_VECTOR.cast(
                        INT_VECTOR.cast(secondEight.lanewise(LSHR, secondShift)).and(0xf));
                IntVector both = INT_VECTOR.cast(
                        INT_VECTOR.cast(firstCode.lanewise(LSHL, 4)).or(secondCode));
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
