package io.arrowquant.kernel;

import static io.arrowquant.kernel.ScalarBlockPasses.ELEMENTS;
import static io.arrowquant.kernel.ScalarBlockPasses.FOUR_BIT_LIMITS;
import static io.arrowquant.kernel.ScalarBlocks.ROUNDER;
import static io.arrowquant.kernel.VectorShapes.BYTES;
import static io.arrowquant.kernel.VectorShapes.BYTE_VECTOR;
import static io.arrowquant.kernel.VectorShapes.FLOATS;
import static io.arrowquant.kernel.VectorShapes.FLOAT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.HALF_BYTES;
import static io.arrowquant.kernel.VectorShapes.HALF_BYTE_VECTOR;
import static io.arrowquant.kernel.VectorShapes.HALF_SHORTS;
import static io.arrowquant.kernel.VectorShapes.HALF_SHORT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.INTS;
import static io.arrowquant.kernel.VectorShapes.INT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.QUARTER_BYTES;
import static io.arrowquant.kernel.VectorShapes.QUARTER_BYTE_VECTOR;
import static io.arrowquant.kernel.VectorShapes.SHORTS;
import static io.arrowquant.kernel.VectorShapes.SHORT_VECTOR;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2B;
import static jdk.incubator.vector.VectorOperators.I2S;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.S2B;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Codes of blocks with a scale.
 *
 * <p>Numbers are rounded by adding {@link ScalarBlocks#ROUNDER}, which leaves the nearest whole number in the low bits,
 * ties to even. Adding the rounder plus one gives the same, plus one, except for ties, which then go the other way. So
 * half the sum of both, rounded down or up, takes ties down or up. The upper bits are of no interest: only the lowest
 * byte is stored.
 */
final class VectorBlockCodes {
    private static final int LANES = FLOATS.length();

    /** bfloat16 elements of a vector. */
    private static final int PAIRS = 2 * LANES;

    /** The packed codes of a block: 16 bytes, whatever the size of other vectors. */
    private static final VectorSpecies<Byte> NIBBLE_BYTES = ByteVector.SPECIES_128;

    private static final Class<? extends ByteVector> NIBBLE_BYTE_VECTOR =
            ByteVector.zero(NIBBLE_BYTES).getClass();
    private static final Class<? extends IntVector> NIBBLE_INT_VECTOR =
            IntVector.zero(IntVector.SPECIES_128).getClass();

    private static final int UPPER = 0xffff0000;
    private static final short UPPER_HALF_MAGNITUDE = 0x7fff;

    /** Whether a vector of codes is stored as many bytes; at 128 bits the store has room for two vectors. */
    private static final boolean WHOLE_STORES = QUARTER_BYTES.length() == LANES;

    private final ScalarBlockPasses scalar = new ScalarBlockPasses();

    /** Half the sum of both roundings, less the sign bit: ties of negative numbers go down, of others up. */
    void round(float[] values, int offset, int blocks, float[] inverses, byte[] target, int at, int stride) {
        if (!WHOLE_STORES) {
            scalar.round(values, offset, blocks, inverses, target, at, stride);
            return;
        }
        for (int block = 0; block < blocks; block++) {
            int from = offset + block * ELEMENTS;
            int to = at + block * stride;
            FloatVector inverse = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, inverses[block]));
            for (int i = 0; i < ELEMENTS; i += LANES) {
                FloatVector x = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, values, from + i));
                FloatVector scaled = x.mul(inverse);
                IntVector once = INT_VECTOR.cast(scaled.add(ROUNDER).reinterpretAsInts());
                IntVector again = INT_VECTOR.cast(scaled.add(ROUNDER + 1).reinterpretAsInts());
                IntVector sign = INT_VECTOR.cast(
                        INT_VECTOR.cast(scaled.reinterpretAsInts()).lanewise(ASHR, 31));
                IntVector code = INT_VECTOR.cast(once.add(again).add(sign).lanewise(LSHR, 1));
                QUARTER_BYTE_VECTOR
                        .cast(code.convertShape(I2B, QUARTER_BYTES, 0))
                        .intoArray(target, to + i);
            }
        }
    }

    void roundBrain(byte[] stored, int byteOffset, int blocks, float[] inverses, byte[] target, int at, int stride) {
        for (int block = 0; block < blocks; block++) {
            int from = byteOffset + 2 * block * ELEMENTS;
            int to = at + block * stride;
            FloatVector inverse = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, inverses[block]));
            for (int i = 0; i < ELEMENTS; i += PAIRS) {
                ByteVector loaded = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, from + 2 * i));
                IntVector pair = INT_VECTOR.cast(loaded.reinterpretAsInts());
                FloatVector first = FLOAT_VECTOR.cast(
                        INT_VECTOR.cast(pair.lanewise(LSHL, 16)).reinterpretAsFloats());
                FloatVector second = FLOAT_VECTOR.cast(pair.and(UPPER).reinterpretAsFloats());
                FloatVector firstScaled = first.mul(inverse);
                FloatVector secondScaled = second.mul(inverse);
                IntVector firstOnce = INT_VECTOR.cast(firstScaled.add(ROUNDER).reinterpretAsInts());
                IntVector secondOnce = INT_VECTOR.cast(secondScaled.add(ROUNDER).reinterpretAsInts());
                IntVector firstOther =
                        INT_VECTOR.cast(firstScaled.add(ROUNDER + 1).reinterpretAsInts());
                IntVector secondOther =
                        INT_VECTOR.cast(secondScaled.add(ROUNDER + 1).reinterpretAsInts());
                IntVector firstSign = INT_VECTOR.cast(
                        INT_VECTOR.cast(firstScaled.reinterpretAsInts()).lanewise(ASHR, 31));
                IntVector secondSign = INT_VECTOR.cast(
                        INT_VECTOR.cast(secondScaled.reinterpretAsInts()).lanewise(ASHR, 31));
                IntVector firstCode = INT_VECTOR
                        .cast(firstOnce.add(firstOther).add(firstSign).lanewise(LSHR, 1))
                        .and(0xff);
                IntVector secondCode = INT_VECTOR.cast(
                        secondOnce.add(secondOther).add(secondSign).lanewise(LSHR, 1));
                IntVector both = firstCode.or(INT_VECTOR.cast(secondCode.lanewise(LSHL, 8)));
                ShortVector narrowed = HALF_SHORT_VECTOR.cast(both.convertShape(I2S, HALF_SHORTS, 0));
                HALF_BYTE_VECTOR.cast(narrowed.reinterpretAsBytes()).intoArray(target, to + i);
            }
        }
    }

    /** Rounding down is rounding to the nearest after a half was taken off, with ties up. */
    void truncate(
            float[] values,
            int offset,
            int blocks,
            float[] origins,
            float[] inverses,
            float bias,
            int top,
            byte[] codes) {
        if (!WHOLE_STORES) {
            scalar.truncate(values, offset, blocks, origins, inverses, bias, top, codes);
            return;
        }
        int limit = Float.floatToRawIntBits(top);
        for (int block = 0; block < blocks; block++) {
            int from = block * ELEMENTS;
            FloatVector origin = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, origins[block]));
            FloatVector inverse = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, inverses[block]));
            for (int i = 0; i < ELEMENTS; i += LANES) {
                FloatVector x = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, values, offset + from + i));
                FloatVector scaled = x.sub(origin).mul(inverse).add(bias);
                IntVector limited = INT_VECTOR.cast(scaled.reinterpretAsInts()).min(limit);
                FloatVector less =
                        FLOAT_VECTOR.cast(limited.reinterpretAsFloats()).sub(0.5f);
                IntVector once = INT_VECTOR.cast(less.add(ROUNDER).reinterpretAsInts());
                IntVector again = INT_VECTOR.cast(less.add(ROUNDER + 1).reinterpretAsInts());
                IntVector code = INT_VECTOR.cast(once.add(again).lanewise(LSHR, 1));
                QUARTER_BYTE_VECTOR
                        .cast(code.convertShape(I2B, QUARTER_BYTES, 0))
                        .intoArray(codes, from + i);
            }
        }
    }

    void truncateBrain(byte[] stored, int byteOffset, int blocks, float[] inverses, float bias, int top, byte[] codes) {
        int limit = Float.floatToRawIntBits(top);
        for (int block = 0; block < blocks; block++) {
            int from = block * ELEMENTS;
            FloatVector inverse = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, inverses[block]));
            for (int i = 0; i < ELEMENTS; i += PAIRS) {
                ByteVector loaded = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, byteOffset + 2 * (from + i)));
                IntVector pair = INT_VECTOR.cast(loaded.reinterpretAsInts());
                FloatVector first = FLOAT_VECTOR.cast(
                        INT_VECTOR.cast(pair.lanewise(LSHL, 16)).reinterpretAsFloats());
                FloatVector second = FLOAT_VECTOR.cast(pair.and(UPPER).reinterpretAsFloats());
                FloatVector firstScaled = first.mul(inverse).add(bias);
                FloatVector secondScaled = second.mul(inverse).add(bias);
                IntVector firstLimited =
                        INT_VECTOR.cast(firstScaled.reinterpretAsInts()).min(limit);
                IntVector secondLimited =
                        INT_VECTOR.cast(secondScaled.reinterpretAsInts()).min(limit);
                FloatVector firstLess =
                        FLOAT_VECTOR.cast(firstLimited.reinterpretAsFloats()).sub(0.5f);
                FloatVector secondLess =
                        FLOAT_VECTOR.cast(secondLimited.reinterpretAsFloats()).sub(0.5f);
                IntVector firstOnce = INT_VECTOR.cast(firstLess.add(ROUNDER).reinterpretAsInts());
                IntVector secondOnce = INT_VECTOR.cast(secondLess.add(ROUNDER).reinterpretAsInts());
                IntVector firstOther =
                        INT_VECTOR.cast(firstLess.add(ROUNDER + 1).reinterpretAsInts());
                IntVector secondOther =
                        INT_VECTOR.cast(secondLess.add(ROUNDER + 1).reinterpretAsInts());
                IntVector firstCode = INT_VECTOR
                        .cast(firstOnce.add(firstOther).lanewise(LSHR, 1))
                        .and(0xff);
                IntVector secondCode =
                        INT_VECTOR.cast(secondOnce.add(secondOther).lanewise(LSHR, 1));
                IntVector both = firstCode.or(INT_VECTOR.cast(secondCode.lanewise(LSHL, 8)));
                ShortVector narrowed = HALF_SHORT_VECTOR.cast(both.convertShape(I2S, HALF_SHORTS, 0));
                HALF_BYTE_VECTOR.cast(narrowed.reinterpretAsBytes()).intoArray(codes, from + i);
            }
        }
    }

    /** A code is the number of limits that lie below the magnitude; their bits are in the order of the numbers. */
    void fourBitFloats(float[] values, int offset, int blocks, int elements, float[] scales, byte[] codes) {
        if (!WHOLE_STORES) {
            scalar.fourBitFloats(values, offset, blocks, elements, scales, codes);
            return;
        }
        for (int block = 0; block < blocks; block++) {
            float scale = scales[block];
            IntVector limit1 = INT_VECTOR.cast(IntVector.broadcast(INTS, limit(0, scale)));
            IntVector limit2 = INT_VECTOR.cast(IntVector.broadcast(INTS, limit(1, scale)));
            IntVector limit3 = INT_VECTOR.cast(IntVector.broadcast(INTS, limit(2, scale)));
            IntVector limit4 = INT_VECTOR.cast(IntVector.broadcast(INTS, limit(3, scale)));
            IntVector limit5 = INT_VECTOR.cast(IntVector.broadcast(INTS, limit(4, scale)));
            IntVector limit6 = INT_VECTOR.cast(IntVector.broadcast(INTS, limit(5, scale)));
            IntVector limit7 = INT_VECTOR.cast(IntVector.broadcast(INTS, limit(6, scale)));
            int from = block * elements;
            for (int i = from; i < from + elements; i += LANES) {
                FloatVector loaded = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, values, offset + i));
                IntVector bits = INT_VECTOR.cast(loaded.reinterpretAsInts());
                IntVector magnitude = bits.and(ScalarBlockPasses.MAGNITUDE);
                // Each difference is negative, -1 after the shift, where the magnitude is above the limit.
                IntVector code = INT_VECTOR
                        .cast(limit1.sub(magnitude).lanewise(ASHR, 31))
                        .add(INT_VECTOR.cast(limit2.sub(magnitude).lanewise(ASHR, 31)))
                        .add(INT_VECTOR.cast(limit3.sub(magnitude).lanewise(ASHR, 31)))
                        .add(INT_VECTOR.cast(limit4.sub(magnitude).lanewise(ASHR, 31)))
                        .add(INT_VECTOR.cast(limit5.sub(magnitude).lanewise(ASHR, 31)))
                        .add(INT_VECTOR.cast(limit6.sub(magnitude).lanewise(ASHR, 31)))
                        .add(INT_VECTOR.cast(limit7.sub(magnitude).lanewise(ASHR, 31)));
                // Only codes other than zero have a sign; minus the code is negative for them, so far.
                IntVector sign = INT_VECTOR.cast(bits.and(code).lanewise(LSHR, 31));
                IntVector signed = INT_VECTOR.cast(sign.lanewise(LSHL, 3)).sub(code);
                QUARTER_BYTE_VECTOR
                        .cast(signed.convertShape(I2B, QUARTER_BYTES, 0))
                        .intoArray(codes, i);
            }
        }
    }

    /**
     * The same on numbers of 16 bits. Where the lower half of a number is zero, it exceeds a limit just when its upper half
     * exceeds that of the limit.
     */
    void fourBitFloatsOfBrain(byte[] stored, int byteOffset, int blocks, int elements, float[] scales, byte[] codes) {
        if (elements % PAIRS != 0) {
            scalar.fourBitFloatsOfBrain(stored, byteOffset, blocks, elements, scales, codes);
            return;
        }
        for (int block = 0; block < blocks; block++) {
            float scale = scales[block];
            ShortVector limit1 = SHORT_VECTOR.cast(ShortVector.broadcast(SHORTS, upperLimit(0, scale)));
            ShortVector limit2 = SHORT_VECTOR.cast(ShortVector.broadcast(SHORTS, upperLimit(1, scale)));
            ShortVector limit3 = SHORT_VECTOR.cast(ShortVector.broadcast(SHORTS, upperLimit(2, scale)));
            ShortVector limit4 = SHORT_VECTOR.cast(ShortVector.broadcast(SHORTS, upperLimit(3, scale)));
            ShortVector limit5 = SHORT_VECTOR.cast(ShortVector.broadcast(SHORTS, upperLimit(4, scale)));
            ShortVector limit6 = SHORT_VECTOR.cast(ShortVector.broadcast(SHORTS, upperLimit(5, scale)));
            ShortVector limit7 = SHORT_VECTOR.cast(ShortVector.broadcast(SHORTS, upperLimit(6, scale)));
            int from = block * elements;
            for (int i = from; i < from + elements; i += PAIRS) {
                ByteVector loaded = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, byteOffset + 2 * i));
                ShortVector bits = SHORT_VECTOR.cast(loaded.reinterpretAsShorts());
                ShortVector magnitude = bits.and(UPPER_HALF_MAGNITUDE);
                ShortVector code = SHORT_VECTOR
                        .cast(limit1.sub(magnitude).lanewise(ASHR, 15))
                        .add(SHORT_VECTOR.cast(limit2.sub(magnitude).lanewise(ASHR, 15)))
                        .add(SHORT_VECTOR.cast(limit3.sub(magnitude).lanewise(ASHR, 15)))
                        .add(SHORT_VECTOR.cast(limit4.sub(magnitude).lanewise(ASHR, 15)))
                        .add(SHORT_VECTOR.cast(limit5.sub(magnitude).lanewise(ASHR, 15)))
                        .add(SHORT_VECTOR.cast(limit6.sub(magnitude).lanewise(ASHR, 15)))
                        .add(SHORT_VECTOR.cast(limit7.sub(magnitude).lanewise(ASHR, 15)));
                ShortVector sign = SHORT_VECTOR.cast(bits.and(code).lanewise(LSHR, 15));
                ShortVector signed = SHORT_VECTOR.cast(sign.lanewise(LSHL, 3)).sub(code);
                HALF_BYTE_VECTOR.cast(signed.convertShape(S2B, HALF_BYTES, 0)).intoArray(codes, i);
            }
        }
    }

    static void packHalves(byte[] codes, int blocks, byte[] target, int at, int stride) {
        for (int block = 0; block < blocks; block++) {
            int from = block * ELEMENTS;
            int to = at + block * stride;
            ByteVector first = NIBBLE_BYTE_VECTOR.cast(ByteVector.fromArray(NIBBLE_BYTES, codes, from));
            ByteVector second = NIBBLE_BYTE_VECTOR.cast(ByteVector.fromArray(NIBBLE_BYTES, codes, from + ELEMENTS / 2));
            IntVector high = NIBBLE_INT_VECTOR.cast(
                    NIBBLE_INT_VECTOR.cast(second.reinterpretAsInts()).lanewise(LSHL, 4));
            NIBBLE_BYTE_VECTOR.cast(high.reinterpretAsBytes()).or(first).intoArray(target, to);
        }
    }

    private static short upperLimit(int code, float scale) {
        return (short) (limit(code, scale) >> 16);
    }

    private static int limit(int code, float scale) {
        return Float.floatToRawIntBits(FOUR_BIT_LIMITS[code] * scale);
    }
}
