package io.arrowquant.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PythonFloatTest {
    /** The right column is what Python prints. */
    @ParameterizedTest
    @CsvSource({
        "0, 0.0",
        "-0.0, -0.0",
        "1, 1.0",
        "-2.5, -2.5",
        "10000, 10000.0",
        "1e5, 100000.0",
        "0.1, 0.1",
        "0.30000000000000004, 0.30000000000000004",
        "123.456, 123.456",
        "0.001, 0.001",
        "1e-4, 0.0001",
        "1e-5, 1e-05",
        "-1.5e-7, -1.5e-07",
        "1.25e-100, 1.25e-100",
        "9007199254740992, 9007199254740992.0",
        "9999999999999998, 9999999999999998.0",
        "1e16, 1e+16",
        "123456789012345680, 1.2345678901234568e+17",
        "1e22, 1e+22",
        "2.2250738585072014e-308, 2.2250738585072014e-308",
        "5e-324, 5e-324",
        "1.7976931348623157e308, 1.7976931348623157e+308",
        "NaN, NaN",
        "Infinity, Infinity",
        "-Infinity, -Infinity"
    })
    void numbersAreSpelledAsPythonSpellsThem(double value, String spelling) {
        assertThat(PythonFloat.repr(value)).isEqualTo(spelling);
    }

    /** Below these the next number is half as far as above, and the shortest spelling lies above. */
    @ParameterizedTest
    @CsvSource({
        "-44, 5.684341886080802e-14",
        "-921, 5.641232424577593e-278",
        "-1007, 7.291122019556398e-304",
        "-1017, 7.120236347223045e-307"
    })
    void somePowersOfTwoAreShorterThanTheNearestDigits(int exponent, String spelling) {
        assertThat(PythonFloat.repr(Math.scalb(1.0, exponent))).isEqualTo(spelling);
    }

    @Test
    void everyNumberReadsBackAndNoneIsTooLong() {
        Random random = new Random(3);
        for (int i = 0; i < 5000; i++) {
            double value = Double.longBitsToDouble(random.nextLong());
            if (Double.isFinite(value)) {
                String spelling = PythonFloat.repr(value);
                assertThat(Double.parseDouble(spelling)).isEqualTo(value);
                assertThat(spelling.length()).isLessThanOrEqualTo(PythonFloat.LONGEST);
            }
        }
    }
}
