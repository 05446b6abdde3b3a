package io.arrowquant.kernel;

import static io.arrowquant.kernel.VectorShapes.FLOATS;
import static io.arrowquant.kernel.VectorShapes.FLOAT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.INTS;
import static io.arrowquant.kernel.VectorShapes.INT_VECTOR;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.OR;
import static jdk.incubator.vector.VectorOperators.XOR;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/** What the searches for codes of both signs begin with: the value farthest from zero. */
abstract class VectorSignedSearch extends VectorSearch {
    private static final float NEGLIGIBLE = 1e-15f;
    private static final int NEGLIGIBLE_BITS = Float.floatToRawIntBits(NEGLIGIBLE);
    private static final int SIGN = 0x80000000;

    /** Of each sub-block; one where all values are negligible, so that the arithmetic holds. */
    final float[] farthest;

    final boolean[] negligible;

    /** The bits of the largest value that is not left. Those of what is not finite are larger still. */
    private final int largestBits;

    /** The bits of the largest positive value of each sub-block, and of the largest negative one without its sign. */
    private final int[] positiveBits;

    private final int[] negativeBits;

    VectorSignedSearch(int elements, float largest, SubBlockSearch plain) {
        this(elements, CAPACITY, 0, largest, plain);
    }

    VectorSignedSearch(int elements, int capacity, int ownLanes, float largest, SubBlockSearch plain) {
        super(elements, capacity, ownLanes, plain);
        this.largestBits = Float.floatToRawIntBits(Math.min(largest, Float.MAX_VALUE));
        this.farthest = new float[lanes];
        this.negligible = new boolean[lanes];
        this.positiveBits = new int[lanes];
        this.negativeBits = new int[lanes];
    }

    /** Looks at the sub-blocks of one vector. */
    final void observe(int lane) {
        Arrays.fill(left, lane, lane + LANES, false);
        Arrays.fill(negligible, lane, lane + LANES, false);
        if (findFarthest(lane)) {
            return;
        }
        for (int j = lane; j < lane + LANES; j++) {
            int positive = positiveBits[j];
            int negative = negativeBits[j];
            int magnitudeBits = Math.max(positive, negative);
            float magnitude = Float.intBitsToFloat(magnitudeBits);
            left[j] = magnitudeBits > largestBits;
            negligible[j] = magnitude < NEGLIGIBLE;
            if (negligible[j]) {
                farthest[j] = 1f;
            } else if (positive == negative) {
                farthest[j] = firstOf(magnitude, j);
            }
        }
    }

    /**
     * Finds what is right where both signs have different magnitudes, and none is very small or large; says whether that is
     * so in all lanes. The bits of floats of one sign are in the order of their magnitudes; as signed numbers, those of others
     * are below.
     */
    private boolean findFarthest(int lane) {
        IntVector positive = INT_VECTOR.cast(IntVector.zero(INTS));
        IntVector negative = positive;
        int from = lane * elements;
        for (int at = from; at < from + span; at += LANES) {
            FloatVector x = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, tile, at));
            IntVector bits = INT_VECTOR.cast(x.reinterpretAsInts());
            positive = INT_VECTOR.cast(positive).max(bits);
            negative = INT_VECTOR.cast(negative).max(INT_VECTOR.cast(bits.lanewise(XOR, SIGN)));
        }
        positive = INT_VECTOR.cast(positive);
        negative = INT_VECTOR.cast(negative);
        positive.intoArray(positiveBits, lane);
        negative.intoArray(negativeBits, lane);
        IntVector difference = INT_VECTOR.cast(negative.sub(positive));
        IntVector magnitude = INT_VECTOR.cast(positive.max(negative));
        IntVector largest = INT_VECTOR.cast(IntVector.broadcast(INTS, largestBits));
        // Each is negative where something is unusual.
        IntVector equal = INT_VECTOR.cast(difference.abs().sub(1));
        IntVector unusual =
                INT_VECTOR.cast(equal.or(magnitude.sub(NEGLIGIBLE_BITS))).or(INT_VECTOR.cast(largest.sub(magnitude)));
        IntVector isPositive = INT_VECTOR.cast(difference.lanewise(ASHR, 31));
        IntVector signed = INT_VECTOR.cast(negative.or(SIGN));
        IntVector chosen = INT_VECTOR.cast(
                INT_VECTOR.cast(signed.lanewise(XOR, positive)).and(isPositive).lanewise(XOR, signed));
        FLOAT_VECTOR.cast(chosen.reinterpretAsFloats()).intoArray(farthest, lane);
        return INT_VECTOR.cast(unusual).reduceLanes(OR) >= 0;
    }

    /** The first value of a sub-block that is so far from zero, where there are some of both signs. */
    private float firstOf(float magnitude, int subBlock) {
        int element = 0;
        while (element < elements - 1 && Math.abs(tile[place(subBlock, element)]) != magnitude) {
            element++;
        }
        return tile[place(subBlock, element)];
    }
}
