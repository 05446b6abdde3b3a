package io.arrowquant.kernel;

import static io.arrowquant.kernel.VectorShapes.BYTES;
import static io.arrowquant.kernel.VectorShapes.BYTE_VECTOR;
import static io.arrowquant.kernel.VectorShapes.FLOATS;
import static io.arrowquant.kernel.VectorShapes.FLOAT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.HALF_BYTES;
import static io.arrowquant.kernel.VectorShapes.HALF_BYTE_VECTOR;
import static io.arrowquant.kernel.VectorShapes.INTS;
import static io.arrowquant.kernel.VectorShapes.INT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.SHORTS;
import static io.arrowquant.kernel.VectorShapes.SHORT_VECTOR;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.S2B;
import static jdk.incubator.vector.VectorOperators.XOR;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * F8_E4M3 of bfloat16 as it is stored: see {@link Float8#toE4M3}, and {@link VectorScaledBrains} for why products do. A
 * bfloat16 has seven bits of fraction, and is rounded to three in a short lane; what becomes subnormal is rounded before, as
 * a float. Groups of one unit, those of microscaling, have a loop of their own: one over each of them would cost more than
 * its one vector. Scales that cannot be inverted are rare, and their groups are done afterwards.
 */
final class VectorBrainFloat8 {
    private static final int BRAIN_LANES = SHORTS.length();

    private VectorBrainFloat8() {}

    static void encode(
            byte[] stored, int byteOffset, int groups, int length, float[] scales, byte[] codes, int codeOffset) {
        if (length == GroupKernels.UNIT) {
            units(stored, byteOffset, groups, scales, codes, codeOffset);
        } else {
            for (int group = 0; group < groups; group++) {
                int begin = group * length;
                group(stored, byteOffset + 2 * begin, length, 1f / scales[group], codes, codeOffset + begin);
            }
        }
        for (int group = 0; group < groups; group++) {
            if (!VectorGroups.multiplies(scales[group])) {
                int begin = group * length;
                ScalarScaled.float8GroupOfBrain(
                        stored, byteOffset + 2 * begin, length, scales[group], codes, codeOffset + begin);
            }
        }
    }

    private static void units(byte[] stored, int byteOffset, int units, float[] scales, byte[] codes, int codeOffset) {
        IntVector upperHalf = INT_VECTOR.cast(IntVector.broadcast(INTS, 0xffff0000));
        IntVector lowerHalf = INT_VECTOR.cast(IntVector.broadcast(INTS, 0x0000ffff));
        IntVector half = INT_VECTOR.cast(IntVector.broadcast(INTS, 0x8000));
        IntVector magnitudeOfUpper = INT_VECTOR.cast(IntVector.broadcast(INTS, 0x7fff0000));
        // The last bit of this is that of a subnormal code, and its lower half is zero.
        FloatVector shifter = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, 0x1p14f));
        ShortVector withoutSign = SHORT_VECTOR.cast(ShortVector.broadcast(SHORTS, 0x7fff));
        ShortVector signOfCode = SHORT_VECTOR.cast(ShortVector.broadcast(SHORTS, 0x80));
        ShortVector largest = SHORT_VECTOR.cast(ShortVector.broadcast(SHORTS, brain(Float8.LARGEST_E4M3)));
        ShortVector smallestNormal =
                SHORT_VECTOR.cast(ShortVector.broadcast(SHORTS, brain(Float8.SMALLEST_NORMAL_E4M3)));
        ShortVector one = SHORT_VECTOR.cast(ShortVector.broadcast(SHORTS, 1));
        // Rounds to three bits, and takes the difference of the biases off.
        ShortVector rebias = SHORT_VECTOR.cast(ShortVector.broadcast(SHORTS, 7 - ((127 - 7) << 7)));
        for (int unit = 0; unit < units; unit++) {
            FloatVector factor = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, 1f / scales[unit]));
            for (int step = 0; step < GroupKernels.UNIT / BRAIN_LANES; step++) {
                int i = unit * GroupKernels.UNIT + step * BRAIN_LANES;
                ByteVector loaded = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, byteOffset + 2 * i));
                IntVector pair = INT_VECTOR.cast(loaded.reinterpretAsInts());
                FloatVector x = FLOAT_VECTOR.cast(
                        INT_VECTOR.cast(pair.lanewise(LSHL, 16)).reinterpretAsFloats());
                FloatVector y = FLOAT_VECTOR.cast(pair.and(upperHalf).reinterpretAsFloats());
                IntVector first =
                        INT_VECTOR.cast(x.mul(factor).reinterpretAsInts()).add(half);
                IntVector second =
                        INT_VECTOR.cast(y.mul(factor).reinterpretAsInts()).add(half);
                FloatVector firstMagnitude =
                        FLOAT_VECTOR.cast(first.and(magnitudeOfUpper).reinterpretAsFloats());
                FloatVector secondMagnitude =
                        FLOAT_VECTOR.cast(second.and(magnitudeOfUpper).reinterpretAsFloats());
                IntVector firstShifted =
                        INT_VECTOR.cast(firstMagnitude.add(shifter).reinterpretAsInts());
                IntVector secondShifted =
                        INT_VECTOR.cast(secondMagnitude.add(shifter).reinterpretAsInts());
                ShortVector subnormal = SHORT_VECTOR.cast(firstShifted
                        .and(lowerHalf)
                        .or(INT_VECTOR.cast(secondShifted.lanewise(LSHL, 16)))
                        .reinterpretAsShorts());
                ShortVector brains = SHORT_VECTOR.cast(INT_VECTOR
                        .cast(first.lanewise(LSHR, 16))
                        .or(second.and(upperHalf))
                        .reinterpretAsShorts());
                ShortVector magnitude = brains.and(withoutSign).min(largest);
                ShortVector odd = SHORT_VECTOR.cast(magnitude.lanewise(LSHR, 4)).and(one);
                ShortVector normal =
                        SHORT_VECTOR.cast(magnitude.add(rebias).add(odd).lanewise(LSHR, 4));
                ShortVector isSubnormal =
                        SHORT_VECTOR.cast(magnitude.sub(smallestNormal).lanewise(ASHR, 15));
                ShortVector difference =
                        SHORT_VECTOR.cast(normal.lanewise(XOR, subnormal)).and(isSubnormal);
                ShortVector code = SHORT_VECTOR
                        .cast(normal.lanewise(XOR, difference))
                        .or(SHORT_VECTOR.cast(brains.lanewise(LSHR, 8)).and(signOfCode));
                HALF_BYTE_VECTOR.cast(code.convertShape(S2B, HALF_BYTES, 0)).intoArray(codes, codeOffset + i);
            }
        }
    }

    private static void group(byte[] stored, int byteOffset, int length, float inverse, byte[] codes, int codeOffset) {
        IntVector upperHalf = INT_VECTOR.cast(IntVector.broadcast(INTS, 0xffff0000));
        IntVector lowerHalf = INT_VECTOR.cast(IntVector.broadcast(INTS, 0x0000ffff));
        IntVector half = INT_VECTOR.cast(IntVector.broadcast(INTS, 0x8000));
        IntVector magnitudeOfUpper = INT_VECTOR.cast(IntVector.broadcast(INTS, 0x7fff0000));
        // The last bit of this is that of a subnormal code, and its lower half is zero.
        FloatVector shifter = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, 0x1p14f));
        ShortVector withoutSign = SHORT_VECTOR.cast(ShortVector.broadcast(SHORTS, 0x7fff));
        ShortVector signOfCode = SHORT_VECTOR.cast(ShortVector.broadcast(SHORTS, 0x80));
        ShortVector largest = SHORT_VECTOR.cast(ShortVector.broadcast(SHORTS, brain(Float8.LARGEST_E4M3)));
        ShortVector smallestNormal =
                SHORT_VECTOR.cast(ShortVector.broadcast(SHORTS, brain(Float8.SMALLEST_NORMAL_E4M3)));
        ShortVector one = SHORT_VECTOR.cast(ShortVector.broadcast(SHORTS, 1));
        // Rounds to three bits, and takes the difference of the biases off.
        ShortVector rebias = SHORT_VECTOR.cast(ShortVector.broadcast(SHORTS, 7 - ((127 - 7) << 7)));
        FloatVector factor = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, inverse));
        for (int i = 0; i < length; i += BRAIN_LANES) {
            ByteVector loaded = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, byteOffset + 2 * i));
            IntVector pair = INT_VECTOR.cast(loaded.reinterpretAsInts());
            FloatVector x =
                    FLOAT_VECTOR.cast(INT_VECTOR.cast(pair.lanewise(LSHL, 16)).reinterpretAsFloats());
            FloatVector y = FLOAT_VECTOR.cast(pair.and(upperHalf).reinterpretAsFloats());
            IntVector first = INT_VECTOR.cast(x.mul(factor).reinterpretAsInts()).add(half);
            IntVector second =
                    INT_VECTOR.cast(y.mul(factor).reinterpretAsInts()).add(half);
            FloatVector firstMagnitude =
                    FLOAT_VECTOR.cast(first.and(magnitudeOfUpper).reinterpretAsFloats());
            FloatVector secondMagnitude =
                    FLOAT_VECTOR.cast(second.and(magnitudeOfUpper).reinterpretAsFloats());
            IntVector firstShifted = INT_VECTOR.cast(firstMagnitude.add(shifter).reinterpretAsInts());
            IntVector secondShifted =
                    INT_VECTOR.cast(secondMagnitude.add(shifter).reinterpretAsInts());
            ShortVector subnormal = SHORT_VECTOR.cast(firstShifted
                    .and(lowerHalf)
                    .or(INT_VECTOR.cast(secondShifted.lanewise(LSHL, 16)))
                    .reinterpretAsShorts());
            ShortVector brains = SHORT_VECTOR.cast(INT_VECTOR
                    .cast(first.lanewise(LSHR, 16))
                    .or(second.and(upperHalf))
                    .reinterpretAsShorts());
            ShortVector magnitude = brains.and(withoutSign).min(largest);
            ShortVector odd = SHORT_VECTOR.cast(magnitude.lanewise(LSHR, 4)).and(one);
            ShortVector normal =
                    SHORT_VECTOR.cast(magnitude.add(rebias).add(odd).lanewise(LSHR, 4));
            ShortVector isSubnormal =
                    SHORT_VECTOR.cast(magnitude.sub(smallestNormal).lanewise(ASHR, 15));
            ShortVector difference =
                    SHORT_VECTOR.cast(normal.lanewise(XOR, subnormal)).and(isSubnormal);
            ShortVector code = SHORT_VECTOR
                    .cast(normal.lanewise(XOR, difference))
                    .or(SHORT_VECTOR.cast(brains.lanewise(LSHR, 8)).and(signOfCode));
            HALF_BYTE_VECTOR.cast(code.convertShape(S2B, HALF_BYTES, 0)).intoArray(codes, codeOffset + i);
        }
    }

    /** The bits of a float that is a bfloat16. */
    private static short brain(float value) {
        return (short) (Float.floatToRawIntBits(value) >>> 16);
    }
}
