package io.arrowquant.kernel;

import static io.arrowquant.kernel.ScalarInteger.BRAIN_INFINITY;
import static io.arrowquant.kernel.VectorShapes.BYTES;
import static io.arrowquant.kernel.VectorShapes.BYTE_VECTOR;
import static io.arrowquant.kernel.VectorShapes.FLOATS;
import static io.arrowquant.kernel.VectorShapes.FLOAT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.INTS;
import static io.arrowquant.kernel.VectorShapes.INT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.SHORTS;
import static io.arrowquant.kernel.VectorShapes.SHORT_VECTOR;
import static jdk.incubator.vector.VectorOperators.MAX;
import static jdk.incubator.vector.VectorOperators.XOR;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * Ranges on the bits of values. Signed comparison orders the bits of positive values and puts negative ones below; with
 * the sign turned over it is the other way round. So the maximum of each, with zero, is the highest value and the
 * magnitude of the lowest one, and values that are not finite are above all others in one of both.
 */
final class VectorRanges {
    private static final int FLOAT_LANES = FLOATS.length();
    private static final int BRAIN_LANES = SHORTS.length();
    private static final int VECTOR_BYTES = BYTES.length();
    private static final int SIGN = 0x80000000;
    private static final int INFINITY = 0x7f800000;

    private VectorRanges() {}

