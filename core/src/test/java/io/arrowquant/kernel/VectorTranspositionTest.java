package io.arrowquant.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VectorTranspositionTest {
    private static final int LANES = VectorTransposition.LANES;
    private static final int SQUARE = LANES * LANES;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 5})
    void rowsBecomeColumnsOfEachSquare(int squares) {
        assumeTrue(VectorTransposition.FITS, "vectors of another length");
        int offset = 3;
        int targetOffset = 7;
        float[] values = new float[offset + squares * SQUARE];
        for (int i = 0; i < values.length; i++) {
            // Payloads of NaN and signs of zero are to survive, too.
            values[i] = Float.intBitsToFloat(0x7f800000 * (i & 1) + i * 0x01000193);
        }
        float[] target = new float[targetOffset + squares * SQUARE + 1];

        new VectorTransposition(5).run(values, offset, squares, target, targetOffset);

        int[] expected = new int[target.length];
        for (int square = 0; square < squares; square++) {
            for (int row = 0; row < LANES; row++) {
                for (int column = 0; column < LANES; column++) {
                    expected[targetOffset + square * SQUARE + column * LANES + row] =
                            Float.floatToRawIntBits(values[offset + square * SQUARE + row * LANES + column]);
                }
            }
        }
        int[] found = new int[target.length];
        for (int i = 0; i < target.length; i++) {
            found[i] = Float.floatToRawIntBits(target[i]);
        }
        assertThat(found).isEqualTo(expected);
    }
}
