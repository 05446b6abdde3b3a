package io.arrowquant.kernel;

import static io.arrowquant.kernel.ScalarBlockPasses.ELEMENTS;
import static io.arrowquant.kernel.VectorShapes.BYTES;
import static io.arrowquant.kernel.VectorShapes.BYTE_VECTOR;
import static io.arrowquant.kernel.VectorShapes.FLOATS;
import static io.arrowquant.kernel.VectorShapes.FLOAT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.INTS;
import static io.arrowquant.kernel.VectorShapes.INT_VECTOR;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.MAX;
import static jdk.incubator.vector.VectorOperators.XOR;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * The largest and smallest values of blocks, on the bits of values.
 */
final class VectorBlockExtremes {
    private static final int LANES = FLOATS.length();

    /** bfloat16 elements of a vector. */
    private static final int PAIRS = 2 * LANES;

    private static final int SIGN = 0x80000000;
    private static final int INFINITY = 0x7f800000;
    private static final int PLACE = 0x0000ffff;
    private static final int UPPER_MAGNITUDE = 0x7fff0000;

    /** The places of elements, counted from the end of a block: of the first element of each pair, and of the second. */
    private static final int[] FIRST_FROM_THE_END = fromTheEnd(0);

    private static final int[] SECOND_FROM_THE_END = fromTheEnd(1);

    private final ScalarBlockPasses scalar = new ScalarBlockPasses();

    /** The result of each block, as bits. */
    private final int[] most = new int[BlockPassKernels.BLOCKS];

    private final int[] other = new int[BlockPassKernels.BLOCKS];

    void farthest(float[] values, int offset, int blocks, int elements, float[] farthest) {
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
            most[block] = INT_VECTOR.cast(positive).reduceLanes(MAX);
            other[block] = INT_VECTOR.cast(negative).reduceLanes(MAX);
        }
        for (int block = 0; block < blocks; block++) {
            int highest = most[block];
            int lowest = other[block];
            if (highest == lowest) {
                farthest[block] = ScalarBlockPasses.farthest(values, offset + block * elements, elements);
            } else {
                farthest[block] = Float.intBitsToFloat(highest > lowest ? highest : lowest | SIGN);
            }
        }
    }

    void ranges(float[] values, int offset, int blocks, int elements, float[] lowest, float[] highest) {
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
            most[block] = INT_VECTOR.cast(high).reduceLanes(MAX);
            other[block] = INT_VECTOR.cast(low).reduceLanes(MAX);
        }
        for (int block = 0; block < blocks; block++) {
            int high = most[block];
            // The lowest was turned over, to be the most too.
            int low = ~other[block];
            highest[block] = Float.intBitsToFloat(high ^ ((high >> 31) & ScalarBlockPasses.MAGNITUDE));
            lowest[block] = Float.intBitsToFloat(low ^ ((low >> 31) & ScalarBlockPasses.MAGNITUDE));
            if (lowest[block] == 0f || highest[block] == 0f) {
                // Zeros of both signs are equal: the first one counts.
                ScalarBlockPasses.range(values, offset + block * elements, elements, block, lowest, highest);
            }
        }
    }

    /**
     * The lower half of each lane holds the place of the element, counted from the end, so that it is the first of equal ones
     * that comes out on top; there its sign is looked up. For blocks of the usual length: the compiler then knows how often
     * loops go round.
     */
    boolean farthestOfBrain(byte[] stored, int byteOffset, int blocks, int elements, float[] farthest) {
        if (elements != ELEMENTS) {
            return scalar.farthestOfBrain(stored, byteOffset, blocks, elements, farthest);
        }
        int[] found = most;
        for (int block = 0; block < blocks; block++) {
            int from = byteOffset + 2 * block * ELEMENTS;
            IntVector largest = INT_VECTOR.cast(IntVector.zero(INTS));
            for (int i = 0; i < ELEMENTS; i += PAIRS) {
                ByteVector loaded = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, from + 2 * i));
                IntVector pair = INT_VECTOR.cast(loaded.reinterpretAsInts());
                IntVector first = INT_VECTOR
                        .cast(pair.lanewise(LSHL, 16))
                        .and(ScalarBlockPasses.MAGNITUDE)
                        .or(INT_VECTOR.cast(IntVector.fromArray(INTS, FIRST_FROM_THE_END, i / 2)));
                IntVector second = pair.and(UPPER_MAGNITUDE)
                        .or(INT_VECTOR.cast(IntVector.fromArray(INTS, SECOND_FROM_THE_END, i / 2)));
                largest = INT_VECTOR.cast(largest).max(first.max(second));
            }
            found[block] = INT_VECTOR.cast(largest).reduceLanes(MAX);
        }
        int all = 0;
        for (int block = 0; block < blocks; block++) {
            int largest = found[block];
            int index = (block + 1) * ELEMENTS - (largest & PLACE);
            // Negative zero is to be zero.
            farthest[block] = Float16.brainAt(stored, byteOffset + 2 * index) + 0f;
            all = Math.max(all, largest);
        }
        return all < INFINITY;
    }

    boolean magnitudesOfBrain(byte[] stored, int byteOffset, int blocks, int elements, float[] magnitudes) {
        return elements % GroupKernels.UNIT == 0
                ? VectorMagnitudes.ofBrain(stored, byteOffset, blocks, elements, magnitudes)
                : scalar.magnitudesOfBrain(stored, byteOffset, blocks, elements, magnitudes);
    }

    /** The places of every other element from {@code first} on. */
    private static int[] fromTheEnd(int first) {
        int[] places = new int[ELEMENTS / 2];
        for (int i = 0; i < places.length; i++) {
            places[i] = ELEMENTS - first - 2 * i;
        }
        return places;
    }
}
