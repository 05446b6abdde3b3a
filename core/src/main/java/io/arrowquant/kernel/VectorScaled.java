package io.arrowquant.kernel;

import static io.arrowquant.kernel.ScalarInteger.ROUNDER;
import static io.arrowquant.kernel.VectorShapes.FLOATS;
import static io.arrowquant.kernel.VectorShapes.FLOAT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.INTS;
import static io.arrowquant.kernel.VectorShapes.INT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.QUARTER_BYTES;
import static io.arrowquant.kernel.VectorShapes.QUARTER_BYTE_VECTOR;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2B;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.XOR;

import io.arrowquant.tensor.DataType;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Scaled codes on vectors. Rounding to bfloat16 or half precision is done on the bits of a float: a little less than half
 * of the last bit kept is added, or exactly half where that bit is one, and what is below it is cut off. For float32 there
 * is nothing to add and nothing to cut. Numbers that are subnormal in half precision keep a few bits more than they
 * should, but the codes of all of them are zero.
 */
final class VectorScaled implements ScaledKernels {
    private static final int LANES = FLOATS.length();

    private final ScaledKernels scalar = new ScalarScaled();

    /** Codes that one store writes: those of one vector, or twice that at 128 bits. */
    private static final int STORED_CODES = QUARTER_BYTES.length();

    private static final int MAGNITUDE = 0x7fffffff;

    /** Bits of a float that a type has no room for. */
    private static int droppedBits(DataType precision) {
        return switch (precision) {
            case BF16 -> 16;
            case F16 -> 13;
            default -> 0;
        };
    }

    /** What is added before bits are dropped. */
    private static int almostHalf(int droppedBits) {
        return droppedBits == 0 ? 0 : (1 << (droppedBits - 1)) - 1;
    }

    /** Elements at the front of a group that are done in vectors. */
    private static int wholeVectors(int length) {
        int vectors = Math.max(0, (length - STORED_CODES) / LANES + 1);
        return length < STORED_CODES ? 0 : vectors * LANES;
    }

    @Override
    public void wholeNumbers(
            float[] values,
            int offset,
            int groups,
            int length,
            DataType precision,
            float[] scales,
            float[] zeroPoints,
            int lowest,
            int highest,
            byte[] codes,
            int codeOffset) {
        int whole = wholeVectors(length);
        if (zeroPoints == null) {
            symmetric(values, offset, groups, length, precision, scales, lowest, highest, codes, codeOffset);
        } else {
            asymmetric(
                    values, offset, groups, length, precision, scales, zeroPoints, lowest, highest, codes, codeOffset);
        }
        ScalarScaled.ends(
                values,
                offset,
                groups,
                length,
                whole,
                precision,
                scales,
                zeroPoints,
                lowest,
                highest,
                codes,
                codeOffset);
    }

