package io.arrowquant.kernel;

import static io.arrowquant.kernel.VectorShapes.FLOATS;
import static io.arrowquant.kernel.VectorShapes.FLOAT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.INTS;
import static io.arrowquant.kernel.VectorShapes.INT_VECTOR;
import static jdk.incubator.vector.VectorOperators.XOR;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShuffle;

/**
 * Turns the rows of squares of values into columns, for vectors of sixteen lanes. At each distance, from half the lanes down
 * to one, two vectors that are so far apart exchange what lies beside their diagonal. Four vectors at a time do so at two
 * distances: all first at eight and four, then at two and one.
 */
final class VectorTransposition {
    static final int LANES = 16;

    /** Whether vectors have so many lanes. */
    static final boolean FITS = FLOATS.length() == LANES;

    private static final int SQUARE = LANES * LANES;

    private static final int[] ABOVE_8 = lanesWith(8);
    private static final int[] ABOVE_4 = lanesWith(4);
    private static final int[] ABOVE_2 = lanesWith(2);
    private static final int[] ABOVE_1 = lanesWith(1);

    /** Only those that are constants for the compiler become constants in registers. */
    private static final VectorShuffle<Integer> UP_8 = moved(8);

    private static final VectorShuffle<Integer> DOWN_8 = moved(-8);
    private static final VectorShuffle<Integer> UP_4 = moved(4);
    private static final VectorShuffle<Integer> DOWN_4 = moved(-4);
    private static final VectorShuffle<Integer> UP_2 = moved(2);
    private static final VectorShuffle<Integer> DOWN_2 = moved(-2);
    private static final VectorShuffle<Integer> UP_1 = moved(1);
    private static final VectorShuffle<Integer> DOWN_1 = moved(-1);

    private final float[] halfDone;

    /** For so many squares at most. */
    VectorTransposition(int squares) {
        this.halfDone = new float[squares * SQUARE];
    }

    /** All bits of the lanes whose number has a bit set. */
    private static int[] lanesWith(int bit) {
        int[] mask = new int[LANES];
        for (int lane = 0; lane < LANES; lane++) {
            mask[lane] = (lane & bit) == 0 ? 0 : -1;
        }
        return mask;
    }

    /** What moves values so many lanes up, and those beyond the last to the first. */
    private static VectorShuffle<Integer> moved(int lanes) {
        return VectorShuffle.fromOp(INTS, lane -> Math.floorMod(lane - lanes, FLOATS.length()));
    }

    /** Transposes squares that follow each other. */
    void run(float[] from, int offset, int squares, float[] to, int toOffset) {
        exchangeFar(from, offset, squares, halfDone);
        exchangeNear(halfDone, squares, to, toOffset);
    }

    private static void exchangeFar(float[] from, int offset, int squares, float[] to) {
        IntVector above8 = INT_VECTOR.cast(IntVector.fromArray(INTS, ABOVE_8, 0));
        IntVector above4 = INT_VECTOR.cast(IntVector.fromArray(INTS, ABOVE_4, 0));
        for (int row = 0; row < 4; row++) {
            int first = offset + row * LANES;
            int toFirst = row * LANES;
            for (int at = 0; at < squares * SQUARE; at += SQUARE) {
                IntVector a = INT_VECTOR.cast(FLOAT_VECTOR
                        .cast(FloatVector.fromArray(FLOATS, from, first + at))
                        .reinterpretAsInts());
                IntVector b = INT_VECTOR.cast(FLOAT_VECTOR
                        .cast(FloatVector.fromArray(FLOATS, from, first + at + 4 * LANES))
                        .reinterpretAsInts());
                IntVector c = INT_VECTOR.cast(FLOAT_VECTOR
                        .cast(FloatVector.fromArray(FLOATS, from, first + at + 8 * LANES))
                        .reinterpretAsInts());
                IntVector d = INT_VECTOR.cast(FLOAT_VECTOR
                        .cast(FloatVector.fromArray(FLOATS, from, first + at + 12 * LANES))
                        .reinterpretAsInts());
                IntVector aMoved = INT_VECTOR.cast(a.rearrange(DOWN_8));
                IntVector bMoved = INT_VECTOR.cast(b.rearrange(DOWN_8));
                IntVector cMoved = INT_VECTOR.cast(c.rearrange(UP_8));
                IntVector dMoved = INT_VECTOR.cast(d.rearrange(UP_8));
                IntVector aHalf = INT_VECTOR.cast(
                        INT_VECTOR.cast(a.lanewise(XOR, cMoved)).and(above8).lanewise(XOR, a));
                IntVector bHalf = INT_VECTOR.cast(
                        INT_VECTOR.cast(b.lanewise(XOR, dMoved)).and(above8).lanewise(XOR, b));
                IntVector cHalf = INT_VECTOR.cast(
                        INT_VECTOR.cast(aMoved.lanewise(XOR, c)).and(above8).lanewise(XOR, aMoved));
                IntVector dHalf = INT_VECTOR.cast(
                        INT_VECTOR.cast(bMoved.lanewise(XOR, d)).and(above8).lanewise(XOR, bMoved));
                IntVector aHalfMoved = INT_VECTOR.cast(aHalf.rearrange(DOWN_4));
                IntVector bHalfMoved = INT_VECTOR.cast(bHalf.rearrange(UP_4));
                IntVector cHalfMoved = INT_VECTOR.cast(cHalf.rearrange(DOWN_4));
                IntVector dHalfMoved = INT_VECTOR.cast(dHalf.rearrange(UP_4));
                IntVector aDone = INT_VECTOR.cast(INT_VECTOR
                        .cast(aHalf.lanewise(XOR, bHalfMoved))
                        .and(above4)
                        .lanewise(XOR, aHalf));
                IntVector bDone = INT_VECTOR.cast(INT_VECTOR
                        .cast(aHalfMoved.lanewise(XOR, bHalf))
                        .and(above4)
                        .lanewise(XOR, aHalfMoved));
                IntVector cDone = INT_VECTOR.cast(INT_VECTOR
                        .cast(cHalf.lanewise(XOR, dHalfMoved))
                        .and(above4)
                        .lanewise(XOR, cHalf));
                IntVector dDone = INT_VECTOR.cast(INT_VECTOR
                        .cast(cHalfMoved.lanewise(XOR, dHalf))
                        .and(above4)
                        .lanewise(XOR, cHalfMoved));
                FLOAT_VECTOR.cast(aDone.reinterpretAsFloats()).intoArray(to, toFirst + at);
                FLOAT_VECTOR.cast(bDone.reinterpretAsFloats()).intoArray(to, toFirst + at + 4 * LANES);
                FLOAT_VECTOR.cast(cDone.reinterpretAsFloats()).intoArray(to, toFirst + at + 8 * LANES);
                FLOAT_VECTOR.cast(dDone.reinterpretAsFloats()).intoArray(to, toFirst + at + 12 * LANES);
            }
        }
    }

