package io.arrowquant.kernel;

import static io.arrowquant.kernel.VectorShapes.FLOATS;
import static io.arrowquant.kernel.VectorShapes.FLOAT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.INT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.LONGS;
import static io.arrowquant.kernel.VectorShapes.LONG_VECTOR;
import static jdk.incubator.vector.VectorOperators.B2L;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorSpecies;

/** Values of packed codes that are looked up in tables of sixteen, each of which is one vector. */
final class VectorFourBitValues {
    /** Elements that are decoded at once: as many as a table has values. */
    static final int LANES = FLOATS.length();

    /** Smaller vectors do not hold a table. */
    static final boolean FITS = LANES == FourBitTable.CODES;

    private static final VectorSpecies<Byte> EIGHT_BYTES = ByteVector.SPECIES_64;
    private static final Class<? extends ByteVector> EIGHT_BYTE_VECTOR =
            ByteVector.zero(EIGHT_BYTES).getClass();

    private VectorFourBitValues() {}

    /** Whole blocks, each a multiple of {@link #LANES}; see {@link FourBitKernels#decode}. */
    static void decode(
            byte[] packed, int packedOffset, int blocks, int block, float[] tables, float[] values, int offset) {
        LongVector low = LONG_VECTOR.cast(LongVector.broadcast(LONGS, 0x0fL));
        LongVector high = LONG_VECTOR.cast(LongVector.broadcast(LONGS, 0x0fL << Integer.SIZE));
        for (int i = 0; i < blocks; i++) {
            FloatVector loadedTable = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, tables, i * LANES));
            // Of floats, the compiler of JDK 17 cannot look up by a shuffle of ints.
            IntVector table = INT_VECTOR.cast(loadedTable.reinterpretAsInts());
            for (int done = i * block; done < (i + 1) * block; done += LANES) {
                ByteVector loaded =
                        EIGHT_BYTE_VECTOR.cast(ByteVector.fromArray(EIGHT_BYTES, packed, packedOffset + done / 2));
                // A byte is spread over a long, one code in each half.
                LongVector pair = LONG_VECTOR.cast(loaded.convertShape(B2L, LONGS, 0));
                LongVector first = LONG_VECTOR.cast(pair.lanewise(LSHR, 4)).and(low);
                LongVector second =
                        LONG_VECTOR.cast(pair.lanewise(LSHL, Integer.SIZE)).and(high);
                IntVector codes = INT_VECTOR.cast(first.or(second).reinterpretAsInts());
                IntVector found = INT_VECTOR.cast(table.rearrange(codes.toShuffle()));
                FLOAT_VECTOR.cast(found.reinterpretAsFloats()).intoArray(values, offset + done);
            }
        }
    }
}
