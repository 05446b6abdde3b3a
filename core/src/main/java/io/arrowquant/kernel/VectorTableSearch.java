package io.arrowquant.kernel;

import static io.arrowquant.kernel.ScalarBlocks.ROUNDER;
import static io.arrowquant.kernel.VectorShapes.FLOATS;
import static io.arrowquant.kernel.VectorShapes.FLOAT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.INT_VECTOR;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHR;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;

/**
 * The search for the scale of a table with a sub-block in each lane.
 *
 * <p>What lies halfway between two values of the table is a whole number of halves, so one entry for each half tells the
 * nearest value. A number is doubled and rounded down to find its entry: a half is taken off, and it is rounded to the
 * nearest by adding {@link ScalarBlocks#ROUNDER}; once more with the rounder plus one, for which ties go the other way,
 * so that half the sum of both has ties up. Taking off the half is not exact next to zero, where no two values meet.
 */
final class VectorTableSearch extends VectorSignedSearch implements TableSearch {
    private static final int TRIES = 7;

    /** Entries: a power of two. That of a number is its lowest bits, so negative ones come last. */
    private static final int ENTRIES = 1024;

    private static final int ENTRY = ENTRIES - 1;
    private static final int ROUNDER_BITS = Float.floatToRawIntBits(ROUNDER);
    private static final int LOWEST = ROUNDER_BITS - ENTRIES / 2;
    private static final int HIGHEST = ROUNDER_BITS + ENTRIES / 2 - 1;
    private static final int INFINITY = 0x7f800000;

    /** The largest magnitude of the table with its sign, which is that of the first value. */
    private final int first;

    private final float[] nearestValues = new float[ENTRIES];
    private final byte[] nearestCodes = new byte[ENTRIES];

    /** Entries of the elements of one vector of sub-blocks, or of one sub-block. */
    private final int[] entries;

    /** The values of the table that the entries are for. */
    private final float[] found;

    private final float[] explained = new float[CAPACITY];

    /** The candidate and its sums, for the sub-blocks of one vector. */
    private final float[] inverses = new float[LANES];

    private final float[] codeTimesValue = new float[LANES];

    private final float[] codeSquared = new float[LANES];

    VectorTableSearch(int[] table, int elements, TableSearch plain) {
        super(elements, Float.MAX_VALUE, plain);
        this.first = table[0];
        this.entries = new int[span];
        this.found = new float[span];
        int code = 0;
        for (int half = -ENTRIES / 2; half < ENTRIES / 2; half++) {
            if (code < table.length - 1 && half >= table[code] + table[code + 1]) {
                code++;
            }
            nearestCodes[half & ENTRY] = (byte) code;
            nearestValues[half & ENTRY] = table[code];
        }
    }

    @Override
    void search(float[] values, int offset, int count) {
        for (int lane = 0; lane < count; lane += LANES) {
            observe(lane);
            spanRange(lane);
            sum(lane);
            takeFirst(lane);
            for (int i = -TRIES; i <= TRIES; i++) {
                stretch(lane, i + first);
                sum(lane);
                accept(lane);
            }
        }
        for (int j = 0; j < CAPACITY; j++) {
            if (negligible[j]) {
                scales[j] = 0f;
            }
        }
    }

