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
import static jdk.incubator.vector.VectorOperators.XOR;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * Blocks with a scale on vectors.
 *
 * <p>Numbers are rounded by adding {@link ScalarBlocks#ROUNDER}, which leaves the nearest whole number in the low bits,
 * ties to even. Adding the rounder plus one gives the same, plus one, except for ties, which then go the other way. So
 * half the sum of both, rounded down or up, takes ties down or up. The upper bits are of no interest: only the lowest
 * byte is stored.
 */
final class VectorBlockPasses implements BlockPassKernels {
    private static final int LANES = FLOATS.length();

    /** bfloat16 elements of a vector. */
    private static final int PAIRS = 2 * LANES;

    private static final int SIGN = 0x80000000;
    private static final int INFINITY = 0x7f800000;
    private static final int UPPER = 0xffff0000;
    private static final int UPPER_MAGNITUDE = 0x7fff0000;
    private static final int MAGNITUDES = 0x7fff7fff;
    private static final short UPPER_HALF_MAGNITUDE = 0x7fff;

    /** Whether a vector of codes is stored as many bytes; at 128 bits the store has room for two vectors. */
    private static final boolean WHOLE_STORES = QUARTER_BYTES.length() == LANES;

    /** Places of elements, counted from the end of the longest block: of the first element of each pair. */
    private static final int LAST_PLACE = 255;

    private static final int[] FROM_THE_END = fromTheEnd();

    private final ScalarBlockPasses scalar = new ScalarBlockPasses();

    /** A vector for each block; one more is read at the end. */
    private final int[] most = new int[(BLOCKS + 1) * LANES];

    private final int[] other = new int[(BLOCKS + 1) * LANES];

    @Override
    public void farthest(float[] values, int offset, int blocks, int elements, float[] farthest) {
        for (int block = 0; block < blocks; block++) {
            int from = offset + block * elements;
            // Signed comparison of bits orders positive values and puts negative ones below; and the other way round.
            IntVector positive = INT_VECTOR.cast(IntVector.zero(INTS));
            IntVector negative = positive;
            for (int i = from; i < from + elements; i += LANES) {
                FloatVector loaded = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, values, i));
                IntVector bits = INT_VECTOR.cast(loaded.reinterpretAsInts());
                positive = INT_VECTOR.cast(positive).max(bits);
                negative = INT_VECTOR.cast(negative).max(INT_VECTOR.cast(bits.lanewise(XOR, SIGN)));
            }
            INT_VECTOR.cast(positive).intoArray(most, block * LANES);
            INT_VECTOR.cast(negative).intoArray(other, block * LANES);
        }
        fold(most, blocks);
        fold(other, blocks);
        for (int block = 0; block < blocks; block++) {
            int highest = most[block * LANES];
            int lowest = other[block * LANES];
            if (highest == lowest) {
                farthest[block] = ScalarBlockPasses.farthest(values, offset + block * elements, elements);
            } else {
                farthest[block] = Float.intBitsToFloat(highest > lowest ? highest : lowest | SIGN);
            }
        }
    }

    /** Brings the largest of each vector to its first lane: all halves of vectors first, then all quarters. */
    private static void fold(int[] vectors, int count) {
        for (int distance = LANES / 2; distance > 0; distance /= 2) {
            for (int i = 0; i < count * LANES; i += LANES) {
                IntVector lower = INT_VECTOR.cast(IntVector.fromArray(INTS, vectors, i));
                IntVector upper = INT_VECTOR.cast(IntVector.fromArray(INTS, vectors, i + distance));
                lower.max(upper).intoArray(vectors, i);
            }
        }
    }

    @Override
    public void ranges(float[] values, int offset, int blocks, int elements, float[] lowest, float[] highest) {
        for (int block = 0; block < blocks; block++) {
            int from = offset + block * elements;
            IntVector high = INT_VECTOR.cast(IntVector.broadcast(INTS, Integer.MIN_VALUE));
            IntVector low = high;
            for (int i = from; i < from + elements; i += LANES) {
                FloatVector loaded = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, values, i));
                IntVector bits = INT_VECTOR.cast(loaded.reinterpretAsInts());
                // With all bits but the sign turned over, those of negative numbers are in order too.
                IntVector turned = INT_VECTOR.cast(bits.lanewise(ASHR, 31)).and(ScalarBlockPasses.MAGNITUDE);
                IntVector ordered = INT_VECTOR.cast(bits.lanewise(XOR, turned));
                high = INT_VECTOR.cast(high).max(ordered);
                low = INT_VECTOR.cast(low).max(INT_VECTOR.cast(ordered.lanewise(XOR, -1)));
            }
            INT_VECTOR.cast(high).intoArray(most, block * LANES);
            INT_VECTOR.cast(low).intoArray(other, block * LANES);
        }
        fold(most, blocks);
        fold(other, blocks);
        for (int block = 0; block < blocks; block++) {
            int high = most[block * LANES];
            // The lowest was turned over, to be the most too.
            int low = ~other[block * LANES];
            highest[block] = Float.intBitsToFloat(high ^ ((high >> 31) & ScalarBlockPasses.MAGNITUDE));
            lowest[block] = Float.intBitsToFloat(low ^ ((low >> 31) & ScalarBlockPasses.MAGNITUDE));
            if (lowest[block] == 0f || highest[block] == 0f) {
                // Zeros of both signs are equal: the first one counts.
                ScalarBlockPasses.range(values, offset + block * elements, elements, block, lowest, highest);
            }
        }
    }

    /**
     * The lower half of each lane holds the place of the element, counted from the end: so it is the first of equal ones
     * that comes out on top, and the place tells its sign.
     */
    @Override
    public boolean farthestOfBrain(byte[] stored, int byteOffset, int blocks, int elements, float[] farthest) {
        if (elements % PAIRS != 0) {
            return scalar.farthestOfBrain(stored, byteOffset, blocks, elements, farthest);
        }
        for (int block = 0; block < blocks; block++) {
            int from = byteOffset + 2 * block * elements;
            IntVector largest = INT_VECTOR.cast(IntVector.zero(INTS));
            for (int i = 0; i < elements; i += PAIRS) {
                ByteVector loaded = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, from + 2 * i));
                IntVector pair = INT_VECTOR.cast(loaded.reinterpretAsInts());
                IntVector places = INT_VECTOR.cast(IntVector.fromArray(INTS, FROM_THE_END, i / 2));
                IntVector first = INT_VECTOR
                        .cast(pair.lanewise(LSHL, 16))
                        .and(ScalarBlockPasses.MAGNITUDE)
                        .or(places);
                IntVector second = pair.and(UPPER_MAGNITUDE).or(places.sub(1));
                largest = INT_VECTOR.cast(largest).max(first).max(second);
            }
            INT_VECTOR.cast(largest).intoArray(most, block * LANES);
        }
        fold(most, blocks);
        int all = 0;
        for (int block = 0; block < blocks; block++) {
            int largest = most[block * LANES];
            int place = LAST_PLACE - (largest & ~UPPER);
            int upperByte = stored[byteOffset + 2 * (block * elements + place) + 1];
            farthest[block] = Float.intBitsToFloat((largest & UPPER) | (upperByte & SIGN)) + 0f;
            all = Math.max(all, largest);
        }
        return all < INFINITY;
    }

    /** Two blocks share a vector, as the halves of its lanes. */
    @Override
    public boolean magnitudesOfBrain(byte[] stored, int byteOffset, int blocks, int elements, float[] magnitudes) {
        if (elements % PAIRS != 0) {
            return scalar.magnitudesOfBrain(stored, byteOffset, blocks, elements, magnitudes);
        }
        int vectors = (blocks + 1) / 2;
        for (int i = 0; i < vectors; i++) {
            int first = byteOffset + 4 * i * elements;
            // The last block of an odd number shares with itself.
            int second = byteOffset + 2 * Math.min(2 * i + 1, blocks - 1) * elements;
            ShortVector largest = SHORT_VECTOR.cast(ShortVector.zero(SHORTS));
            for (int k = 0; k < 2 * elements; k += 2 * PAIRS) {
                ByteVector firstLoaded = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, first + k));
                ByteVector secondLoaded = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, second + k));
                IntVector one = INT_VECTOR.cast(firstLoaded.reinterpretAsInts()).and(MAGNITUDES);
                IntVector two =
                        INT_VECTOR.cast(secondLoaded.reinterpretAsInts()).and(MAGNITUDES);
                IntVector even = INT_VECTOR.cast(two.lanewise(LSHL, 16)).or(one.and(~UPPER));
                IntVector odd = INT_VECTOR.cast(one.lanewise(LSHR, 16)).or(two.and(UPPER));
                largest = SHORT_VECTOR
                        .cast(largest)
                        .max(SHORT_VECTOR.cast(even.reinterpretAsShorts()))
                        .max(SHORT_VECTOR.cast(odd.reinterpretAsShorts()));
            }
            INT_VECTOR.cast(largest.reinterpretAsInts()).intoArray(most, i * LANES);
        }
        foldHalves(most, vectors);
        int all = 0;
        for (int block = 0; block < blocks; block++) {
            int both = most[block / 2 * LANES];
            int largest = block % 2 == 0 ? both << 16 : both & UPPER;
            magnitudes[block] = Float.intBitsToFloat(largest);
            all = Math.max(all, largest);
        }
        return all < INFINITY;
    }

    /** As {@link #fold}, of the halves of lanes. */
    private static void foldHalves(int[] vectors, int count) {
        for (int distance = LANES / 2; distance > 0; distance /= 2) {
            for (int i = 0; i < count * LANES; i += LANES) {
                IntVector lower = INT_VECTOR.cast(IntVector.fromArray(INTS, vectors, i));
                IntVector upper = INT_VECTOR.cast(IntVector.fromArray(INTS, vectors, i + distance));
                ShortVector larger = SHORT_VECTOR
                        .cast(lower.reinterpretAsShorts())
                        .max(SHORT_VECTOR.cast(upper.reinterpretAsShorts()));
                INT_VECTOR.cast(larger.reinterpretAsInts()).intoArray(vectors, i);
            }
        }
    }

    /** Half the sum of both roundings, less the sign bit: ties of negative numbers go down, of others up. */
    @Override
    public void round(float[] values, int offset, int blocks, float[] inverses, byte[] target, int at, int stride) {
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

    @Override
    public void roundBrain(
            byte[] stored, int byteOffset, int blocks, float[] inverses, byte[] target, int at, int stride) {
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
    @Override
    public void truncate(
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

    @Override
    public void truncateBrain(
            byte[] stored, int byteOffset, int blocks, float[] inverses, float bias, int top, byte[] codes) {
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
    @Override
    public void fourBitFloats(float[] values, int offset, int blocks, int elements, float[] scales, byte[] codes) {
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
    @Override
    public void fourBitFloatsOfBrain(
            byte[] stored, int byteOffset, int blocks, int elements, float[] scales, byte[] codes) {
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

    private static short upperLimit(int code, float scale) {
        return (short) (limit(code, scale) >> 16);
    }

    private static int limit(int code, float scale) {
        return Float.floatToRawIntBits(FOUR_BIT_LIMITS[code] * scale);
    }

    private static int[] fromTheEnd() {
        int[] places = new int[(LAST_PLACE + 1) / 2];
        for (int i = 0; i < places.length; i++) {
            places[i] = LAST_PLACE - 2 * i;
        }
        return places;
    }
}