    static boolean range(float[] values, int offset, int count, float[] range) {
        IntVector sign = INT_VECTOR.cast(IntVector.broadcast(INTS, SIGN));
        IntVector positive = INT_VECTOR.cast(IntVector.zero(INTS));
        IntVector negative = INT_VECTOR.cast(IntVector.zero(INTS));
        int done = 0;
        // Groups are short: four vectors a round are less work than what the compiler makes of one.
        for (; done + 4 * FLOAT_LANES <= count; done += 4 * FLOAT_LANES) {
            int at = offset + done;
            FloatVector a = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, values, at));
            FloatVector b = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, values, at + FLOAT_LANES));
            FloatVector c = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, values, at + 2 * FLOAT_LANES));
            FloatVector d = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, values, at + 3 * FLOAT_LANES));
            IntVector aBits = INT_VECTOR.cast(a.reinterpretAsInts());
            IntVector bBits = INT_VECTOR.cast(b.reinterpretAsInts());
            IntVector cBits = INT_VECTOR.cast(c.reinterpretAsInts());
            IntVector dBits = INT_VECTOR.cast(d.reinterpretAsInts());
            IntVector aTurned = INT_VECTOR.cast(aBits.lanewise(XOR, sign));
            IntVector bTurned = INT_VECTOR.cast(bBits.lanewise(XOR, sign));
            IntVector cTurned = INT_VECTOR.cast(cBits.lanewise(XOR, sign));
            IntVector dTurned = INT_VECTOR.cast(dBits.lanewise(XOR, sign));
            positive = INT_VECTOR.cast(positive).max(aBits.max(bBits).max(cBits.max(dBits)));
            negative = INT_VECTOR.cast(negative).max(aTurned.max(bTurned).max(cTurned.max(dTurned)));
        }
        for (; done + FLOAT_LANES <= count; done += FLOAT_LANES) {
            FloatVector loaded = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, values, offset + done));
            IntVector bits = INT_VECTOR.cast(loaded.reinterpretAsInts());
            positive = INT_VECTOR.cast(positive).max(bits);
            negative = INT_VECTOR.cast(negative).max(INT_VECTOR.cast(bits.lanewise(XOR, sign)));
        }
        int highest = INT_VECTOR.cast(positive).reduceLanes(MAX);
        int lowest = INT_VECTOR.cast(negative).reduceLanes(MAX);
        for (; done < count; done++) {
            int bits = Float.floatToRawIntBits(values[offset + done]);
            highest = Math.max(highest, bits);
            lowest = Math.max(lowest, bits ^ SIGN);
        }
        // Zero added to a minus zero is zero.
        range[0] = -Float.intBitsToFloat(lowest) + 0f;
        range[1] = Float.intBitsToFloat(highest);
        return Math.max(lowest, highest) < INFINITY;
    }

    static boolean rangeOfBrain(byte[] stored, int byteOffset, int count, float[] range) {
        ShortVector sign = SHORT_VECTOR.cast(ShortVector.broadcast(SHORTS, Short.MIN_VALUE));
        ShortVector positive = SHORT_VECTOR.cast(ShortVector.zero(SHORTS));
        ShortVector negative = SHORT_VECTOR.cast(ShortVector.zero(SHORTS));
        int done = 0;
        for (; done + 4 * BRAIN_LANES <= count; done += 4 * BRAIN_LANES) {
            int at = byteOffset + 2 * done;
            ByteVector a = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, at));
            ByteVector b = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, at + VECTOR_BYTES));
            ByteVector c = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, at + 2 * VECTOR_BYTES));
            ByteVector d = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, at + 3 * VECTOR_BYTES));
            ShortVector aBits = SHORT_VECTOR.cast(a.reinterpretAsShorts());
            ShortVector bBits = SHORT_VECTOR.cast(b.reinterpretAsShorts());
            ShortVector cBits = SHORT_VECTOR.cast(c.reinterpretAsShorts());
            ShortVector dBits = SHORT_VECTOR.cast(d.reinterpretAsShorts());
            ShortVector aTurned = SHORT_VECTOR.cast(aBits.lanewise(XOR, sign));
            ShortVector bTurned = SHORT_VECTOR.cast(bBits.lanewise(XOR, sign));
            ShortVector cTurned = SHORT_VECTOR.cast(cBits.lanewise(XOR, sign));
            ShortVector dTurned = SHORT_VECTOR.cast(dBits.lanewise(XOR, sign));
            positive = SHORT_VECTOR.cast(positive).max(aBits.max(bBits).max(cBits.max(dBits)));
            negative = SHORT_VECTOR.cast(negative).max(aTurned.max(bTurned).max(cTurned.max(dTurned)));
        }
        for (; done + BRAIN_LANES <= count; done += BRAIN_LANES) {
            ByteVector loaded = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, byteOffset + 2 * done));
            ShortVector bits = SHORT_VECTOR.cast(loaded.reinterpretAsShorts());
            positive = SHORT_VECTOR.cast(positive).max(bits);
            negative = SHORT_VECTOR.cast(negative).max(SHORT_VECTOR.cast(bits.lanewise(XOR, sign)));
        }
        int highest = SHORT_VECTOR.cast(positive).reduceLanes(MAX);
        int lowest = SHORT_VECTOR.cast(negative).reduceLanes(MAX);
        for (; done < count; done++) {
            int at = byteOffset + 2 * done;
            int bits = (stored[at] & 0xff) | (stored[at + 1] << 8);
            highest = Math.max(highest, bits);
            lowest = Math.max(lowest, (short) (bits ^ Short.MIN_VALUE));
        }
        range[0] = -Float.intBitsToFloat(lowest << 16) + 0f;
        range[1] = Float.intBitsToFloat(highest << 16);
        return Math.max(lowest, highest) < BRAIN_INFINITY;
    }

    /** Many groups of whole vectors; see {@link GroupKernels#ranges}. */
    static boolean ranges(float[] values, int offset, int groups, int length, float[] lows, float[] highs) {
        IntVector sign = INT_VECTOR.cast(IntVector.broadcast(INTS, SIGN));
        int quads = length & -(4 * FLOAT_LANES);
        int largest = 0;
        for (int group = 0; group < groups; group++) {
            IntVector positive = INT_VECTOR.cast(IntVector.zero(INTS));
            IntVector negative = INT_VECTOR.cast(IntVector.zero(INTS));
            int begin = offset + group * length;
            for (int at = begin; at < begin + quads; at += 4 * FLOAT_LANES) {
                FloatVector a = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, values, at));
                FloatVector b = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, values, at + FLOAT_LANES));
                FloatVector c = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, values, at + 2 * FLOAT_LANES));
                FloatVector d = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, values, at + 3 * FLOAT_LANES));
                IntVector aBits = INT_VECTOR.cast(a.reinterpretAsInts());
                IntVector bBits = INT_VECTOR.cast(b.reinterpretAsInts());
                IntVector cBits = INT_VECTOR.cast(c.reinterpretAsInts());
                IntVector dBits = INT_VECTOR.cast(d.reinterpretAsInts());
                IntVector aTurned = INT_VECTOR.cast(aBits.lanewise(XOR, sign));
                IntVector bTurned = INT_VECTOR.cast(bBits.lanewise(XOR, sign));
                IntVector cTurned = INT_VECTOR.cast(cBits.lanewise(XOR, sign));
                IntVector dTurned = INT_VECTOR.cast(dBits.lanewise(XOR, sign));
                positive = INT_VECTOR.cast(positive).max(aBits.max(bBits).max(cBits.max(dBits)));
                negative = INT_VECTOR.cast(negative).max(aTurned.max(bTurned).max(cTurned.max(dTurned)));
            }
            for (int at = begin + quads; at < begin + length; at += FLOAT_LANES) {
                FloatVector loaded = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, values, at));
                IntVector bits = INT_VECTOR.cast(loaded.reinterpretAsInts());
                positive = INT_VECTOR.cast(positive).max(bits);
                negative = INT_VECTOR.cast(negative).max(INT_VECTOR.cast(bits.lanewise(XOR, sign)));
            }
            int highest = INT_VECTOR.cast(positive).reduceLanes(MAX);
            int lowest = INT_VECTOR.cast(negative).reduceLanes(MAX);
            largest = Math.max(largest, Math.max(lowest, highest));
            lows[group] = 0f - Float.intBitsToFloat(lowest);
            highs[group] = Float.intBitsToFloat(highest);
        }
        return largest < INFINITY;
    }

    /** The same of bfloat16. */
    static boolean rangesOfBrain(byte[] stored, int byteOffset, int groups, int length, float[] lows, float[] highs) {
        if (length == VectorSpans.LENGTH) {
            return rangesOfBrainSpans(stored, byteOffset, groups, lows, highs);
        }
        ShortVector sign = SHORT_VECTOR.cast(ShortVector.broadcast(SHORTS, Short.MIN_VALUE));
        int quadBytes = (2 * length) & -(4 * VECTOR_BYTES);
        int largest = 0;
        for (int group = 0; group < groups; group++) {
            ShortVector positive = SHORT_VECTOR.cast(ShortVector.zero(SHORTS));
            ShortVector negative = SHORT_VECTOR.cast(ShortVector.zero(SHORTS));
            int begin = byteOffset + 2 * group * length;
            for (int at = begin; at < begin + quadBytes; at += 4 * VECTOR_BYTES) {
                ByteVector a = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, at));
                ByteVector b = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, at + VECTOR_BYTES));
                ByteVector c = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, at + 2 * VECTOR_BYTES));
                ByteVector d = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, at + 3 * VECTOR_BYTES));
                ShortVector aBits = SHORT_VECTOR.cast(a.reinterpretAsShorts());
                ShortVector bBits = SHORT_VECTOR.cast(b.reinterpretAsShorts());
                ShortVector cBits = SHORT_VECTOR.cast(c.reinterpretAsShorts());
                ShortVector dBits = SHORT_VECTOR.cast(d.reinterpretAsShorts());
                ShortVector aTurned = SHORT_VECTOR.cast(aBits.lanewise(XOR, sign));
                ShortVector bTurned = SHORT_VECTOR.cast(bBits.lanewise(XOR, sign));
                ShortVector cTurned = SHORT_VECTOR.cast(cBits.lanewise(XOR, sign));
                ShortVector dTurned = SHORT_VECTOR.cast(dBits.lanewise(XOR, sign));
                positive = SHORT_VECTOR.cast(positive).max(aBits.max(bBits).max(cBits.max(dBits)));
                negative = SHORT_VECTOR.cast(negative).max(aTurned.max(bTurned).max(cTurned.max(dTurned)));
            }
            for (int at = begin + quadBytes; at < begin + 2 * length; at += VECTOR_BYTES) {
                ByteVector loaded = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, at));
                ShortVector bits = SHORT_VECTOR.cast(loaded.reinterpretAsShorts());
                positive = SHORT_VECTOR.cast(positive).max(bits);
                negative = SHORT_VECTOR.cast(negative).max(SHORT_VECTOR.cast(bits.lanewise(XOR, sign)));
            }
            int highest = SHORT_VECTOR.cast(positive).reduceLanes(MAX);
            int lowest = SHORT_VECTOR.cast(negative).reduceLanes(MAX);
            largest = Math.max(largest, Math.max(lowest, highest));
            lows[group] = 0f - Float.intBitsToFloat(lowest << 16);
            highs[group] = Float.intBitsToFloat(highest << 16);
        }
        return largest < BRAIN_INFINITY;
    }

    /** The same of floats as they are stored. */
    static boolean rangesOfStored(byte[] stored, int byteOffset, int groups, int length, float[] lows, float[] highs) {
        IntVector sign = INT_VECTOR.cast(IntVector.broadcast(INTS, SIGN));
        int groupBytes = Float.BYTES * length;
        int quadBytes = groupBytes & -(4 * VECTOR_BYTES);
        int largest = 0;
        for (int group = 0; group < groups; group++) {
            IntVector positive = INT_VECTOR.cast(IntVector.zero(INTS));
            IntVector negative = INT_VECTOR.cast(IntVector.zero(INTS));
            int begin = byteOffset + groupBytes * group;
            for (int at = begin; at < begin + quadBytes; at += 4 * VECTOR_BYTES) {
                ByteVector a = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, at));
                ByteVector b = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, at + VECTOR_BYTES));
                ByteVector c = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, at + 2 * VECTOR_BYTES));
                ByteVector d = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, at + 3 * VECTOR_BYTES));
                IntVector aBits = INT_VECTOR.cast(a.reinterpretAsInts());
                IntVector bBits = INT_VECTOR.cast(b.reinterpretAsInts());
                IntVector cBits = INT_VECTOR.cast(c.reinterpretAsInts());
                IntVector dBits = INT_VECTOR.cast(d.reinterpretAsInts());
                IntVector aTurned = INT_VECTOR.cast(aBits.lanewise(XOR, sign));
                IntVector bTurned = INT_VECTOR.cast(bBits.lanewise(XOR, sign));
                IntVector cTurned = INT_VECTOR.cast(cBits.lanewise(XOR, sign));
                IntVector dTurned = INT_VECTOR.cast(dBits.lanewise(XOR, sign));
                positive = INT_VECTOR.cast(positive).max(aBits.max(bBits).max(cBits.max(dBits)));
                negative = INT_VECTOR.cast(negative).max(aTurned.max(bTurned).max(cTurned.max(dTurned)));
            }
            for (int at = begin + quadBytes; at < begin + groupBytes; at += VECTOR_BYTES) {
                ByteVector loaded = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, at));
                IntVector bits = INT_VECTOR.cast(loaded.reinterpretAsInts());
                positive = INT_VECTOR.cast(positive).max(bits);
                negative = INT_VECTOR.cast(negative).max(INT_VECTOR.cast(bits.lanewise(XOR, sign)));
            }
            int highest = INT_VECTOR.cast(positive).reduceLanes(MAX);
            int lowest = INT_VECTOR.cast(negative).reduceLanes(MAX);
            largest = Math.max(largest, Math.max(lowest, highest));
            lows[group] = 0f - Float.intBitsToFloat(lowest);
            highs[group] = Float.intBitsToFloat(highest);
        }
        return largest < INFINITY;
    }

    /** Groups of bfloat16 of one span each; see {@link VectorSpans} for why they have a loop of their own. */
    private static boolean rangesOfBrainSpans(byte[] stored, int byteOffset, int spans, float[] lows, float[] highs) {
        ShortVector sign = SHORT_VECTOR.cast(ShortVector.broadcast(SHORTS, Short.MIN_VALUE));
        int largest = 0;
        for (int span = 0; span < spans; span++) {
            ShortVector positive = SHORT_VECTOR.cast(ShortVector.zero(SHORTS));
            ShortVector negative = SHORT_VECTOR.cast(ShortVector.zero(SHORTS));
            int begin = byteOffset + 2 * VectorSpans.LENGTH * span;
            for (int step = 0; step < 2 * VectorSpans.LENGTH / VECTOR_BYTES; step++) {
                ByteVector loaded = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, begin + step * VECTOR_BYTES));
                ShortVector bits = SHORT_VECTOR.cast(loaded.reinterpretAsShorts());
                positive = SHORT_VECTOR.cast(positive).max(bits);
                negative = SHORT_VECTOR.cast(negative).max(SHORT_VECTOR.cast(bits.lanewise(XOR, sign)));
            }
            int highest = SHORT_VECTOR.cast(positive).reduceLanes(MAX);
            int lowest = SHORT_VECTOR.cast(negative).reduceLanes(MAX);
            largest = Math.max(largest, Math.max(lowest, highest));
            lows[span] = 0f - Float.intBitsToFloat(lowest << 16);
            highs[span] = Float.intBitsToFloat(highest << 16);
        }
        return largest < BRAIN_INFINITY;
    }
}
