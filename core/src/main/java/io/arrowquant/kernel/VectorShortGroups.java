package io.arrowquant.kernel;

import static io.arrowquant.kernel.VectorGroups.DOUBT;
import static io.arrowquant.kernel.VectorGroups.FRACTION_BITS;
import static io.arrowquant.kernel.VectorGroups.MAGIC;
import static io.arrowquant.kernel.VectorShapes.BYTES;
import static io.arrowquant.kernel.VectorShapes.BYTE_VECTOR;
import static io.arrowquant.kernel.VectorShapes.FLOATS;
import static io.arrowquant.kernel.VectorShapes.FLOAT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.INTS;
import static io.arrowquant.kernel.VectorShapes.INT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.QUARTER_BYTES;
import static io.arrowquant.kernel.VectorShapes.QUARTER_BYTE_VECTOR;
import static jdk.incubator.vector.VectorOperators.I2B;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LSHR;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * The codes of {@link VectorGroups} for floats as they are stored, in groups that are not made of spans: usually of 32 or
 * 64 elements. One loop goes over the {@link GroupKernels#UNIT units} of all groups, with what is in doubt remembered as
 * in {@link VectorSpans}.
 */
final class VectorShortGroups {
    private static final int LANES = FLOATS.length();

    private VectorShortGroups() {}

    static void stored(
            byte[] stored,
            int byteOffset,
            int groups,
            int length,
            int bits,
            float[] scales,
            float[] zeroPoints,
            byte[] codes,
            int codeOffset) {
        IntVector fraction = INT_VECTOR.cast(IntVector.broadcast(INTS, (1 << FRACTION_BITS) - 1));
        IntVector doubt = INT_VECTOR.cast(IntVector.broadcast(INTS, DOUBT));
        int unitsOfGroup = length / GroupKernels.UNIT;
        int units = groups * unitsOfGroup;
        int left = unitsOfGroup;
        int group = 0;
        long doubts = 0;
        for (int unit = 0; unit < units; unit++) {
            float scale = scales[group];
            FloatVector factor = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, 1f / scale));
            FloatVector magic = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, MAGIC + zeroPoints[group]));
            IntVector nearest = fraction;
            for (int step = 0; step < GroupKernels.UNIT / LANES; step++) {
                int i = unit * GroupKernels.UNIT + step * LANES;
                ByteVector loaded = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, byteOffset + Float.BYTES * i));
                FloatVector x = FLOAT_VECTOR.cast(loaded.reinterpretAsFloats());
                IntVector sum = INT_VECTOR.cast(x.mul(factor).add(magic).reinterpretAsInts());
                nearest = INT_VECTOR.cast(nearest).min(sum.add(doubt).and(fraction));
                // Narrowing keeps the lowest byte.
                QUARTER_BYTE_VECTOR
                        .cast(INT_VECTOR.cast(sum.lanewise(LSHR, FRACTION_BITS)).convertShape(I2B, QUARTER_BYTES, 0))
                        .intoArray(codes, codeOffset + i);
            }
            boolean doubtful = INT_VECTOR.cast(nearest).compare(LE, 2 * DOUBT).anyTrue();
            doubts |= doubtful || !VectorGroups.multiplies(scale) ? 1L << unit : 0L;
            if ((unit + 1) % Long.SIZE == 0 || unit + 1 == units) {
                for (; doubts != 0; doubts &= doubts - 1) {
                    int other = unit / Long.SIZE * Long.SIZE + Long.numberOfTrailingZeros(doubts);
                    int of = other / unitsOfGroup;
                    int from = other * GroupKernels.UNIT;
                    int at = byteOffset + Float.BYTES * from;
                    int top = (1 << bits) - 1;
                    VectorSpans.divide(
                            stored, at, GroupKernels.UNIT, top, scales[of], zeroPoints[of], codes, codeOffset + from);
                }
            }
            left--;
            if (left == 0) {
                left = unitsOfGroup;
                group++;
            }
        }
    }
}
