package io.arrowquant.kernel;

import static io.arrowquant.kernel.VectorShapes.FLOATS;
import static io.arrowquant.kernel.VectorShapes.FLOAT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.INTS;
import static io.arrowquant.kernel.VectorShapes.INT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.QUARTER_BYTES;
import static io.arrowquant.kernel.VectorShapes.QUARTER_BYTE_VECTOR;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2B;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.XOR;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Codes of the dynamic type without a table of the steps, which is larger than the first-level cache. The codes on either
 * side of zero rise the slower the farther they are from it, evenly within each power of ten: they are the whole part of
 * the lowest of a few lines over the steps from zero, one for each power of ten and, where they do not meet, one between.
 * Only the last code, of 1 itself, has fewer steps than the one before. Tests compare every step with the table.
 */
final class VectorDynamicType {
    private static final int LANES = FLOATS.length();

    /** Codes that one store writes: those of one vector of floats, or twice that at 128 bits. */
    private static final int STORED_CODES = QUARTER_BYTES.length();

    private static final int HALF = DynamicType.STEPS / 2;

    /** Adding it rounds what is less than 2^16 to a whole number, in the bits below those of its own. */
    private static final float WHOLE = 0x1p23f;

    /** Floats from it to its double have 15 bits for the fraction, and are in the order of their bits. */
    private static final float LINES = 256f;

    private static final int FRACTION_BITS = 15;

    /** The code of zero, which no step has. */
    private static final int CODE_OF_ZERO = 127;

    /** The last step from zero that has not the code of 1, but the one before. */
    private static final int LAST_BELOW_ONE = 32651;

    /** The highest code before that of 1, counted from zero, is above all lines but this. */
    private static final int TOP = Float.floatToRawIntBits(LINES + 127.5f);

    private VectorDynamicType() {}

    static void codes(float[] values, int offset, int count, int block, float[] maxima, byte[] codes, int codeOffset) {
        FloatVector one = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, 1f));
        FloatVector half = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, 0.5f));
        FloatVector steps = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, HALF));
        FloatVector rounder = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, WHOLE));
        IntVector middle = INT_VECTOR.cast(IntVector.broadcast(INTS, Float.floatToRawIntBits(WHOLE) + HALF));
        IntVector top = INT_VECTOR.cast(IntVector.broadcast(INTS, TOP));
        IntVector zero = INT_VECTOR.cast(IntVector.broadcast(INTS, CODE_OF_ZERO));
        IntVector last = INT_VECTOR.cast(IntVector.broadcast(INTS, LAST_BELOW_ONE));
        FloatVector start1 = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, LINES + 4.5f));
        FloatVector start2 = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, LINES + 7.2272727f));
        FloatVector start3 = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, LINES + 13.633333f));
        FloatVector start4 = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, LINES + 14.256024f));
        FloatVector start5 = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, LINES + 27.331081f));
        FloatVector start6 = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, LINES + 28.449743f));
        FloatVector start7 = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, LINES + 54.871273f));
        FloatVector start8 = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, LINES + 56.889957f));
        FloatVector rise2 = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, 0.27272728f));
        FloatVector rise3 = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, 0.06666667f));
        FloatVector rise4 = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, 0.05421687f));
        FloatVector rise5 = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, 0.013513514f));
        FloatVector rise6 = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, 0.010850943f));
        FloatVector rise7 = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, 0.0027100271f));
        FloatVector rise8 = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, 0.0021701714f));
        for (int begin = 0, index = 0; begin < count; begin += block, index++) {
            int end = Math.min(begin + block, count);
            float inverse = 1f / maxima[index];
            int i = begin;
            if (ScalarEightBit.isPrecise(inverse)) {
                FloatVector factor = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, inverse));
                for (; i + STORED_CODES <= end; i += LANES) {
                    FloatVector loaded = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, values, offset + i));
                    FloatVector sum = loaded.mul(factor).add(one);
                    FloatVector exact = sum.mul(steps).add(half.sub(sum.mul(half)));
                    // The whole part: one less where rounding went up. Counted from the middle, steps have a sign.
                    FloatVector rounded = exact.add(rounder);
                    IntVector left =
                            INT_VECTOR.cast(exact.sub(rounded.sub(rounder)).reinterpretAsInts());
                    IntVector step = INT_VECTOR
                            .cast(rounded.reinterpretAsInts())
                            .sub(middle)
                            .add(INT_VECTOR.cast(left.lanewise(ASHR, 31)));
                    IntVector sign = INT_VECTOR.cast(step.lanewise(ASHR, 31));
                    IntVector distance = INT_VECTOR.cast(step.lanewise(XOR, sign));
                    FloatVector far = FLOAT_VECTOR.cast(distance.convertShape(I2F, FLOATS, 0));
                    IntVector line1 = INT_VECTOR.cast(far.add(start1).reinterpretAsInts());
                    IntVector line2 = INT_VECTOR.cast(far.mul(rise2).add(start2).reinterpretAsInts());
                    IntVector line3 = INT_VECTOR.cast(far.mul(rise3).add(start3).reinterpretAsInts());
                    IntVector line4 = INT_VECTOR.cast(far.mul(rise4).add(start4).reinterpretAsInts());
                    IntVector line5 = INT_VECTOR.cast(far.mul(rise5).add(start5).reinterpretAsInts());
                    IntVector line6 = INT_VECTOR.cast(far.mul(rise6).add(start6).reinterpretAsInts());
                    IntVector line7 = INT_VECTOR.cast(far.mul(rise7).add(start7).reinterpretAsInts());
                    IntVector line8 = INT_VECTOR.cast(far.mul(rise8).add(start8).reinterpretAsInts());
                    IntVector low = line1.min(line2).min(line3.min(line4));
                    IntVector high = line5.min(line6).min(line7.min(line8));
                    IntVector lowest = low.min(high).min(top);
                    // Above zero 127 and the rank, and one more at the end; below it 127 less the rank.
                    IntVector rank = INT_VECTOR.cast(lowest.lanewise(LSHR, FRACTION_BITS));
                    IntVector base = INT_VECTOR.cast(zero.lanewise(XOR, sign));
                    IntVector code = INT_VECTOR.cast(rank.add(base).lanewise(XOR, sign));
                    IntVector beyond = INT_VECTOR.cast(last.sub(step).lanewise(ASHR, 31));
                    IntVector result = code.sub(beyond);
                    QUARTER_BYTE_VECTOR
                            .cast(result.convertShape(I2B, QUARTER_BYTES, 0))
                            .intoArray(codes, codeOffset + i);
                }
            }
            if (i < end) {
                ScalarEightBit.dynamicBlock(values, offset + i, end - i, maxima[index], codes, codeOffset + i);
            }
        }
    }
}
