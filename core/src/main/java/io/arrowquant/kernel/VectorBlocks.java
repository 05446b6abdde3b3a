package io.arrowquant.kernel;

import static io.arrowquant.kernel.ScalarBlocks.ROUNDED_MASK;
import static io.arrowquant.kernel.ScalarBlocks.ROUNDED_ZERO;
import static io.arrowquant.kernel.ScalarBlocks.ROUNDER;
import static io.arrowquant.kernel.VectorShapes.FLOATS;
import static io.arrowquant.kernel.VectorShapes.FLOAT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.INT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.QUARTER_BYTES;
import static io.arrowquant.kernel.VectorShapes.QUARTER_BYTE_VECTOR;
import static jdk.incubator.vector.VectorOperators.I2B;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/** Block formats on vectors. */
final class VectorBlocks implements BlockKernels {
    private static final int LANES = FLOATS.length();

    /** Codes that one store writes: those of one vector of floats, or twice that at 128 bits. */
    private static final int STORED_CODES = QUARTER_BYTES.length();

    @Override
    public SubBlockSearch affine(AffineGrid grid, SubBlockSearch plain) {
        return new VectorAffineSearch(grid, plain);
    }

    @Override
    public SubBlockSearch symmetric(int limit, int elements, SubBlockSearch plain) {
        return new VectorSymmetricSearch(limit, elements, plain);
    }

    @Override
    public SubBlockSearch descent(int limit, int elements, SubBlockSearch plain) {
        return elements == VectorDescentSearch.ELEMENTS
                ? new VectorDescentSearch(limit, plain)
                : new LoopDescentSearch(limit, elements, plain);
    }

    @Override
    public TableSearch table(int[] table, int elements, TableSearch plain) {
        return new VectorTableSearch(table, elements, plain);
    }

    @Override
    public void encode(
            float[] values,
            int offset,
            int subBlocks,
            int elements,
            float[] steps,
            float[] shifts,
            int lowest,
            int highest,
            byte[] codes) {
        for (int j = 0; j < subBlocks; j++) {
            if (steps[j] != 0f) {
                int at = j * elements;
                encode(values, offset + at, elements, steps[j], shifts[j], lowest, highest, codes, at);
            }
        }
    }

    private static void encode(
            float[] values,
            int offset,
            int count,
            float step,
            float shift,
            int lowest,
            int highest,
            byte[] codes,
            int codeOffset) {
        FloatVector divisor = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, step));
        FloatVector summand = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, shift));
        int done = 0;
        for (; done + STORED_CODES <= count; done += LANES) {
            FloatVector x = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, values, offset + done));
            FloatVector rounded = x.add(summand).div(divisor).add(ROUNDER);
            IntVector code = INT_VECTOR
                    .cast(rounded.reinterpretAsInts())
                    .and(ROUNDED_MASK)
                    .sub(ROUNDED_ZERO)
                    .max(lowest)
                    .min(highest)
                    .sub(lowest);
            QUARTER_BYTE_VECTOR.cast(code.convertShape(I2B, QUARTER_BYTES, 0)).intoArray(codes, codeOffset + done);
        }
        ScalarBlocks.encode(
                values, offset + done, count - done, step, shift, lowest, highest, codes, codeOffset + done);
    }

    @Override
    public void round(
            float[] values, int count, float factor, int lowest, int highest, int zero, byte[] codes, int codeOffset) {
        int done = 0;
        for (; done + STORED_CODES <= count; done += LANES) {
            FloatVector x = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, values, done));
            FloatVector rounded = x.mul(factor).add(ROUNDER);
            IntVector code = INT_VECTOR
                    .cast(rounded.reinterpretAsInts())
                    .and(ROUNDED_MASK)
                    .sub(ROUNDED_ZERO)
                    .max(lowest)
                    .min(highest)
                    .add(zero);
            QUARTER_BYTE_VECTOR.cast(code.convertShape(I2B, QUARTER_BYTES, 0)).intoArray(codes, codeOffset + done);
        }
        ScalarBlocks.roundFrom(done, values, count, factor, lowest, highest, zero, codes, codeOffset);
    }
}