    private static void symmetric(
            float[] values,
            int offset,
            int groups,
            int length,
            DataType precision,
            float[] scales,
            int lowest,
            int highest,
            byte[] codes,
            int codeOffset) {
        int dropped = droppedBits(precision);
        int whole = wholeVectors(length);
        IntVector almostHalf = INT_VECTOR.cast(IntVector.broadcast(INTS, almostHalf(dropped)));
        IntVector lastBit = INT_VECTOR.cast(IntVector.broadcast(INTS, dropped == 0 ? 0 : 1));
        IntVector kept = INT_VECTOR.cast(IntVector.broadcast(INTS, -1 << dropped));
        FloatVector rounder = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, ROUNDER));
        IntVector base = INT_VECTOR.cast(IntVector.broadcast(INTS, Float.floatToRawIntBits(ROUNDER) + lowest));
        IntVector zero = INT_VECTOR.cast(IntVector.zero(INTS));
        IntVector top = INT_VECTOR.cast(IntVector.broadcast(INTS, highest - lowest));
        for (int group = 0; group < groups; group++) {
            FloatVector divisor = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, scales[group]));
            int begin = group * length;
            for (int i = begin; i < begin + whole; i += LANES) {
                FloatVector x = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, values, offset + i));
                IntVector bits = INT_VECTOR.cast(x.div(divisor).reinterpretAsInts());
                IntVector odd = INT_VECTOR.cast(bits.lanewise(LSHR, dropped)).and(lastBit);
                FloatVector scaled = FLOAT_VECTOR.cast(
                        bits.add(almostHalf).add(odd).and(kept).reinterpretAsFloats());
                IntVector code = INT_VECTOR
                        .cast(scaled.add(rounder).reinterpretAsInts())
                        .sub(base)
                        .max(zero)
                        .min(top);
                QUARTER_BYTE_VECTOR
                        .cast(code.convertShape(I2B, QUARTER_BYTES, 0))
                        .intoArray(codes, codeOffset + i);
            }
        }
    }

    private static void asymmetric(
            float[] values,
            int offset,
            int groups,
            int length,
            DataType precision,
            float[] scales,
            float[] zeroPoints,
            int lowest,
            int highest,
            byte[] codes,
            int codeOffset) {
        int dropped = droppedBits(precision);
        int whole = wholeVectors(length);
        IntVector almostHalf = INT_VECTOR.cast(IntVector.broadcast(INTS, almostHalf(dropped)));
        IntVector lastBit = INT_VECTOR.cast(IntVector.broadcast(INTS, dropped == 0 ? 0 : 1));
        IntVector kept = INT_VECTOR.cast(IntVector.broadcast(INTS, -1 << dropped));
        FloatVector rounder = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, ROUNDER));
        IntVector base = INT_VECTOR.cast(IntVector.broadcast(INTS, Float.floatToRawIntBits(ROUNDER) + lowest));
        IntVector zero = INT_VECTOR.cast(IntVector.zero(INTS));
        IntVector top = INT_VECTOR.cast(IntVector.broadcast(INTS, highest - lowest));
        for (int group = 0; group < groups; group++) {
            FloatVector divisor = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, scales[group]));
            FloatVector zeroPoint = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, zeroPoints[group]));
            int begin = group * length;
            for (int i = begin; i < begin + whole; i += LANES) {
                FloatVector x = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, values, offset + i));
                IntVector bits = INT_VECTOR.cast(x.div(divisor).reinterpretAsInts());
                IntVector odd = INT_VECTOR.cast(bits.lanewise(LSHR, dropped)).and(lastBit);
                FloatVector scaled = FLOAT_VECTOR.cast(
                        bits.add(almostHalf).add(odd).and(kept).reinterpretAsFloats());
                IntVector sum = INT_VECTOR.cast(scaled.add(zeroPoint).reinterpretAsInts());
                odd = INT_VECTOR.cast(sum.lanewise(LSHR, dropped)).and(lastBit);
                FloatVector moved =
                        FLOAT_VECTOR.cast(sum.add(almostHalf).add(odd).and(kept).reinterpretAsFloats());
                IntVector code = INT_VECTOR
                        .cast(moved.add(rounder).reinterpretAsInts())
                        .sub(base)
                        .max(zero)
                        .min(top);
                QUARTER_BYTE_VECTOR
                        .cast(code.convertShape(I2B, QUARTER_BYTES, 0))
                        .intoArray(codes, codeOffset + i);
            }
        }
    }

    /** See {@link Float8#toE4M3}, which does the same to one number. */
    @Override
    public void float8(
            float[] values,
            int offset,
            int groups,
            int length,
            DataType precision,
            float[] scales,
            byte[] codes,
            int codeOffset) {
        int dropped = droppedBits(precision);
        int whole = wholeVectors(length);
        IntVector almostHalf = INT_VECTOR.cast(IntVector.broadcast(INTS, almostHalf(dropped)));
        IntVector lastBit = INT_VECTOR.cast(IntVector.broadcast(INTS, dropped == 0 ? 0 : 1));
        IntVector kept = INT_VECTOR.cast(IntVector.broadcast(INTS, -1 << dropped));
        IntVector one = INT_VECTOR.cast(IntVector.broadcast(INTS, 1));
        IntVector withoutSign = INT_VECTOR.cast(IntVector.broadcast(INTS, MAGNITUDE));
        IntVector signOfCode = INT_VECTOR.cast(IntVector.broadcast(INTS, 0x80));
        IntVector largest = INT_VECTOR.cast(IntVector.broadcast(INTS, Float.floatToRawIntBits(Float8.LARGEST_E4M3)));
        IntVector smallestNormal =
                INT_VECTOR.cast(IntVector.broadcast(INTS, Float.floatToRawIntBits(Float8.SMALLEST_NORMAL_E4M3)));
        FloatVector shifter = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, 0x1p14f));
        IntVector shifterBits = INT_VECTOR.cast(IntVector.broadcast(INTS, Float.floatToRawIntBits(0x1p14f)));
        // Rounds to three bits, and takes the difference of the biases off.
        IntVector rebias = INT_VECTOR.cast(IntVector.broadcast(INTS, 0x7ffff - ((127 - 7) << 23)));
        for (int group = 0; group < groups; group++) {
            FloatVector divisor = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, scales[group]));
            int begin = group * length;
            for (int i = begin; i < begin + whole; i += LANES) {
                FloatVector x = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, values, offset + i));
                IntVector quotient = INT_VECTOR.cast(x.div(divisor).reinterpretAsInts());
                IntVector odd =
                        INT_VECTOR.cast(quotient.lanewise(LSHR, dropped)).and(lastBit);
                IntVector bits = quotient.add(almostHalf).add(odd).and(kept);
                IntVector magnitude = bits.and(withoutSign).min(largest);
                odd = INT_VECTOR.cast(magnitude.lanewise(LSHR, 20)).and(one);
                IntVector normal =
                        INT_VECTOR.cast(magnitude.add(rebias).add(odd).lanewise(LSHR, 20));
                FloatVector shifted =
                        FLOAT_VECTOR.cast(magnitude.reinterpretAsFloats()).add(shifter);
                IntVector subnormal =
                        INT_VECTOR.cast(shifted.reinterpretAsInts()).sub(shifterBits);
                IntVector isSubnormal =
                        INT_VECTOR.cast(magnitude.sub(smallestNormal).lanewise(ASHR, 31));
                IntVector difference =
                        INT_VECTOR.cast(normal.lanewise(XOR, subnormal)).and(isSubnormal);
                IntVector code = INT_VECTOR
                        .cast(normal.lanewise(XOR, difference))
                        .or(INT_VECTOR.cast(bits.lanewise(LSHR, 24)).and(signOfCode));
                QUARTER_BYTE_VECTOR
                        .cast(code.convertShape(I2B, QUARTER_BYTES, 0))
                        .intoArray(codes, codeOffset + i);
            }
        }
        ScalarScaled.endsAsFloat8(values, offset, groups, length, whole, precision, scales, codes, codeOffset);
    }

    /** The same with one bit of fraction, whose normal numbers begin at one and whose bias is one. */
    @Override
    public void float4(
            float[] values,
            int offset,
            int groups,
            int length,
            DataType precision,
            float[] scales,
            byte[] codes,
            int codeOffset) {
        int dropped = droppedBits(precision);
        int whole = wholeVectors(length);
        IntVector almostHalf = INT_VECTOR.cast(IntVector.broadcast(INTS, almostHalf(dropped)));
        IntVector lastBit = INT_VECTOR.cast(IntVector.broadcast(INTS, dropped == 0 ? 0 : 1));
        IntVector kept = INT_VECTOR.cast(IntVector.broadcast(INTS, -1 << dropped));
        IntVector one = INT_VECTOR.cast(IntVector.broadcast(INTS, 1));
        IntVector withoutSign = INT_VECTOR.cast(IntVector.broadcast(INTS, MAGNITUDE));
        IntVector signOfCode = INT_VECTOR.cast(IntVector.broadcast(INTS, 8));
        // In half precision this and what is below it are zero.
        IntVector zero = INT_VECTOR.cast(
                IntVector.broadcast(INTS, precision == DataType.F16 ? Float.floatToRawIntBits(0x1p-25f) : 0));
        IntVector largest = INT_VECTOR.cast(IntVector.broadcast(INTS, Float.floatToRawIntBits(6f)));
        IntVector smallestNormal = INT_VECTOR.cast(IntVector.broadcast(INTS, Float.floatToRawIntBits(1f)));
        FloatVector shifter = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, 0x1p22f));
        IntVector shifterBits = INT_VECTOR.cast(IntVector.broadcast(INTS, Float.floatToRawIntBits(0x1p22f)));
        IntVector rebias = INT_VECTOR.cast(IntVector.broadcast(INTS, 0x1fffff - ((127 - 1) << 23)));
        for (int group = 0; group < groups; group++) {
            FloatVector divisor = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, scales[group]));
            int begin = group * length;
            for (int i = begin; i < begin + whole; i += LANES) {
                FloatVector x = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, values, offset + i));
                IntVector quotient = INT_VECTOR.cast(x.div(divisor).reinterpretAsInts());
                IntVector odd =
                        INT_VECTOR.cast(quotient.lanewise(LSHR, dropped)).and(lastBit);
                IntVector bits = quotient.add(almostHalf).add(odd).and(kept);
                IntVector unsigned = bits.and(withoutSign);
                IntVector sign = INT_VECTOR
                        .cast(bits.and(zero.sub(unsigned)).lanewise(LSHR, 28))
                        .and(signOfCode);
                IntVector magnitude = unsigned.min(largest);
                odd = INT_VECTOR.cast(magnitude.lanewise(LSHR, 22)).and(one);
                IntVector normal =
                        INT_VECTOR.cast(magnitude.add(rebias).add(odd).lanewise(LSHR, 22));
                FloatVector shifted =
                        FLOAT_VECTOR.cast(magnitude.reinterpretAsFloats()).add(shifter);
                IntVector subnormal =
                        INT_VECTOR.cast(shifted.reinterpretAsInts()).sub(shifterBits);
                IntVector isSubnormal =
                        INT_VECTOR.cast(magnitude.sub(smallestNormal).lanewise(ASHR, 31));
                IntVector difference =
                        INT_VECTOR.cast(normal.lanewise(XOR, subnormal)).and(isSubnormal);
                IntVector code =
                        INT_VECTOR.cast(normal.lanewise(XOR, difference)).or(sign);
                QUARTER_BYTE_VECTOR
                        .cast(code.convertShape(I2B, QUARTER_BYTES, 0))
                        .intoArray(codes, codeOffset + i);
            }
        }
        ScalarScaled.endsAsFloat4(values, offset, groups, length, whole, precision, scales, codes, codeOffset);
    }

    @Override
    public void wholeNumbersOfBrain(
            byte[] stored,
            int byteOffset,
            int groups,
            int length,
            float[] scales,
            float[] zeroPoints,
            int lowest,
            int highest,
            byte[] codes,
            int codeOffset) {
        if (zeroPoints == null) {
            VectorScaledBrains.symmetric(
                    stored, byteOffset, groups, length, scales, lowest, highest, codes, codeOffset);
        } else {
            VectorScaledBrains.asymmetric(
                    stored, byteOffset, groups, length, scales, zeroPoints, lowest, highest, codes, codeOffset);
        }
    }

    @Override
    public boolean nibblesOfBrain(
            byte[] stored, int byteOffset, int groups, int length, float[] scales, byte[] packed, int packedOffset) {
        if (length % SymmetricFactors.SPAN != 0 || VectorGroups.WRITES_BEYOND) {
            return false;
        }
        VectorScaledSpans.nibbles(stored, byteOffset, groups, length, scales, packed, packedOffset);
        return true;
    }

    @Override
    public void float8OfBrain(
            byte[] stored, int byteOffset, int groups, int length, float[] scales, byte[] codes, int codeOffset) {
        VectorBrainFloat8.encode(stored, byteOffset, groups, length, scales, codes, codeOffset);
    }

    @Override
    public boolean float8OfStored(
            byte[] stored, int byteOffset, int groups, int length, float[] scales, byte[] codes, int codeOffset) {
        if (VectorStoredFloat8.FITS) {
            VectorStoredFloat8.encode(stored, byteOffset, groups, length, scales, codes, codeOffset);
        }
        return VectorStoredFloat8.FITS;
    }

    @Override
    public void values(
            byte[] codes,
            int codeOffset,
            int count,
            int shift,
            float scale,
            DataType precision,
            float[] values,
            int offset) {
        // Subnormal numbers of half precision have fewer bits than dropping some leaves.
        int done = precision == DataType.F16
                ? 0
                : VectorScaledValues.values(
                        codes, codeOffset, count, shift, scale, droppedBits(precision), values, offset);
        scalar.values(codes, codeOffset + done, count - done, shift, scale, precision, values, offset + done);
    }

    @Override
    public boolean valuesOfNibbles(
            byte[] packed,
            int packedOffset,
            int groups,
            int length,
            float[] scales,
            DataType precision,
            float[] values,
            int offset) {
        if (precision == DataType.F16 || !VectorStoredNibbles.FITS) {
            return false;
        }
        VectorSpanValues.scaledNibbles(
                packed, packedOffset, groups, length, scales, droppedBits(precision), values, offset);
        return true;
    }

    @Override
    public void scale(float[] values, int offset, int count, float scale, DataType precision) {
        int done = precision == DataType.F16
                ? 0
                : VectorScaledValues.scale(values, offset, count, scale, droppedBits(precision));
        scalar.scale(values, offset + done, count - done, scale, precision);
    }
}
