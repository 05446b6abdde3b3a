package io.arrowquant.kernel;

import static io.arrowquant.kernel.VectorShapes.FLOATS;
import static io.arrowquant.kernel.VectorShapes.FLOAT_VECTOR;
import static jdk.incubator.vector.VectorOperators.GT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** What the searches for codes of both signs begin with: the value farthest from zero, and powers of the values. */
abstract class VectorSignedSearch extends VectorSearch {
    private static final float NEGLIGIBLE = 1e-15f;

    /** x^2 of the tile. */
    final float[] squares;

    /** x^3, computed as x^2 * x. */
    final float[] cubes;

    /** Of each sub-block; one where all values are negligible, so that the arithmetic holds. */
    final float[] farthest;

    final boolean[] negligible;

    private final float[] finite;

    VectorSignedSearch(int elements, SubBlockSearch plain) {
        this(elements, CAPACITY, 0, plain);
    }

    VectorSignedSearch(int elements, int capacity, int ownLanes, SubBlockSearch plain) {
        super(elements, capacity, ownLanes, plain);
        this.squares = new float[tile.length];
        this.cubes = new float[tile.length];
        this.farthest = new float[lanes];
        this.negligible = new boolean[lanes];
        this.finite = new float[lanes];
    }

    /** Looks at the sub-blocks of one vector; leaves those that are not finite. */
    final void observe(int lane) {
        powers(lane);
        for (int j = lane; j < lane + LANES; j++) {
            left[j] = finite[j] != 0f;
            negligible[j] = Math.abs(farthest[j]) < NEGLIGIBLE;
            farthest[j] = negligible[j] ? 1f : farthest[j];
        }
    }

    private void powers(int lane) {
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
            FloatVector square = x.mul(x);
            square.intoArray(squares, at);
            square.mul(x).intoArray(cubes, at);
        }
        FLOAT_VECTOR.cast(zero).intoArray(finite, lane);
        FLOAT_VECTOR.cast(signed).intoArray(farthest, lane);
    }
}
