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

/** Integer quantization on vectors. What does not fill a vector at the end is left to the plain loops. */
final class VectorInteger implements IntegerKernels {
    private static final int FLOAT_LANES = FLOATS.length();
    private static final int BRAIN_LANES = SHORTS.length();

    /** Codes that one store writes: those of one vector of floats, or twice that at 128 bits. */
    private static final int STORED_CODES = QUARTER_BYTES.length();

    /** The bits of the rounder; a whole number added to the rounder as a float adds to its bits. */
    private static final int ROUNDER_BITS = Float.floatToRawIntBits(ROUNDER);

    /** Scales up to here cannot take (code - zeroPoint) * scale beyond the largest float. */
    private static final float LARGEST_PLAIN_SCALE = Float.MAX_VALUE / 1024;

    private static final float LARGEST_PLAIN_ZERO_POINT = 512;

    private final IntegerKernels scalar = new ScalarInteger();

    @Override
    public boolean range(float[] values, int offset, int count, float[] range) {
        return VectorRanges.range(values, offset, count, range);
    }

    @Override
    public boolean rangeOfBrain(byte[] stored, int byteOffset, int count, float[] range) {
        return VectorRanges.rangeOfBrain(stored, byteOffset, count, range);
    }

    @Override
    public void encode(
            float[] values,
            int offset,
            int count,
            float scale,
            float lowest,
            float highest,
            float zeroPoint,
            byte[] codes,
            int codeOffset) {
        FloatVector divisor = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, scale));
        FloatVector rounder = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, ROUNDER));
        IntVector base = INT_VECTOR.cast(IntVector.broadcast(INTS, ROUNDER_BITS - (int) zeroPoint));
        IntVector lowestCode = INT_VECTOR.cast(IntVector.broadcast(INTS, (int) (lowest + zeroPoint)));
        IntVector highestCode = INT_VECTOR.cast(IntVector.broadcast(INTS, (int) (highest + zeroPoint)));
        int done = 0;
        for (; done + STORED_CODES <= count; done += FLOAT_LANES) {
            FloatVector loaded = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, values, offset + done));
            FloatVector rounded = loaded.div(divisor).add(rounder);
            IntVector code = INT_VECTOR
                    .cast(rounded.reinterpretAsInts())
                    .sub(base)
                    .max(lowestCode)
                    .min(highestCode);
            QUARTER_BYTE_VECTOR.cast(code.convertShape(I2B, QUARTER_BYTES, 0)).intoArray(codes, codeOffset + done);
        }
        scalar.encode(values, offset + done, count - done, scale, lowest, highest, zeroPoint, codes, codeOffset + done);
    }

    /** Elements come in pairs, one int lane each: the first in the lower half, the second in the upper one. */
    @Override
    public void encodeBrain(
            byte[] stored,
            int byteOffset,
            int count,
            float scale,
            float lowest,
            float highest,
            float zeroPoint,
            byte[] codes,
            int codeOffset) {
        FloatVector divisor = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, scale));
        FloatVector rounder = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, ROUNDER));
        IntVector base = INT_VECTOR.cast(IntVector.broadcast(INTS, ROUNDER_BITS - (int) zeroPoint));
        IntVector lowestCode = INT_VECTOR.cast(IntVector.broadcast(INTS, (int) (lowest + zeroPoint)));
        IntVector highestCode = INT_VECTOR.cast(IntVector.broadcast(INTS, (int) (highest + zeroPoint)));
        IntVector upperHalf = INT_VECTOR.cast(IntVector.broadcast(INTS, 0xffff0000));
        int done = 0;
        for (; done + BRAIN_LANES <= count; done += BRAIN_LANES) {
            ByteVector loaded = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, byteOffset + 2 * done));
            IntVector pair = INT_VECTOR.cast(loaded.reinterpretAsInts());
            FloatVector first =
                    FLOAT_VECTOR.cast(INT_VECTOR.cast(pair.lanewise(LSHL, 16)).reinterpretAsFloats());
            FloatVector second = FLOAT_VECTOR.cast(pair.and(upperHalf).reinterpretAsFloats());
            FloatVector firstRounded = first.div(divisor).add(rounder);
            FloatVector secondRounded = second.div(divisor).add(rounder);
            IntVector firstCode = INT_VECTOR
                    .cast(firstRounded.reinterpretAsInts())
                    .sub(base)
                    .max(lowestCode)
                    .min(highestCode);
            IntVector secondCode = INT_VECTOR
                    .cast(secondRounded.reinterpretAsInts())
                    .sub(base)
                    .max(lowestCode)
                    .min(highestCode);
            IntVector both = firstCode.or(INT_VECTOR.cast(secondCode.lanewise(LSHL, 8)));
            ShortVector narrowed = HALF_SHORT_VECTOR.cast(both.convertShape(I2S, HALF_SHORTS, 0));
            HALF_BYTE_VECTOR.cast(narrowed.reinterpretAsBytes()).intoArray(codes, codeOffset + done);
        }
        scalar.encodeBrain(
                stored,
                byteOffset + 2 * done,
                count - done,
                scale,
                lowest,
                highest,
                zeroPoint,
                codes,
                codeOffset + done);
    }

    @Override
    public void decode(
            byte[] codes, int codeOffset, int count, float scale, float zeroPoint, float[] values, int offset) {
        int done = 0;
        // Written so that NaN takes the other way.
        if (Math.abs(scale) <= LARGEST_PLAIN_SCALE && Math.abs(zeroPoint) <= LARGEST_PLAIN_ZERO_POINT) {
            FloatVector zero = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, zeroPoint));
            FloatVector factor = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, scale));
            IntVector lowestByte = INT_VECTOR.cast(IntVector.broadcast(INTS, 0xff));
            for (; done + STORED_CODES <= count; done += FLOAT_LANES) {
                ByteVector loaded =
                        QUARTER_BYTE_VECTOR.cast(ByteVector.fromArray(QUARTER_BYTES, codes, codeOffset + done));
                IntVector code =
                        INT_VECTOR.cast(loaded.convertShape(B2I, INTS, 0)).and(lowestByte);
                FloatVector whole = FLOAT_VECTOR.cast(code.convertShape(I2F, FLOATS, 0));
                whole.sub(zero).mul(factor).intoArray(values, offset + done);
            }
        }
        scalar.decode(codes, codeOffset + done, count - done, scale, zeroPoint, values, offset + done);
    }

    @Override
    public void pack(byte[] codes, int codeOffset, int count, int bits, byte[] packed, int packedOffset) {
        int done = 0;
        if (bits == 4) {
            done = VectorPacking.pack4(codes, codeOffset, count, packed, packedOffset);
        } else if (bits == 2) {
            done = VectorPacking.pack2(codes, codeOffset, count, packed, packedOffset);
        }
        scalar.pack(codes, codeOffset + done, count - done, bits, packed, packedOffset + done * bits / 8);
    }

    @Override
    public void unpack(byte[] packed, int packedOffset, int bits, byte[] codes, int codeOffset, int count) {
        int done = 0;
        if (bits == 4) {
            done = VectorPacking.unpack4(packed, packedOffset, codes, codeOffset, count);
        } else if (bits == 2) {
            done = VectorPacking.unpack2(packed, packedOffset, codes, codeOffset, count);
        }
        scalar.unpack(packed, packedOffset + done * bits / 8, bits, codes, codeOffset + done, count - done);
    }
}
