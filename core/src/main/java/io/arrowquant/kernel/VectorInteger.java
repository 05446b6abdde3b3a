package io.arrowquant.kernel;

import static io.arrowquant.kernel.ScalarInteger.BRAIN_INFINITY;
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
import static io.arrowquant.kernel.VectorShapes.SHORT_VECTOR;
import static jdk.incubator.vector.VectorOperators.B2I;
import static jdk.incubator.vector.VectorOperators.I2B;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.I2S;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.MAX;
import static jdk.incubator.vector.VectorOperators.XOR;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/** Integer quantization on vectors. What does not fill a vector at the end is left to the plain loops. */
final class VectorInteger implements IntegerKernels {
    private static final int FLOAT_LANES = FLOATS.length();
    private static final int BRAIN_LANES = SHORTS.length();
    private static final int SIGN = 0x80000000;
    private static final int INFINITY = 0x7f800000;

    /** Codes that one store writes: those of one vector of floats, or twice that at 128 bits. */
    private static final int STORED_CODES = QUARTER_BYTES.length();

    /** The bits of the rounder; a whole number added to the rounder as a float adds to its bits. */
    private static final int ROUNDER_BITS = Float.floatToRawIntBits(ROUNDER);

    /** Scales up to here cannot take (code - zeroPoint) * scale beyond the largest float. */
    private static final float LARGEST_PLAIN_SCALE = Float.MAX_VALUE / 1024;

    private static final float LARGEST_PLAIN_ZERO_POINT = 512;

    private final IntegerKernels scalar = new ScalarInteger();

    /**
     * Signed comparison of bits orders positive values and puts negative ones below; with the sign turned over it is the
     * other way round. So the maximum of each, with zero, is the highest value and the magnitude of the lowest one, and
     * values that are not finite are above all others in one of both.
     */
    @Override
    public boolean range(float[] values, int offset, int count, float[] range) {
        IntVector positive = INT_VECTOR.cast(IntVector.zero(INTS));
        IntVector negative = INT_VECTOR.cast(IntVector.zero(INTS));
        int done = 0;
        for (; done + FLOAT_LANES <= count; done += FLOAT_LANES) {
            FloatVector loaded = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, values, offset + done));
            IntVector bits = INT_VECTOR.cast(loaded.reinterpretAsInts());
            positive = INT_VECTOR.cast(positive).max(bits);
            negative = INT_VECTOR.cast(negative).max(INT_VECTOR.cast(bits.lanewise(XOR, SIGN)));
        }
        int highest = INT_VECTOR.cast(positive).reduceLanes(MAX);
        int lowest = INT_VECTOR.cast(negative).reduceLanes(MAX);
        for (; done < count; done++) {
            int bits = Float.floatToRawIntBits(values[offset + done]);
            highest = Math.max(highest, bits);
            lowest = Math.max(lowest, bits ^ SIGN);
        }
        range[0] = -Float.intBitsToFloat(lowest) + 0f;
        range[1] = Float.intBitsToFloat(highest);
        return Math.max(lowest, highest) < INFINITY;
    }

    @Override
    public boolean rangeOfBrain(byte[] stored, int byteOffset, int count, float[] range) {
        ShortVector positive = SHORT_VECTOR.cast(ShortVector.zero(SHORTS));
        ShortVector negative = SHORT_VECTOR.cast(ShortVector.zero(SHORTS));
        int done = 0;
        for (; done + BRAIN_LANES <= count; done += BRAIN_LANES) {
            ByteVector loaded = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, byteOffset + 2 * done));
            ShortVector bits = SHORT_VECTOR.cast(loaded.reinterpretAsShorts());
            positive = SHORT_VECTOR.cast(positive).max(bits);
            negative = SHORT_VECTOR.cast(negative).max(SHORT_VECTOR.cast(bits.lanewise(XOR, Short.MIN_VALUE)));
        }
        int highest = SHORT_VECTOR.cast(positive).reduceLanes(MAX);
        int lowest = SHORT_VECTOR.cast(negative).reduceLanes(MAX);
        if (done < count) {
            boolean finite = scalar.rangeOfBrain(stored, byteOffset + 2 * done, count - done, range);
            highest = finite ? Math.max(highest, Float.floatToRawIntBits(range[1]) >> 16) : BRAIN_INFINITY;
            lowest = Math.max(lowest, Float.floatToRawIntBits(0f - range[0]) >> 16);
        }
        range[0] = -Float.intBitsToFloat(lowest << 16) + 0f;
        range[1] = Float.intBitsToFloat(highest << 16);
        return Math.max(lowest, highest) < BRAIN_INFINITY;
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
        int base = ROUNDER_BITS - (int) zeroPoint;
        int lowestCode = (int) (lowest + zeroPoint);
        int highestCode = (int) (highest + zeroPoint);
        int done = 0;
        for (; done + STORED_CODES <= count; done += FLOAT_LANES) {
            FloatVector loaded = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, values, offset + done));
            FloatVector rounded = loaded.div(divisor).add(ROUNDER);
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
        int base = ROUNDER_BITS - (int) zeroPoint;
        int lowestCode = (int) (lowest + zeroPoint);
        int highestCode = (int) (highest + zeroPoint);
        int done = 0;
        for (; done + BRAIN_LANES <= count; done += BRAIN_LANES) {
            ByteVector loaded = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, byteOffset + 2 * done));
            IntVector pair = INT_VECTOR.cast(loaded.reinterpretAsInts());
            FloatVector first =
                    FLOAT_VECTOR.cast(INT_VECTOR.cast(pair.lanewise(LSHL, 16)).reinterpretAsFloats());
            FloatVector second = FLOAT_VECTOR.cast(pair.and(0xffff0000).reinterpretAsFloats());
            FloatVector firstRounded = first.div(divisor).add(ROUNDER);
            FloatVector secondRounded = second.div(divisor).add(ROUNDER);
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
            for (; done + STORED_CODES <= count; done += FLOAT_LANES) {
                ByteVector loaded =
                        QUARTER_BYTE_VECTOR.cast(ByteVector.fromArray(QUARTER_BYTES, codes, codeOffset + done));
                IntVector code =
                        INT_VECTOR.cast(loaded.convertShape(B2I, INTS, 0)).and(0xff);
                FloatVector whole = FLOAT_VECTOR.cast(code.convertShape(I2F, FLOATS, 0));
                whole.sub(zeroPoint).mul(scale).intoArray(values, offset + done);
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
