package io.arrowquant.scheme.packed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RowStripTest {
    /** Rows of a word or two, of as many as wait together and some more, and so long that fewer wait. */
    @ParameterizedTest
    @CsvSource({"8, 4", "8, 8", "24, 12", "136, 60", "128, 2048", "400, 4", "8, 4194312"})
    void turnsRows(int rows, int rowBytes) {
        byte[] source = new byte[rows * rowBytes];
        new Random(rows).nextBytes(source);
        byte[] gptq = new byte[source.length];
        byte[] awq = new byte[source.length];
        for (int row = 0; row < rows; row++) {
            for (int at = 0; at < rowBytes; at++) {
                byte pair = source[row * rowBytes + at];
                gptq[(at / 4 * rows + row) * 4 + at % 4] = pair;
                putCode(awq, rows, row, 2 * at, pair & 0xf);
                putCode(awq, rows, row, 2 * at + 1, pair >> 4 & 0xf);
            }
        }

        assertThat(turned(Layout.GPTQ, rows, rowBytes, source)).isEqualTo(gptq);
        assertThat(turned(Layout.AWQ, rows, rowBytes, source)).isEqualTo(awq);
    }

    private static void putCode(byte[] target, int rows, int row, int column, int code) {
        int shift = Layout.AWQ.shift(row, 4);
        int word = column * (rows / 8) + row / 8;
        target[4 * word + shift / 8] |= (byte) (code << shift % 8);
    }

    private static byte[] turned(Layout layout, int rows, int rowBytes, byte[] source) {
        byte[] target = new byte[source.length];
        RowStrip strip = new RowStrip(layout, rows, rowBytes, target);
        int piece = 3 * rowBytes / 2;
        for (int at = 0; at < source.length; at += piece) {
            int end = Math.min(at + piece, source.length);
            strip.add(Arrays.copyOfRange(source, at, end), end - at);
        }
        return target;
    }
}
