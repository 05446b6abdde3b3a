package io.arrowquant.kernel;

import static io.arrowquant.kernel.VectorShapes.FLOATS;
import static io.arrowquant.kernel.VectorShapes.FLOAT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.INTS;
import static io.arrowquant.kernel.VectorShapes.INT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.LONGS;
import static io.arrowquant.kernel.VectorShapes.LONG_VECTOR;
import static jdk.incubator.vector.VectorOperators.XOR;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorShuffle;

/**
 * Turns the rows of squares of values into columns, for vectors of sixteen lanes: what is a row is interleaved with the row
 * half a square after it, four times. A pass does so twice, with four rows at a time.
 */
final class VectorTransposition {
    static final int LANES = 16;

    /** Whether vectors have so many lanes. */
    static final boolean FITS = FLOATS.length() == LANES;

    private static final int SQUARE = LANES * LANES;

    /** Each value of a half twice, side by side. Only what is a constant for the compiler becomes one in a register. */
    private static final VectorShuffle<Integer> LOW_TWICE = VectorShuffle.fromOp(INTS, lane -> lane / 2);

    private static final VectorShuffle<Integer> HIGH_TWICE =
            VectorShuffle.fromOp(INTS, lane -> (FLOATS.length() + lane) / 2);

    private final float[] halfDone;

    /** For so many squares at most. */
    VectorTransposition(int squares) {
        this.halfDone = new float[squares * SQUARE];
    }

    /** Transposes squares that follow each other. */
    void run(float[] from, int offset, int squares, float[] to, int toOffset) {
        interleaveTwice(from, offset, squares, halfDone, 0);
        interleaveTwice(halfDone, 0, squares, to, toOffset);
    }

    private static void interleaveTwice(float[] from, int offset, int squares, float[] to, int toOffset) {
        IntVector odd = INT_VECTOR.cast(LONG_VECTOR
                .cast(LongVector.broadcast(LONGS, -1L << Integer.SIZE))
                .reinterpretAsInts());
        for (int row = 0; row < LANES / 4; row++) {
            int first = offset + row * LANES;
            int toFirst = toOffset + 4 * row * LANES;
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
                IntVector aLow = INT_VECTOR.cast(a.rearrange(LOW_TWICE));
                IntVector aHigh = INT_VECTOR.cast(a.rearrange(HIGH_TWICE));
                IntVector bLow = INT_VECTOR.cast(b.rearrange(LOW_TWICE));
                IntVector bHigh = INT_VECTOR.cast(b.rearrange(HIGH_TWICE));
                IntVector cLow = INT_VECTOR.cast(c.rearrange(LOW_TWICE));
                IntVector cHigh = INT_VECTOR.cast(c.rearrange(HIGH_TWICE));
                IntVector dLow = INT_VECTOR.cast(d.rearrange(LOW_TWICE));
                IntVector dHigh = INT_VECTOR.cast(d.rearrange(HIGH_TWICE));
                IntVector acLower = INT_VECTOR.cast(
                        INT_VECTOR.cast(aLow.lanewise(XOR, cLow)).and(odd).lanewise(XOR, aLow));
                IntVector acUpper = INT_VECTOR.cast(
                        INT_VECTOR.cast(aHigh.lanewise(XOR, cHigh)).and(odd).lanewise(XOR, aHigh));
                IntVector bdLower = INT_VECTOR.cast(
                        INT_VECTOR.cast(bLow.lanewise(XOR, dLow)).and(odd).lanewise(XOR, bLow));
                IntVector bdUpper = INT_VECTOR.cast(
                        INT_VECTOR.cast(bHigh.lanewise(XOR, dHigh)).and(odd).lanewise(XOR, bHigh));
                IntVector acLowerLow = INT_VECTOR.cast(acLower.rearrange(LOW_TWICE));
                IntVector acLowerHigh = INT_VECTOR.cast(acLower.rearrange(HIGH_TWICE));
                IntVector acUpperLow = INT_VECTOR.cast(acUpper.rearrange(LOW_TWICE));
                IntVector acUpperHigh = INT_VECTOR.cast(acUpper.rearrange(HIGH_TWICE));
                IntVector bdLowerLow = INT_VECTOR.cast(bdLower.rearrange(LOW_TWICE));
                IntVector bdLowerHigh = INT_VECTOR.cast(bdLower.rearrange(HIGH_TWICE));
                IntVector bdUpperLow = INT_VECTOR.cast(bdUpper.rearrange(LOW_TWICE));
                IntVector bdUpperHigh = INT_VECTOR.cast(bdUpper.rearrange(HIGH_TWICE));
                IntVector one = INT_VECTOR.cast(INT_VECTOR
                        .cast(acLowerLow.lanewise(XOR, bdLowerLow))
                        .and(odd)
                        .lanewise(XOR, acLowerLow));
                IntVector two = INT_VECTOR.cast(INT_VECTOR
                        .cast(acLowerHigh.lanewise(XOR, bdLowerHigh))
                        .and(odd)
                        .lanewise(XOR, acLowerHigh));
                IntVector three = INT_VECTOR.cast(INT_VECTOR
                        .cast(acUpperLow.lanewise(XOR, bdUpperLow))
                        .and(odd)
                        .lanewise(XOR, acUpperLow));
                IntVector four = INT_VECTOR.cast(INT_VECTOR
                        .cast(acUpperHigh.lanewise(XOR, bdUpperHigh))
                        .and(odd)
                        .lanewise(XOR, acUpperHigh));
                FLOAT_VECTOR.cast(one.reinterpretAsFloats()).intoArray(to, toFirst + at);
                FLOAT_VECTOR.cast(two.reinterpretAsFloats()).intoArray(to, toFirst + at + LANES);
                FLOAT_VECTOR.cast(three.reinterpretAsFloats()).intoArray(to, toFirst + at + 2 * LANES);
                FLOAT_VECTOR.cast(four.reinterpretAsFloats()).intoArray(to, toFirst + at + 3 * LANES);
            }
        }
    }
}
