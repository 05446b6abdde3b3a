package io.arrowquant.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.arrowquant.tensor.DataType;
import org.junit.jupiter.api.Test;

class Float16Test {
    @Test
    void everyHalfAndEveryBrainFloat() {
        for (int pattern = 0; pattern < 1 << 16; pattern++) {
            short bits = (short) pattern;
            assertThat((double) Float16.halfToFloat(bits))
                    .isEqualTo(Double.valueOf(ReferenceTypes.floatingPoint(DataType.F16, pattern)));
            assertThat((double) Float16.brainToFloat(bits))
                    .isEqualTo(Double.valueOf(ReferenceTypes.floatingPoint(DataType.BF16, pattern)));
            if (!Float.isNaN(Float16.halfToFloat(bits))) {
                assertThat(Float16.floatToHalf(Float16.halfToFloat(bits))).isEqualTo(bits);
            }
            if (!Float.isNaN(Float16.brainToFloat(bits))) {
                assertThat(Float16.floatToBrain(Float16.brainToFloat(bits))).isEqualTo(bits);
            }
        }
    }

    @Test
    void notANumberKeepsItsSignAndWhatFitsOfItsPayload() {
        assertThat(Float16.floatToHalf(Float.intBitsToFloat(0x7fc02000)) & 0xffff)
                .isEqualTo(0x7e01);
        assertThat(Float16.floatToHalf(Float.intBitsToFloat(0xff800001)) & 0xffff)
                .isEqualTo(0xfe00);
        assertThat(Float16.floatToBrain(Float.intBitsToFloat(0x7f800001)) & 0xffff)
                .isEqualTo(0x7fc0);
        assertThat(Float16.floatToBrain(Float.intBitsToFloat(0xffc10000)) & 0xffff)
                .isEqualTo(0xffc1);
    }

    @Test
    void overflowGoesToInfinityHalfAStepBeyondTheLargestValue() {
        assertThat(Float16.floatToHalf(65519.996f) & 0xffff).isEqualTo(0x7bff);
        assertThat(Float16.floatToHalf(65520f) & 0xffff).isEqualTo(0x7c00);
        assertThat(Float16.floatToHalf(-65520f) & 0xffff).isEqualTo(0xfc00);
        assertThat(Float16.floatToBrain(Float.intBitsToFloat(0x7f7f7fff)) & 0xffff)
                .isEqualTo(0x7f7f);
        assertThat(Float16.floatToBrain(Float.intBitsToFloat(0x7f7f8000)) & 0xffff)
                .isEqualTo(0x7f80);
        assertThat(Float16.floatToBrain(-Float.MAX_VALUE) & 0xffff).isEqualTo(0xff80);
    }
}