    private static void exchangeNear(float[] from, int squares, float[] to, int toOffset) {
        IntVector above2 = INT_VECTOR.cast(IntVector.fromArray(INTS, ABOVE_2, 0));
        IntVector above1 = INT_VECTOR.cast(IntVector.fromArray(INTS, ABOVE_1, 0));
        for (int at = 0; at < squares * SQUARE; at += 4 * LANES) {
            IntVector a = INT_VECTOR.cast(
                    FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, from, at)).reinterpretAsInts());
            IntVector b = INT_VECTOR.cast(FLOAT_VECTOR
                    .cast(FloatVector.fromArray(FLOATS, from, at + LANES))
                    .reinterpretAsInts());
            IntVector c = INT_VECTOR.cast(FLOAT_VECTOR
                    .cast(FloatVector.fromArray(FLOATS, from, at + 2 * LANES))
                    .reinterpretAsInts());
            IntVector d = INT_VECTOR.cast(FLOAT_VECTOR
                    .cast(FloatVector.fromArray(FLOATS, from, at + 3 * LANES))
                    .reinterpretAsInts());
            IntVector aMoved = INT_VECTOR.cast(a.rearrange(DOWN_2));
            IntVector bMoved = INT_VECTOR.cast(b.rearrange(DOWN_2));
            IntVector cMoved = INT_VECTOR.cast(c.rearrange(UP_2));
            IntVector dMoved = INT_VECTOR.cast(d.rearrange(UP_2));
            IntVector aHalf = INT_VECTOR.cast(
                    INT_VECTOR.cast(a.lanewise(XOR, cMoved)).and(above2).lanewise(XOR, a));
            IntVector bHalf = INT_VECTOR.cast(
                    INT_VECTOR.cast(b.lanewise(XOR, dMoved)).and(above2).lanewise(XOR, b));
            IntVector cHalf = INT_VECTOR.cast(
                    INT_VECTOR.cast(aMoved.lanewise(XOR, c)).and(above2).lanewise(XOR, aMoved));
            IntVector dHalf = INT_VECTOR.cast(
                    INT_VECTOR.cast(bMoved.lanewise(XOR, d)).and(above2).lanewise(XOR, bMoved));
            IntVector aHalfMoved = INT_VECTOR.cast(aHalf.rearrange(DOWN_1));
            IntVector bHalfMoved = INT_VECTOR.cast(bHalf.rearrange(UP_1));
            IntVector cHalfMoved = INT_VECTOR.cast(cHalf.rearrange(DOWN_1));
            IntVector dHalfMoved = INT_VECTOR.cast(dHalf.rearrange(UP_1));
            IntVector aDone = INT_VECTOR.cast(
                    INT_VECTOR.cast(aHalf.lanewise(XOR, bHalfMoved)).and(above1).lanewise(XOR, aHalf));
            IntVector bDone = INT_VECTOR.cast(
                    INT_VECTOR.cast(aHalfMoved.lanewise(XOR, bHalf)).and(above1).lanewise(XOR, aHalfMoved));
            IntVector cDone = INT_VECTOR.cast(
                    INT_VECTOR.cast(cHalf.lanewise(XOR, dHalfMoved)).and(above1).lanewise(XOR, cHalf));
            IntVector dDone = INT_VECTOR.cast(
                    INT_VECTOR.cast(cHalfMoved.lanewise(XOR, dHalf)).and(above1).lanewise(XOR, cHalfMoved));
            FLOAT_VECTOR.cast(aDone.reinterpretAsFloats()).intoArray(to, toOffset + at);
            FLOAT_VECTOR.cast(bDone.reinterpretAsFloats()).intoArray(to, toOffset + at + LANES);
            FLOAT_VECTOR.cast(cDone.reinterpretAsFloats()).intoArray(to, toOffset + at + 2 * LANES);
            FLOAT_VECTOR.cast(dDone.reinterpretAsFloats()).intoArray(to, toOffset + at + 3 * LANES);
        }
    }
}
