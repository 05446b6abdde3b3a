package io.arrowquant.kernel;

import static io.arrowquant.kernel.VectorShapes.BYTES;
import static io.arrowquant.kernel.VectorShapes.BYTE_VECTOR;
import static io.arrowquant.kernel.VectorShapes.FLOAT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.INTS;
import static io.arrowquant.kernel.VectorShapes.INT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.QUARTER_BYTES;
import static io.arrowquant.kernel.VectorShapes.QUARTER_BYTE_VECTOR;
import static io.arrowquant.kernel.VectorShapes.SHORTS;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2B;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.XOR;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Ranges of values among thresholds, found on vectors as in a sorted list: of each step of the search, the sign of a
 * difference says which half is left, and bits choose its threshold. Elements come in pairs, one int lane each: the first in
 * the lower half, the second in the upper one.
 */
final class VectorFourBitTree {
    private static final int BRAIN_LANES = SHORTS.length();
    private static final int STORED_BYTES = QUARTER_BYTES.length();

    private VectorFourBitTree() {}

    private static int bits(FourBitTable table, int threshold) {
        return Float.floatToRawIntBits(table.threshold(threshold));
    }

    /** Blocks of an even number of elements. */
    static void encodeBrain(
            byte[] stored,
            int byteOffset,
            int count,
            int block,
            float[] factors,
            FourBitTable table,
            byte[] packed,
            int packedOffset) {
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
                packed[packedOffset + done / 2] = ScalarFourBit.pair(stored, byteOffset + 2 * done, factor, table);
            }
        }
    }
}
