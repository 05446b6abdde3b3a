package io.arrowquant.kernel;

import static io.arrowquant.kernel.VectorShapes.FLOATS;
import static io.arrowquant.kernel.VectorShapes.FLOAT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.INTS;
import static io.arrowquant.kernel.VectorShapes.INT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.QUARTER_BYTES;
import static io.arrowquant.kernel.VectorShapes.QUARTER_BYTE_VECTOR;
import static jdk.incubator.vector.VectorOperators.B2I;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHR;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/** The way back from scaled whole numbers, on vectors; rounding as in {@link VectorScaled}. */
final class VectorScaledValues {
    private static final int LANES = FLOATS.length();

    /** Codes that one load reads: those of one vector, or twice that at 128 bits. */
    private static final int LOADED_CODES = QUARTER_BYTES.length();

    private VectorScaledValues() {}

    /**
     * As many of the values as whole loads reach; gives how many these are.
     *
     * @param dropped bits of a float that the precision has no room for, 16 or none
     */
    static int values(
            byte[] codes, int codeOffset, int count, int shift, float scale, int dropped, float[] values, int offset) {
        IntVector unsigned = INT_VECTOR.cast(IntVector.broadcast(INTS, 0xff));
        IntVector shifted = INT_VECTOR.cast(IntVector.broadcast(INTS, shift));
        IntVector almostHalf = INT_VECTOR.cast(IntVector.broadcast(INTS, dropped == 0 ? 0 : (1 << (dropped - 1)) - 1));
        IntVector lastBit = INT_VECTOR.cast(IntVector.broadcast(INTS, dropped == 0 ? 0 : 1));
        IntVector kept = INT_VECTOR.cast(IntVector.broadcast(INTS, -1 << dropped));
        FloatVector factor = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, scale));
        int i = 0;
        for (; i + LOADED_CODES <= count; i += LANES) {
            ByteVector loaded = QUARTER_BYTE_VECTOR.cast(ByteVector.fromArray(QUARTER_BYTES, codes, codeOffset + i));
            IntVector code = INT_VECTOR.cast(loaded.convertShape(B2I, INTS, 0));
            IntVector whole =
                    INT_VECTOR.cast(INT_VECTOR.cast(code.and(unsigned)).add(shifted));
            FloatVector exact = FLOAT_VECTOR.cast(
                    FLOAT_VECTOR.cast(whole.convertShape(I2F, FLOATS, 0)).mul(factor));
            IntVector bits = INT_VECTOR.cast(exact.reinterpretAsInts());
            IntVector odd = INT_VECTOR.cast(
                    INT_VECTOR.cast(bits.lanewise(LSHR, dropped)).and(lastBit));
            IntVector rounded = INT_VECTOR.cast(INT_VECTOR
                    .cast(INT_VECTOR.cast(bits.add(almostHalf)).add(odd))
                    .and(kept));
            FLOAT_VECTOR.cast(rounded.reinterpretAsFloats()).intoArray(values, offset + i);
        }
        return i;
    }

    /** The values in whole vectors times the scale; gives how many these are. */
    static int scale(float[] values, int offset, int count, float scale, int dropped) {
        IntVector almostHalf = INT_VECTOR.cast(IntVector.broadcast(INTS, dropped == 0 ? 0 : (1 << (dropped - 1)) - 1));
        IntVector lastBit = INT_VECTOR.cast(IntVector.broadcast(INTS, dropped == 0 ? 0 : 1));
        IntVector kept = INT_VECTOR.cast(IntVector.broadcast(INTS, -1 << dropped));
        FloatVector factor = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, scale));
        int i = 0;
        for (; i + LANES <= count; i += LANES) {
            FloatVector value = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, values, offset + i));
            IntVector bits =
                    INT_VECTOR.cast(FLOAT_VECTOR.cast(value.mul(factor)).reinterpretAsInts());
            IntVector odd = INT_VECTOR.cast(
                    INT_VECTOR.cast(bits.lanewise(LSHR, dropped)).and(lastBit));
            IntVector rounded = INT_VECTOR.cast(INT_VECTOR
                    .cast(INT_VECTOR.cast(bits.add(almostHalf)).add(odd))
                    .and(kept));
            FLOAT_VECTOR.cast(rounded.reinterpretAsFloats()).intoArray(values, offset + i);
        }
        return i;
    }
}
