package io.arrowquant.scheme.integer;

import static org.assertj.core.api.Assertions.assertThat;

import io.arrowquant.scheme.SchemeCatalog;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Bytes worked out with pencil and paper. If one of these changes, files written before cannot be compared any more. */
class IntegerGoldenTest {
    @Test
    void int4Asymmetric() {
        // scale = 15/15 - 0/15 = 1, zero point 0; 2.5 lies between 2 and 3 and goes to the even one.
        // Codes 0, 1, 2, 15: low nibbles first give 0x10 and 0xf2.
        check("int4", "10f2", "0000803f", "00000000", 0f, 1f, 2.5f, 15f);
    }

    @Test
    void int4AsymmetricOnBothSidesOfZero() {
        // scale = 10/15 + 5/15 = 1 (2/3 and 1/3 as floats add up to 1 + 2^-25, which rounds to 1), zero point 5.
        // Codes 0, 15, 0+5, -0+5: 0xf0, 0x55.
        check("int4", "f055", "0000803f", "0000a040", -5f, 10f, 0.5f, -0.5f);
    }

    @Test
    void int4OddCountsArePaddedWithZeros() {
        // Codes 15, 0, 8 (7.5 goes to 8): 0x0f, 0x08.
        check("int4", "0f08", "0000803f", "00000000", 15f, 0f, 7.5f);
    }

    @Test
    void int4ShortLastGroup() {
        // Groups [0, 30] with scale 2 and [-15] with scale 1 and zero point 15: codes 0, 15, 0.
        check("int4(group_size=2)", "f000", "000000400000803f", "0000000000007041", 0f, 30f, -15f);
    }

    @Test
    void int4Symmetric() {
        // scale = 7/7 = 1, zero point 8; 2.5 goes to 2, -3.5 to -4. Codes 1, 15, 10, 4.
        check("int4(symmetric=true)", "f14a", "0000803f", "00000041", -7f, 7f, 2.5f, -3.5f);
    }

    @Test
    void int2Asymmetric() {
        // scale = 2/3 + 1/3 = 1, zero point 1. Codes 0 3 1 2 | 1 3 1 3, two bits each from the lowest:
        // 0 + 3*4 + 1*16 + 2*64 = 156, 1 + 3*4 + 1*16 + 3*64 = 221.
        check("int2", "9cdd", "0000803f", "0000803f", -1f, 2f, 0f, 1f, 0.5f, 1.5f, -0.5f, 2f);
    }

    @Test
    void int2SymmetricHasThreeLevels() {
        // scale = 1/1, zero point 2. Codes 1 3 2 2 | 3: 1 + 3*4 + 2*16 + 2*64 = 173, 3.
        check("int2(symmetric=true)", "ad03", "0000803f", "00000040", -1f, 1f, 0.5f, -0.5f, 0.51f);
    }

    @Test
    void int8Asymmetric() {
        // scale = 255/255 = 1; 127.5 goes to 128 and so does 128.5.
        check("int8", "00ff8080", "0000803f", "00000000", 0f, 255f, 127.5f, 128.5f);
    }

    @Test
    void int8Symmetric() {
        // scale = 127/127 = 1, zero point 128; 0.5 goes to 0, -1.5 to -2. No value has code 0.
        check("int8(symmetric=true)", "01ff807e", "0000803f", "00000043", -127f, 127f, 0.5f, -1.5f);
    }

    @Test
    void zerosHaveScaleOne() {
        check("int4", "0000", "0000803f", "00000000", 0f, -0f, 0f);
        check("int4(symmetric=true)", "8808", "0000803f", "00000041", 0f, -0f, 0f);
    }

    @Test
    void constantsAreKept() {
        // scale = -(-3)/3 = 1 and zero point 3: every code is 0, which stands for (0 - 3) * 1.
        check("int2", "00", "0000803f", "00004040", -3f, -3f, -3f);
        // scale = 1.5/3 = 0.5: every code is 3.
        check("int2", "3f", "0000003f", "00000000", 1.5f, 1.5f, 1.5f);
    }

    @Test
    void theSmallestFloatIsItsOwnScale() {
        // 1/15 of 2^-149 is no float; the smallest multiple of 2^-149 that is not below is 2^-149 itself.
        check("int4", "01", "01000000", "00000000", Float.MIN_VALUE, 0f);
        // 16 * 2^-149 / 15 goes up to 2 * 2^-149: code 8.
        check("int4", "08", "02000000", "00000000", 16 * Float.MIN_VALUE, 0f);
    }

    private static void check(String scheme, String codes, String scales, String zeroPoints, float... values) {
        Quantized actual = Quantized.of(SchemeCatalog.parse(scheme), values);
        assertThat(HexFormat.of().formatHex(actual.codes())).as("codes").isEqualTo(codes);
        assertThat(hex(actual.scales())).as("scales").isEqualTo(scales);
        assertThat(hex(actual.zeroPoints())).as("zero points").isEqualTo(zeroPoints);
    }

    private static String hex(float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return HexFormat.of().formatHex(bytes.array());
    }
}
