package io.arrowquant.kernel;

import static io.arrowquant.kernel.VectorShapes.FLOATS;
import static io.arrowquant.kernel.VectorShapes.FLOAT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.LONGS;
import static io.arrowquant.kernel.VectorShapes.LONG_VECTOR;
import static jdk.incubator.vector.VectorOperators.B2L;
import static jdk.incubator.vector.VectorOperators.LSHL;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorSpecies;

/** Values of packed codes, in groups made of spans; see {@link VectorSpans} for how the loops are made. */
final class VectorSpanValues {
    /** Eight bytes are loaded, and as many of them used as a vector has lanes of longs. */
    private static final VectorSpecies<Byte> EIGHT_BYTES = ByteVector.SPECIES_64;

    private static final Class<? extends ByteVector> EIGHT_BYTE_VECTOR =
            ByteVector.zero(EIGHT_BYTES).getClass();

    private static final int LANES = FLOATS.length();

    /** 2^23 as the bits of a float: the last bits of the sum with a small whole number are that number. */
    private static final long WHOLE_NUMBERS = 0x4b0000004b000000L;

    private static final float FIRST_WHOLE_NUMBER = 0x1p23f;

    /** Scales up to here cannot take a product beyond the largest float. */
    private static final float LARGEST_SCALE = Float.MAX_VALUE / 1024;

    private static final float LARGEST_ZERO_POINT = 512;

    private VectorSpanValues() {}

    /**
     * Codes of four bits: a byte is spread over a long, one code in each half.
     *
     * @return false when a scale is very large or a zero point no small whole number; the values are then undefined
     */
    static boolean nibbles(
            byte[] packed,
            int packedOffset,
            int groups,
            int length,
            float[] scales,
            float[] zeroPoints,
            float[] values,
            int offset) {
        if (packedOffset + (groups * length - LANES) / 2 + EIGHT_BYTES.length() > packed.length) {
            // With fewer lanes the last load would reach beyond the array.
            return false;
        }
        LongVector lowNibble = LONG_VECTOR.cast(LongVector.broadcast(LONGS, 0x0fL));
        LongVector highNibble = LONG_VECTOR.cast(LongVector.broadcast(LONGS, 0x0fL << Integer.SIZE));
        LongVector wholeNumbers = LONG_VECTOR.cast(LongVector.broadcast(LONGS, WHOLE_NUMBERS));
        int spansOfGroup = length / VectorSpans.LENGTH;
        int spans = groups * spansOfGroup;
        int left = spansOfGroup;
        int group = 0;
        for (int span = 0; span < spans; span++) {
            float scale = scales[group];
            float zeroPoint = zeroPoints[group];
            // Written so that NaN is refused.
            boolean plain = Math.abs(scale) <= LARGEST_SCALE && Math.abs(zeroPoint) <= LARGEST_ZERO_POINT;
            if (!plain || zeroPoint != (int) zeroPoint) {
                return false;
            }
            FloatVector factor = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, scale));
            FloatVector zero = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, FIRST_WHOLE_NUMBER + zeroPoint));
            for (int step = 0; step < VectorSpans.LENGTH / LANES; step++) {
                int i = span * VectorSpans.LENGTH + step * LANES;
                ByteVector loaded =
                        EIGHT_BYTE_VECTOR.cast(ByteVector.fromArray(EIGHT_BYTES, packed, packedOffset + i / 2));
                LongVector bytes = LONG_VECTOR.cast(loaded.convertShape(B2L, LONGS, 0));
                LongVector both = bytes.and(lowNibble)
                        .or(LONG_VECTOR
                                .cast(bytes.lanewise(LSHL, Integer.SIZE - 4))
                                .and(highNibble))
                        .or(wholeNumbers);
                FLOAT_VECTOR
                        .cast(both.reinterpretAsFloats())
                        .sub(zero)
                        .mul(factor)
                        .intoArray(values, offset + i);
            }
            left--;
            if (left == 0) {
                left = spansOfGroup;
                group++;
            }
        }
        return true;
    }
}
