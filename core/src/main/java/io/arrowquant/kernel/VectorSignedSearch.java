package io.arrowquant.kernel;

import static io.arrowquant.kernel.VectorShapes.FLOATS;
import static io.arrowquant.kernel.VectorShapes.FLOAT_VECTOR;
import static jdk.incubator.vector.VectorOperators.GT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** What the searches for codes of both signs begin with: the value farthest from zero. */
abstract class VectorSignedSearch extends VectorSearch {
    private static final float NEGLIGIBLE = 1e-15f;

    /** Of each sub-block; one where all values are negligible, so that the arithmetic holds. */
    final float[] farthest;

    final boolean[] negligible;

    /** Sub-blocks with larger values are left, and those that are not finite. */
    private final float largest;

    private final float[] finite;

    VectorSignedSearch(int elements, float largest, SubBlockSearch plain) {
        this(elements, CAPACITY, 0, largest, plain);
    }

    VectorSignedSearch(int elements, int capacity, int ownLanes, float largest, SubBlockSearch plain) {
        super(elements, capacity, ownLanes, plain);
        this.largest = largest;
        this.farthest = new float[lanes];
        this.negligible = new boolean[lanes];
        this.finite = new float[lanes];
    }

    /** Looks at the sub-blocks of one vector. */
    final void observe(int lane) {
        findFarthest(lane);
        for (int j = lane; j < lane + LANES; j++) {
            float magnitude = Math.abs(farthest[j]);
            left[j] = finite[j] != 0f || magnitude > largest;
            negligible[j] = magnitude < NEGLIGIBLE;
            farthest[j] = negligible[j] ? 1f : farthest[j];
        }
    }

    private void findFarthest(int lane) {
        FloatVector magnitude = FLOAT_VECTOR.cast(FloatVector.zero(FLOATS));
        FloatVector signed = magnitude;
        // x - x is 0 for finite values and NaN for all others; NaN survives every addition.
        FloatVector zero = magnitude;
        int from = lane * elements;
        for (int at = from; at < from + span; at += LANES) {
            FloatVector x = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, tile, at));
            zero = FLOAT_VECTOR.cast(zero).add(x.sub(x));
            FloatVector absolute = x.abs();
            magnitude = FLOAT_VECTOR.cast(magnitude);
            VectorMask<Float> farther = absolute.compare(GT, magnitude);
            magnitude = magnitude.blend(absolute, farther);
            signed = FLOAT_VECTOR.cast(signed).blend(x, farther);
        }
        FLOAT_VECTOR.cast(zero).intoArray(finite, lane);
        FLOAT_VECTOR.cast(signed).intoArray(farthest, lane);
    }
}
