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
import static jdk.incubator.vector.VectorOperators.B2I;
import static jdk.incubator.vector.VectorOperators.I2B;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.I2S;
import static jdk.incubator.vector.VectorOperators.LSHL;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/** The codes of eight bits of bitsandbytes on vectors. What does not fill a vector at the end is left to the plain loops. */
final class VectorEightBit implements EightBitKernels {
    private static final int FLOAT_LANES = FLOATS.length();
    private static final int BRAIN_LANES = SHORTS.length();

    /** Codes that one load or store moves: those of one vector of floats, or twice that at 128 bits. */
    private static final int MOVED_CODES = QUARTER_BYTES.length();

    /** Every bit of the exponent of a float. */
    private static final int EXPONENT = 0x7f800000;

    private final EightBitKernels scalar = new ScalarEightBit();

    @Override
    public void dynamic(
            float[] values, int offset, int count, int block, float[] maxima, byte[] codes, int codeOffset) {
        VectorDynamicType.codes(values, offset, count, block, maxima, codes, codeOffset);
    }

    @Override
    public void row(float[] values, int offset, int count, float factor, byte[] codes, int codeOffset) {
        FloatVector multiplier = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, factor));
        FloatVector rounder = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, ROUNDER));
        IntVector exponents = INT_VECTOR.cast(IntVector.broadcast(INTS, EXPONENT));
        IntVector least = INT_VECTOR.cast(IntVector.broadcast(INTS, ScalarEightBit.LEAST_EXPONENT));
        IntVector raise = INT_VECTOR.cast(IntVector.broadcast(INTS, ScalarEightBit.SPREAD));
        int done = 0;
        for (; done + MOVED_CODES <= count; done += FLOAT_LANES) {
            FloatVector loaded = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, values, offset + done));
            IntVector exponent = INT_VECTOR
                    .cast(loaded.reinterpretAsInts())
                    .and(exponents)
                    .max(least)
                    .add(raise);
            FloatVector spread = FLOAT_VECTOR.cast(exponent.reinterpretAsFloats());
            FloatVector half = loaded.add(spread).sub(spread);
            IntVector code = INT_VECTOR.cast(half.mul(multiplier).add(rounder).reinterpretAsInts());
            QUARTER_BYTE_VECTOR.cast(code.convertShape(I2B, QUARTER_BYTES, 0)).intoArray(codes, codeOffset + done);
        }
        scalar.row(values, offset + done, count - done, factor, codes, codeOffset + done);
    }

    /** Elements come in pairs, one int lane each: the first in the lower half, the second in the upper one. */
    @Override
    public void rowOfBrain(byte[] stored, int byteOffset, int count, float factor, byte[] codes, int codeOffset) {
        FloatVector multiplier = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, factor));
        FloatVector rounder = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, ROUNDER));
        IntVector exponents = INT_VECTOR.cast(IntVector.broadcast(INTS, EXPONENT));
        IntVector least = INT_VECTOR.cast(IntVector.broadcast(INTS, ScalarEightBit.LEAST_EXPONENT));
        IntVector raise = INT_VECTOR.cast(IntVector.broadcast(INTS, ScalarEightBit.SPREAD));
        IntVector upperHalf = INT_VECTOR.cast(IntVector.broadcast(INTS, 0xffff0000));
        IntVector lowestByte = INT_VECTOR.cast(IntVector.broadcast(INTS, 0xff));
        int done = 0;
        for (; done + BRAIN_LANES <= count; done += BRAIN_LANES) {
            ByteVector loaded = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, byteOffset + 2 * done));
            IntVector pair = INT_VECTOR.cast(loaded.reinterpretAsInts());
            IntVector x = INT_VECTOR.cast(pair.lanewise(LSHL, 16));
            IntVector y = pair.and(upperHalf);
            IntVector xExponent = x.and(exponents).max(least).add(raise);
            IntVector yExponent = y.and(exponents).max(least).add(raise);
            FloatVector xSpread = FLOAT_VECTOR.cast(xExponent.reinterpretAsFloats());
            FloatVector ySpread = FLOAT_VECTOR.cast(yExponent.reinterpretAsFloats());
            FloatVector xHalf =
                    FLOAT_VECTOR.cast(x.reinterpretAsFloats()).add(xSpread).sub(xSpread);
            FloatVector yHalf =
                    FLOAT_VECTOR.cast(y.reinterpretAsFloats()).add(ySpread).sub(ySpread);
            IntVector first = INT_VECTOR.cast(xHalf.mul(multiplier).add(rounder).reinterpretAsInts());
            IntVector second =
                    INT_VECTOR.cast(yHalf.mul(multiplier).add(rounder).reinterpretAsInts());
            IntVector both = first.and(lowestByte).or(INT_VECTOR.cast(second.lanewise(LSHL, 8)));
            ShortVector narrowed = HALF_SHORT_VECTOR.cast(both.convertShape(I2S, HALF_SHORTS, 0));
            HALF_BYTE_VECTOR.cast(narrowed.reinterpretAsBytes()).intoArray(codes, codeOffset + done);
        }
        scalar.rowOfBrain(stored, byteOffset + 2 * done, count - done, factor, codes, codeOffset + done);
    }

    @Override
    public void rowValues(
            byte[] codes, int codeOffset, int count, float maximum, float step, float[] values, int offset) {
        FloatVector first = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, maximum));
        FloatVector second = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, step));
        int done = 0;
        for (; done + MOVED_CODES <= count; done += FLOAT_LANES) {
            ByteVector loaded = QUARTER_BYTE_VECTOR.cast(ByteVector.fromArray(QUARTER_BYTES, codes, codeOffset + done));
            IntVector code = INT_VECTOR.cast(loaded.convertShape(B2I, INTS, 0));
            FloatVector whole = FLOAT_VECTOR.cast(code.convertShape(I2F, FLOATS, 0));
            whole.mul(first).mul(second).intoArray(values, offset + done);
        }
        scalar.rowValues(codes, codeOffset + done, count - done, maximum, step, values, offset + done);
    }
}
