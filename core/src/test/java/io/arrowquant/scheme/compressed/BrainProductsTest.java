package io.arrowquant.scheme.compressed;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What comes out of the table is what arithmetic gives, bit for bit, for every scale there is. */
class BrainProductsTest {
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4})
    void everyScaleCodeAndZeroPoint(int bits) {
        WholeNumberGrid grid = new WholeNumberGrid(bits, false, Precision.BRAIN);
        int codes = 1 << bits;
        byte[] all = new byte[codes];
        for (int code = 0; code < codes; code++) {
            all[code] = (byte) code;
        }
        float[] expected = new float[codes];
        float[] actual = new float[codes];
        byte[] stored = new byte[Short.BYTES];
        for (int scale = 1; scale < 0x7f80; scale++) {
            ByteBuffer.wrap(stored).order(ByteOrder.LITTLE_ENDIAN).putShort((short) scale);
            for (int zeroPoint = -codes / 2; zeroPoint < codes / 2; zeroPoint++) {
                grid.load(stored, 0, zeroPoint);
                grid.decode(all, 0, codes, expected, 0);
                grid.reconstruct(all, 0, codes, actual, 0);
                assertThat(actual).isEqualTo(expected);
            }
        }
    }
}
