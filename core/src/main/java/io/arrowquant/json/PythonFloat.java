package io.arrowquant.json;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** Numbers as Python's json module writes them: the fewest digits that read back as the same number, in Python's spelling. */
public final class PythonFloat {
    /** No finite number takes more characters: sign, 17 digits, point, and an exponent of three digits. */
    public static final int LONGEST = 24;

    private static final int MOST_DIGITS = 17;
    private static final int SCIENTIFIC_FROM = 16;
    private static final int SCIENTIFIC_BELOW = -4;

    private PythonFloat() {}

    public static String repr(double value) {
        if (Double.isNaN(value)) {
            return "NaN";
        }
        if (Double.isInfinite(value)) {
            return value < 0 ? "-Infinity" : "Infinity";
        }
        if (value == 0) {
            return 1 / value < 0 ? "-0.0" : "0.0";
        }
        BigDecimal exact = new BigDecimal(value);
        BigDecimal shortest = exact;
        for (int digits = 1; digits <= MOST_DIGITS; digits++) {
            shortest = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
            if (shortest.doubleValue() == value) {
                break;
            }
            // Beside a power of two the gap to larger numbers is twice the other: what lies farther off may still do.
            shortest = exact.round(new MathContext(digits, RoundingMode.UP));
            if (shortest.doubleValue() == value) {
                break;
            }
        }
        String sign = value < 0 ? "-" : "";
        String digits = shortest.unscaledValue().abs().toString();
        int exponent = digits.length() - 1 - shortest.scale();
        digits = digits.replaceFirst("0+$", "");
        return sign
                + (exponent < SCIENTIFIC_BELOW || exponent >= SCIENTIFIC_FROM
                        ? scientific(digits, exponent)
                        : plain(digits, exponent));
    }

    private static String scientific(String digits, int exponent) {
        String fraction = digits.length() == 1 ? "" : "." + digits.substring(1);
        String magnitude = Integer.toString(Math.abs(exponent));
        String padded = magnitude.length() < 2 ? "0" + magnitude : magnitude;
        return digits.charAt(0) + fraction + (exponent < 0 ? "e-" : "e+") + padded;
    }

    private static String plain(String digits, int exponent) {
        if (exponent < 0) {
            return "0." + "0".repeat(-exponent - 1) + digits;
        }
        if (digits.length() <= exponent + 1) {
            return digits + "0".repeat(exponent + 1 - digits.length()) + ".0";
        }
        return digits.substring(0, exponent + 1) + "." + digits.substring(exponent + 1);
    }
}