    /** Scales that make the value farthest out the first of the table; in this order, which decides how they round. */
    private void spanRange(int lane) {
        FloatVector reach = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, farthest, lane));
        FloatVector one = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, 1f));
        one.div(reach.neg().div(first)).intoArray(inverses, 0);
    }

    private void stretch(int lane, float length) {
        FloatVector reach = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, farthest, lane));
        FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, length)).div(reach).intoArray(inverses, 0);
    }

    /** Sums over the values of the table that are nearest for the inverses. No scaled value is far outside the table. */
    private void sum(int lane) {
        int from = lane * elements;
        FloatVector inverse = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, inverses, 0));
        FloatVector doubled = inverse.add(inverse);
        for (int i = 0; i < span; i += LANES) {
            FloatVector x = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, tile, from + i));
            FloatVector less = doubled.mul(x).sub(0.5f);
            IntVector once = INT_VECTOR.cast(less.add(ROUNDER).reinterpretAsInts());
            IntVector again = INT_VECTOR.cast(less.add(ROUNDER + 1).reinterpretAsInts());
            IntVector entry = INT_VECTOR.cast(once.add(again).lanewise(LSHR, 1)).and(ENTRY);
            entry.intoArray(entries, i);
        }
        lookUp();
        FloatVector products = FLOAT_VECTOR.cast(FloatVector.zero(FLOATS));
        FloatVector squared = products;
        for (int i = 0; i < span; i += LANES) {
            FloatVector x = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, tile, from + i));
            FloatVector square = x.mul(x);
            FloatVector q = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, found, i));
            FloatVector weighted = square.mul(q);
            products = FLOAT_VECTOR.cast(products).add(weighted.mul(x));
            squared = FLOAT_VECTOR.cast(squared).add(weighted.mul(q));
        }
        FLOAT_VECTOR.cast(products).intoArray(codeTimesValue, 0);
        FLOAT_VECTOR.cast(squared).intoArray(codeSquared, 0);
    }

    /** Apart, for the compiler; gathering vectors is not faster, and on many processors much slower. */
    private void lookUp() {
        float[] table = nearestValues;
        int[] from = entries;
        float[] to = found;
        for (int i = 0; i < span; i++) {
            to[i] = table[from[i] & ENTRY];
        }
    }

    private void takeFirst(int lane) {
        FloatVector products = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, codeTimesValue, 0));
        FloatVector squared = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, codeSquared, 0));
        FloatVector zero = FLOAT_VECTOR.cast(FloatVector.zero(FLOATS));
        FloatVector scale = zero.blend(products.div(squared), squared.compare(GT, zero));
        scale.intoArray(scales, lane);
        scale.mul(products).intoArray(explained, lane);
    }

    /** Makes a candidate the best where it explains more of the values. */
    private void accept(int lane) {
        FloatVector products = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, codeTimesValue, 0));
        FloatVector squared = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, codeSquared, 0));
        FloatVector best = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, explained, lane));
        FloatVector zero = FLOAT_VECTOR.cast(FloatVector.zero(FLOATS));
        VectorMask<Float> better =
                products.mul(products).compare(GT, best.mul(squared)).and(squared.compare(GT, zero));
        FloatVector newScale = products.div(squared);
        FloatVector scale = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, scales, lane));
        scale.blend(newScale, better).intoArray(scales, lane);
        best.blend(newScale.mul(products), better).intoArray(explained, lane);
    }

    /** The codes are those of {@link #encode}. */
    @Override
    int code(int subBlock, int element) {
        return 0;
    }

    @Override
    public void encode(float[] values, int offset, int subBlocks, float[] inverses, byte[] codes) {
        for (int j = 0; j < subBlocks; j++) {
            findEntries(values, offset + j * elements, inverses[j]);
            int to = j * elements;
            for (int i = 0; i < elements; i++) {
                codes[to + i] = nearestCodes[entries[i] & ENTRY];
            }
        }
    }

    /** The entries of one sub-block; its numbers may be anything. */
    private void findEntries(float[] values, int offset, float inverse) {
        FloatVector factor = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, inverse));
        for (int i = 0; i < elements; i += LANES) {
            FloatVector x = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, values, offset + i));
            FloatVector scaled = x.mul(factor);
            FloatVector less = scaled.add(scaled).sub(0.5f);
            IntVector once = INT_VECTOR
                    .cast(less.add(ROUNDER).reinterpretAsInts())
                    .max(LOWEST)
                    .min(HIGHEST);
            IntVector again = INT_VECTOR
                    .cast(less.add(ROUNDER + 1).reinterpretAsInts())
                    .max(LOWEST)
                    .min(HIGHEST);
            IntVector entry = INT_VECTOR.cast(once.add(again).lanewise(LSHR, 1));
            // The bits of a NaN are above those of infinity: all bits of the lane are set, then.
            IntVector magnitude = INT_VECTOR.cast(scaled.reinterpretAsInts()).and(ScalarBlockPasses.MAGNITUDE);
            IntVector nan = INT_VECTOR.cast(
                    INT_VECTOR.cast(magnitude.neg().add(INFINITY)).lanewise(ASHR, 31));
            entry.max(nan.and(HIGHEST)).intoArray(entries, i);
        }
    }
}
